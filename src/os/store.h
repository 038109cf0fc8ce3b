/*
 * The served folder: opened beneath, written aside, published whole, removed.
 *
 * The only opener of names that a client gave. Every name is looked up beneath the folder by
 * openat2(2), never through a symbolic link; only regular files are read, replaced or removed.
 * Paths are those that path.h has let pass.
 *
 * A body is written to an unnamed file in the folder that it will stand in, synced, and only then
 * linked or renamed to its name; a reader sees the old file or the new one, whole. Where that is
 * not to be had, the file has a hidden name until then (STORE_HIDDEN_PREFIX), which path.h keeps
 * from being served.
 *
 * Functions that take a client's name return 0, or the status that says why not. What is the
 * server's own failure is also told to the log, with the call and the name.
 */
#ifndef PERCH_OS_STORE_H
#define PERCH_OS_STORE_H

#include "base/span.h"
#include "http/status.h"

#include <stdbool.h>
#include <stdint.h>

#define STORE_HIDDEN_PREFIX ".perch-"

struct store {
    int folder;   /* -1 where none is served */
    bool durable; /* 201 means: on stable storage */
};

/* What tells one version of a file from another. */
struct file {
    int fd; /* open for reading, of store_read() alone */
    uint64_t size;
    uint64_t inode;
    int64_t modified_s; /* since 1970 */
    uint32_t modified_ns;
};

/* Where a path leads: a name within a folder. */
struct place {
    int folder;
    bool owned;       /* the folder was opened for this */
    const char *name; /* points into the path that was given */
};

/* An upload that is not published yet. */
struct upload {
    int fd;
    struct place place;
    const char *why; /* after S_CONFLICT: what stands in the way, a string that stays */
    char hidden[sizeof STORE_HIDDEN_PREFIX + 16]; /* empty where the file has no name yet */
};

/* Opens the folder. 0, or -1 with errno. */
int store_open(struct store *store, const char *directory, bool durable);

/* Opens a file for reading; *file is set on 0, and file->fd is the caller's to close. */
int store_read(const struct store *store, const char *path, struct file *file);

/* Begins an upload to a path, which must stay until the upload is published or abandoned. */
int store_begin(const struct store *store, const char *path, struct upload *upload);

/* Appends to it. After a failure it can only be abandoned. */
int store_write(struct upload *upload, struct span piece);

/*
 * Makes the upload the file of its name, in one step, and ends it in any case. *file tells of it
 * (without a descriptor), *replaced whether there was a file of that name before. Where only the
 * sync of the folder fails, that is a failure although the name leads to the new file by then.
 */
int store_publish(const struct store *store, struct upload *upload, struct file *file,
                  bool *replaced);

/* Ends the upload; nothing of it remains. */
void store_abandon(struct upload *upload);

/* Removes a file. */
int store_remove(const struct store *store, const char *path);

#endif
