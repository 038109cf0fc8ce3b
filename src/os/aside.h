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

#include <stdint.h>

struct stat;

#define HIDDEN_PREFIX ".perch-"

struct aside {
    int fd; /* open for writing; -1: finished */
    int folder;
    char hidden[sizeof HIDDEN_PREFIX + RANDOM_NAME_LEN]; /* empty where the file has no name */
};

/* Makes one in a folder, which stays the caller's. */
int aside_open(struct aside *aside, int folder);

/* Makes one that can be found again: hidden, the RANDOM_NAME_LEN octets of token in its name. */
int aside_create(struct aside *aside, int folder, const char *token);

/* Finds it again, to append to it. ENOENT: it is not there, or has not so many octets any more. */
int aside_find(struct aside *aside, int folder, const char *token, uint64_t length);

/* Leaves no octets in it but these first ones, where it has more. */
int aside_cut(struct aside *aside, uint64_t length);

/* Gives it a name that is free. EEXIST: it is not; ENOTSUP: this file system can't give names
 * without replacing what has them, so that aside_replace() is left. */
int aside_link(struct aside *aside, const char *name);

/* Gives it a name, in place of the file that has it. */
int aside_replace(struct aside *aside, const char *name);

/* Nothing more is written: closes it where it has a hidden name, or else a copy of its descriptor,
 * for what file systems tell only then. */
int aside_finish(struct aside *aside);

/* What it is, also once it is finished. */
int aside_stat(const struct aside *aside, struct stat *facts);

/* Closes it; removes the hidden name where it has one still. */
void aside_close(struct aside *aside);

/* Closes it; what has a hidden name keeps it. */
void aside_leave(struct aside *aside);

#endif
