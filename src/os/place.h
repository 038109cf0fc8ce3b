/*
 * Where a path leads below the served folder, and what it means when it leads nowhere, or when a
 * call fails there. For store.c and upload.c, which are the only openers of names that a client
 * gave.
 */
#ifndef PERCH_OS_PLACE_H
#define PERCH_OS_PLACE_H

#include "os/store.h"

#include <stdbool.h>
#include <stdint.h>

struct stat;

/* A name within a folder. */
struct place {
    int folder;
    bool owned;       /* the folder was opened for this */
    const char *path; /* as it was given */
    const char *name; /* its last component; points into it */
};

/* Opens the folder that the last component of a path is in. 0, or -1 with errno. */
int place_open(const struct store *store, const char *path, struct place *place);
void place_close(const struct place *place);

/* A descriptor that reads nothing, and keeps what has the name from being freed; or -1. */
int place_hold(const struct place *place);

/* openat2(2): beneath the folder, through no symbolic link, without blocking and without side
 * effects of a terminal. The descriptor, or -1 with errno. */
int place_open_beneath(int folder, const char *path, uint64_t flags);

/* What fstat(2) tells, by the call that fstatat(2) makes: the jail allows one of them. 0, or -1
 * with errno. */
int place_stat(int fd, struct stat *facts);

/* Makes what was named in the folder, or removed from it, last. 0, or a status. */
int place_sync(const struct place *place);

/* What stat(2) tells of a version of a file; leaves the descriptor alone. */
void place_facts(struct file *file, const struct stat *facts);

/* What the precondition, which may be NULL, says of a name that these facts are of; NULL where the
 * name is free. 0, or the status of a refusal. */
int place_judge(const struct precondition *precondition, const struct stat *facts);

/*
 * From here until place_unlock() no other upload or removal with a precondition decides about a
 * name in this folder, on this machine. Those without one are not kept out: they take what they
 * find. Where there are no locks, there is none: the moment between judging and acting is short.
 */
int place_lock(const struct place *place);
void place_unlock(int lock);

/* Whether an errno says that no file can be seen at a path. */
bool place_is_nothing(int error);

/* The status that errno means to a client where nothing better is known; the table is in place.c.
 * The log is told the call and the path. */
int place_failed(const char *call, const char *path);

#endif
