/*
 * The table of media types (--types), read once, before the first octet of a client.
 */
#ifndef PERCH_OS_TYPES_H
#define PERCH_OS_TYPES_H

#include "base/span.h"

#define TYPES_SYSTEM "/etc/mime.types"

/* Reads a mime.types file; NULL, or what is wrong with it. */
const char *types_read(const char *file);

/* The Content-Type of a file by its path, or an empty span where the table, or the lack of one,
 * gives none. Stands until the next call. */
struct span types_find(struct span path);

#endif
