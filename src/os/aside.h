/*
 * A file on its way to its name: written in the folder that it will stand in, and out of sight.
 *
 * It has no name at all where the file system and the kernel allow that (O_TMPFILE, linkat(2)), so
 * that nothing is left of it whenever the process ends. Else, and for the moment in which it takes
 * the place of another file, it has a hidden one: HIDDEN_PREFIX and random digits, which path.h
 * keeps from being served and sweep.h removes where a killed process left it.
 *
 * Functions return 0, or -1 with errno.
 */
#ifndef PERCH_OS_ASIDE_H
#define PERCH_OS_ASIDE_H

#include "os/random.h"

#define HIDDEN_PREFIX ".perch-"

struct aside {
    int fd; /* open for writing */
    int folder;
    char hidden[sizeof HIDDEN_PREFIX + RANDOM_NAME_LEN]; /* empty where the file has no name */
};

/* Makes one in a folder, which stays the caller's. */
int aside_open(struct aside *aside, int folder);

/* Gives it a name that is free. EEXIST: it is not; ENOTSUP: this file system can't give names
 * without replacing what has them, so that aside_replace() is left. */
int aside_link(struct aside *aside, const char *name);

/* Gives it a name, in place of the file that has it. */
int aside_replace(struct aside *aside, const char *name);

/* Closes it; removes the hidden name where it has one still. */
void aside_close(struct aside *aside);

#endif
