/*
 * Validators: what tells one version of a representation from another (RFC 9110 §8.8). Pure.
 */
#ifndef PERCH_HTTP_VALIDATOR_H
#define PERCH_HTTP_VALIDATOR_H

#include "base/span.h"

#include <stdint.h>

enum { ETAG_MAX = 64 };

struct validators {
    char etag[ETAG_MAX]; /* a strong entity tag, its quotes included */
    size_t etag_len;     /* 0: there is none */
    bool dated;
    int64_t modified; /* where dated: seconds since 1970 */
};

/* Those of a file: its tag is made of size, modification time and inode, of nothing that depends on
 * the device, so it is the same on every machine that shares the folder. The coding, which may be
 * an empty span, keeps a coded form of the file apart from the file. */
void validators_of_file(struct validators *validators, uint64_t size, int64_t modified_s,
                        uint32_t modified_ns, uint64_t inode, struct span coding);

/* ---- Entity tags that a client sends (RFC 9110 §8.8.3) ---- */

struct entity_tag {
    bool weak;
    struct span opaque; /* quotes included */
};

/*
 * Takes the next member off a list of entity tags, whose members may hold commas.
 * > 0: *tag is set. 0: the list is at its end. < 0: the member is no entity tag; it is taken off.
 */
int entity_tag_next(struct span *rest, struct entity_tag *tag);

/* The comparisons of RFC 9110 §8.8.3.2, with what the server has. */
bool entity_tag_equal_strong(const struct entity_tag *tag, const struct validators *validators);
bool entity_tag_equal_weak(const struct entity_tag *tag, const struct validators *validators);

#endif
