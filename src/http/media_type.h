/*
 * Media types (RFC 9110 §8.3.1) by the endings of files' names, as a mime.types file lists them: a
 * line a type, behind it the endings, "#" before comments. Pure.
 */
#ifndef PERCH_HTTP_MEDIA_TYPE_H
#define PERCH_HTTP_MEDIA_TYPE_H

#include "base/span.h"
#include "bounds.h"

/* What stands behind the last dot of a path's last component; an empty span where there is none. */
struct span media_type_ending(struct span path);

/* The type of an ending, in any case; an empty span where the list does not know it. A line with a
 * type that is none, or longer than MEDIA_TYPE_MAX, is passed over. */
struct span media_type_find(struct span list, struct span ending);

/* The value of Content-Type: text is UTF-8 here. Writes at most CONTENT_TYPE_MAX octets and returns
 * the place behind them. */
enum { CONTENT_TYPE_MAX = MEDIA_TYPE_MAX + 15 }; /* "; charset=utf-8" */
char *media_type_write(char *at, struct span type);

/* Whether content of that type becomes much shorter when it is compressed. */
bool media_type_is_text(struct span type);

#endif
