/*
 * The file that was served last, held open over its connection, so that the next request for it
 * need not open it again.
 *
 * What is asked for by the same name is served from the held descriptor only where fstatat(2) says
 * that the name has the very inode that is held (held, its number can't be given away), and that
 * nothing was changed since in it that decides who may read it: then it is what opening the name
 * would give. Its octets, its size and its times are read anew each time. So nothing can be stale.
 *
 * That holds
 * - for names in the served folder itself: on the way to others there could be a symbolic link by
 *   now;
 * - on file systems that this kernel alone changes: another machine's are looked at anew when a
 *   file is opened;
 * - and is done for files up to HELD_FILE_MAX.
 *
 * One thing may be missed, where the kernel's times go by ticks (before Linux 6.13): an access
 * control list that is changed within the tick of the file's last change, mode and owner left
 * alone. Whoever had the file already gets it again, until it is written to.
 */
#ifndef PERCH_OS_HELD_H
#define PERCH_OS_HELD_H

#include "os/store.h"

#include <stdbool.h>

struct stat;

/* Whether files can be held on a file system of this type, which statfs(2) tells. */
bool held_is_possible(unsigned long type);

/* The descriptor, which is the caller's from now on, and what stat(2) tells of it now; -1 where the
 * file has to be opened. */
int held_take(const struct store *store, const char *path, struct stat *facts);

/* What a descriptor is that has been opened just now: held_close() may hold it. */
void held_note(const struct store *store, const char *path, int fd, const struct stat *facts);

/* Closes a descriptor, or holds it where it is the one that was noted, or taken, last. */
void held_close(int fd);

/* Closes what is held, and wipes its name. */
void held_forget(void);

#endif
