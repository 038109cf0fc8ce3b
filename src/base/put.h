/*
 * Text written piece by piece into a buffer that its owner has made large enough.
 *
 * Each call writes at a place and returns the place behind what it wrote; nothing ends with a NUL.
 */
#ifndef PERCH_BASE_PUT_H
#define PERCH_BASE_PUT_H

#include "base/span.h"

#include <stdint.h>
#include <string.h>

/* More than any number takes, in any base from 10 up. */
enum { PUT_NUMBER_MAX = 20 };

static inline char *put_span(char *at, struct span text)
{
    /* An empty span may point nowhere, which memcpy() must not be given. */
    if (text.len)
        memcpy(at, text.at, text.len);
    return at + text.len;
}

/* In base 10 or 16, in lower case, without zeros in front. */
char *put_number(char *at, uint64_t number, unsigned base);

#endif
