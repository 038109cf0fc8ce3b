/*
 * Text from strangers, made such that it can't be taken for anything but text: in a line of a log,
 * in JSON, in a page.
 *
 * Nothing here allocates. What does not fit is left out, at a whole character: the result is
 * shorter, never broken.
 */
#ifndef PERCH_BASE_ESCAPE_H
#define PERCH_BASE_ESCAPE_H

#include "base/span.h"

enum escape {
    ESCAPE_LOG,  /* printable ASCII alone; the rest, '"' and '\' as \xHH: each octet can be told */
    ESCAPE_JSON, /* inside a string of RFC 8259; octets beyond ASCII as \u00HH */
    ESCAPE_UTF8, /* the same, octets beyond ASCII as they are: for text that is known to be UTF-8 */
    ESCAPE_HTML, /* inside text or a quoted attribute; for UTF-8 as well */
};

/* The most octets that one octet can become. */
enum { ESCAPE_FACTOR = 6 };

/* Appends to out[len, room) as much of text as fits; returns the new length. *whole, where it is
 * not NULL, becomes false where something was left out. */
size_t escape_append(enum escape how, struct span text, char *out, size_t len, size_t room,
                     bool *whole);

#endif
