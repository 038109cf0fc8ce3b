/*
 * What is in a folder below the served one, in the order of the names' bytes: its files and
 * folders, without what could not be asked for (hidden names, symbolic links, devices, names that
 * are no UTF-8).
 *
 * Memory is constant, however many there are: names are gathered in one pass, or, where they are
 * too many, in as many passes as it takes, each of which gathers the next ones in order. A listing
 * is of no one moment: what is added or removed meanwhile may be in it or not.
 */
#ifndef PERCH_OS_FOLDER_H
#define PERCH_OS_FOLDER_H

#include "base/span.h"
#include "bounds.h"
#include "os/store.h"

struct folder {
    int fd;
    bool more;                          /* there are names behind those that this pass gathered */
    unsigned next;                      /* of the names that were gathered */
    char last[COMPONENT_BYTES_MAX + 1]; /* the name that was given last; empty before the first */
};

struct folder_entry {
    struct span name; /* until the next call */
    bool is_folder;
    uint64_t size;
    int64_t modified_s; /* since 1970 */
};

/* Once, where folders will be listed: maps the memory for it, which a jailed process can't. It is
 * no static array, so that a process that lists none is small enough to be put anywhere, and to
 * have all that it touches in one page of the page table. */
void folder_prepare(void);

/* Opens a folder by its path, without a slash at its end; "" is the served folder itself. 0, or the
 * status that says why not. One at a time. */
int folder_open(const struct store *store, const char *path, struct folder *folder);

/* The next entry; false at the end. */
bool folder_next(struct folder *folder, struct folder_entry *entry);

void folder_close(const struct folder *folder);

/* Wipes the names that were gathered last. */
void folder_forget(void);

/* Whether a path names a folder that can be listed. */
bool folder_is_there(const struct store *store, const char *path);

#endif
