/*
 * What an octet may be part of: the character classes of RFC 9110 §5.6.2, §5.5 and RFC 3986.
 */
#ifndef PERCH_HTTP_OCTET_H
#define PERCH_HTTP_OCTET_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum octet {
    OCTET_TOKEN = 1,    /* tchar: method, field name, content coding */
    OCTET_LINE = 2,     /* field-content: HTAB, SP, VCHAR, obs-text */
    OCTET_TARGET = 4,   /* what a request target may hold: VCHAR without "#" */
    OCTET_HOST = 8,     /* reg-name without "%": unreserved, sub-delims */
    OCTET_SEGMENT = 16, /* needs no percent sign in a path: unreserved */
    OCTET_ETAG = 32     /* etagc: inside the quotes of an entity tag */
};

extern const uint8_t octet_classes[256];

static inline bool octet_is(char c, enum octet class)
{
    return octet_classes[(unsigned char)c] & class;
}

/* How many octets at the beginning of the text are of that class. */
static inline size_t octets_run(struct span text, enum octet class)
{
    size_t run = 0;
    while (run < text.len && octet_is(text.at[run], class))
        run++;
    return run;
}

/* True where the span has at least one octet and all are of that class. */
bool octets_are(struct span text, enum octet class);

#endif
