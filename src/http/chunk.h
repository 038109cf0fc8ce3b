/*
 * The chunked transfer coding, up to its last chunk (RFC 9112 §7.1). The trailer section behind it
 * is a field section: fields.h reads that.
 *
 * Pure: octets in, facts out; no I/O, no allocation. Takes octets in pieces of any size; the result
 * is the same however they were cut.
 */
#ifndef PERCH_HTTP_CHUNK_H
#define PERCH_HTTP_CHUNK_H

#include "base/span.h"

#include <stdint.h>

struct chunk {
    unsigned char state;
    unsigned char size_digits;
    unsigned extension;       /* octets of the extension that is being read */
    unsigned extension_total; /* octets of all extensions of this body */
    uint64_t left;            /* octets of the chunk that are still to come */
    const char *why;          /* after a refusal: what was wrong, a string that stays */
};

void chunk_begin(struct chunk *chunk);

/*
 * Takes octets from the start of input, which has at most INT_MAX.
 * > 0: that many are taken, and *data is what they hold of the body, possibly nothing; at least one
 * octet is taken unless input is empty. 0: input is empty, or chunk_is_last().
 * -S_BAD_REQUEST: this is no chunked body.
 */
int chunk_parse(struct chunk *chunk, struct span input, struct span *data);

/* Octets of data that the current chunk still has, once its line is whole; else 0. */
uint64_t chunk_announced(const struct chunk *chunk);

/* The line of the last chunk has been read: the trailer section begins. */
bool chunk_is_last(const struct chunk *chunk);

#endif
