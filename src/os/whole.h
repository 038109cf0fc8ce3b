/*
 * Calls on files, done whole: what a signal interrupts is begun again, what came short goes on.
 *
 * 0 or a count, or -1 with errno.
 */
#ifndef PERCH_OS_WHOLE_H
#define PERCH_OS_WHOLE_H

#include "base/span.h"

/* Reads from where the descriptor is to the file's end, or until the room is full. How many bytes.
 */
long whole_read(int fd, char *room, size_t size);

int whole_write(int fd, struct span text);

int whole_sync(int fd);

/* Waits for the lock, nobody else having one of the same file (LOCK_EX of flock(2)). */
int whole_lock(int fd);

#endif
