/*
 * Whether the files that a handler read at its start are still the same: perch itself, and what its
 * options name, such as a file of tokens. A spare that has read older ones is of no use any more.
 */
#ifndef PERCH_LAUNCH_IDENTITY_H
#define PERCH_LAUNCH_IDENTITY_H

#include "bounds.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct identity {
    unsigned count;
    struct {
        const char *path; /* of the caller's */
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec changed; /* the time of its status: no program can set it */
    } at[IDENTITY_FILES_MAX];
};

/* Of the program, and of each argument that names a file, behind "=" too; both stay. */
void identity_begin(struct identity *identity, const char *program, char *const argv[]);

/* Whether one has changed since it was asked last. */
bool identity_changed(struct identity *identity);

#endif
