/*
 * The tokens of --token-file: read once, before the first octet of a client; compared without
 * telling by the time it takes how much of one was right.
 */
#ifndef PERCH_OS_SECRET_H
#define PERCH_OS_SECRET_H

#include "base/span.h"
#include "bounds.h"

struct secrets {
    unsigned count; /* 0: none was given */
    struct secret {
        unsigned char text[SECRET_BYTES_MAX]; /* NULs behind its length */
        size_t len;
    } at[SECRETS_MAX];
};

/*
 * A line a token; empty lines and those that begin with "#" are passed over. NULL, or what is wrong
 * with the file and what to do, said so that it reads well behind its name; what it holds is never
 * repeated.
 */
const char *secrets_read(struct secrets *secrets, const char *file);

/* Whether the file can be fetched from that folder by its name. */
bool secrets_are_served(const char *file, const char *directory);

bool secrets_have(const struct secrets *secrets, struct span candidate);

#endif
