/*
 * The served folder: what is read from it and removed. What is written to it is upload.h's.
 *
 * Every name is looked up beneath the folder by openat2(2), never through a symbolic link; only
 * regular files are read or removed. Paths are those that path.h has let pass. Functions that take
 * one return 0, or the status that says why not.
 */
#ifndef PERCH_OS_STORE_H
#define PERCH_OS_STORE_H

#include "http/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store {
    int folder;    /* -1 where none is served */
    bool durable;  /* 201 means: on stable storage */
    uint64_t free; /* octets that had room there when it was opened: a hint, which grows old */
    bool can_hold; /* files of it, open: os/held.h */
};

/* What tells one version of a file from another. */
struct file {
    int fd; /* open for reading, of store_read() alone */
    uint64_t size;
    uint64_t inode;
    int64_t modified_s; /* since 1970 */
    uint32_t modified_ns;
};

/*
 * What must hold of a name at the moment in which it is given to another file or removed: the
 * conditions of a request, which only its reader understands.
 */
struct precondition {
    /* current: the file that has the name, NULL where none has. 0, or the status of a refusal. */
    int (*judge)(const void *context, const struct file *current);
    const void *context;
};

/* Opens the folder. 0, or -1 with errno. */
int store_open(struct store *store, const char *directory, bool durable);

/* Opens a file for reading; *file is set on 0, and to be closed. */
int store_read(const struct store *store, const char *path, struct file *file);
void store_close(const struct file *file);

/* Up to room bytes of a file from an offset on. How many; 0 at its end; -1 with errno. */
long store_read_at(const struct file *file, uint64_t from, char *out, size_t room);

/* Removes a file, where the precondition, if there is one, holds of it. */
int store_remove(const struct store *store, const char *path,
                 const struct precondition *precondition);

#endif
