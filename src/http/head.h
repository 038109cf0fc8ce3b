/*
 * The head of a request: request line, fields, empty line (RFC 9112 §3, §5).
 *
 * Pure: octets in, facts out; no I/O, no allocation, no clock. All text is spans into the caller's
 * buffer. Says what stands there and whether it is well formed; what it means for the body is
 * framing.h's, what it asks for is target.h's.
 */
#ifndef PERCH_HTTP_HEAD_H
#define PERCH_HTTP_HEAD_H

#include "base/span.h"
#include "http/fields.h"
#include "http/method.h"

struct head {
    enum method method;
    struct span target; /* as sent: visible ASCII, never empty */
    unsigned minor;     /* of HTTP/1.minor; 2 to 9 are read as 1 */
    const char *why;    /* after a refusal: a string that stays; NULL: the status says it all */
    size_t begin;       /* 2 behind an empty line before the request line, else 0 */
    bool has_request_line;
    struct line line;
    struct fields fields;
};

void head_begin(struct head *head);

/*
 * Reads a head from the start of buffer. To be called again with the same buffer, longer, as long
 * as it returns 0; the result is the same however the octets were cut.
 * > 0: the head is whole and well formed; its length, an empty line before it included.
 * 0: more is needed.
 * < 0: refused, with -S_BAD_REQUEST, -S_URI_TOO_LONG, -S_FIELDS_TOO_LARGE or
 * -S_VERSION_NOT_SUPPORTED.
 */
int head_parse(struct head *head, const char *buffer, size_t len);

/* The request line alone, until has_request_line; head_parse() goes on behind it. */
int head_parse_line(struct head *head, const char *buffer, size_t len);

/* Whether more than an empty line before a head, or the CR of one, has been seen so far. */
bool head_has_begun(const struct head *head);

#endif
