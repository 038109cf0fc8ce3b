/*
 * Byte ranges of a representation (RFC 9110 §14). Pure.
 */
#ifndef PERCH_HTTP_RANGE_H
#define PERCH_HTTP_RANGE_H

#include "base/put.h"
#include "bounds.h"
#include "http/fields.h"

struct range {
    uint64_t from;
    uint64_t len; /* at least 1 */
};

/* In the order in which they were asked for; each lies within the representation. */
struct ranges {
    unsigned count;
    struct range rows[RANGES_MAX];
};

enum range_verdict {
    RANGE_WHOLE, /* no Range that counts: the whole representation */
    RANGE_PARTS, /* ranges->count of them */
    RANGE_NONE,  /* nothing that was asked for is there: 416 */
};

/*
 * Reads Range for a representation of size octets, of 0 to 2^63 - 1. What is not by the grammar,
 * given twice or of another unit counts as absent, and so does what would send more than the whole:
 * more than RANGES_MAX ranges, or overlapping ones that add up to more than there is.
 */
enum range_verdict range_choose(const struct fields *fields, uint64_t size, struct ranges *ranges);

/* The value of Content-Range for a range of a representation of size octets, or, where range is
 * NULL, for nothing of it (RFC 9110 §14.4). Writes at most CONTENT_RANGE_MAX octets, and returns
 * the place behind them. */
enum { CONTENT_RANGE_MAX = 8 + 3 * PUT_NUMBER_MAX }; /* "bytes -/" and three numbers */
char *range_write(char *at, const struct range *range, uint64_t size);

#endif
