/*
 * One line of a head or a trailer section, ended by CRLF and nothing else (RFC 9112 §2.2).
 *
 * Pure: no I/O, no allocation. Works on a growing buffer: what was looked at once is not looked at
 * again, and the first wrong octet is refused as soon as it is there, so that the answer does not
 * depend on how the octets arrived.
 */
#ifndef PERCH_HTTP_LINE_H
#define PERCH_HTTP_LINE_H

#include "base/span.h"

struct line {
    size_t at;      /* where the line begins, from the start of the buffer */
    size_t scanned; /* how far it was looked at */
};

/*
 * Looks for the end of the line in buffer[0, len).
 * > 0: the line is whole; *text is it without CRLF, and line stands at the next one.
 * 0: more is needed. -S_BAD_REQUEST: *why says what is wrong.
 */
int line_scan(struct line *line, const char *buffer, size_t len, struct span *text,
              const char **why);

#endif
