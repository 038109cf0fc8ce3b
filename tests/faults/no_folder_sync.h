/*
 * For a build of perch that does not sync folders: EXTRA='-include tests/faults/no_folder_sync.h'.
 * The power-cut test must find out.
 */
#ifndef PERCH_FAULTS_NO_FOLDER_SYNC_H
#define PERCH_FAULTS_NO_FOLDER_SYNC_H

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

/* By a call that the jail lets pass. */
static inline int faults_sync_of_files(int fd)
{
    bool is_folder = read(fd, NULL, 0) < 0 && errno == EISDIR;
    return is_folder ? 0 : fsync(fd);
}

#define fsync(fd) faults_sync_of_files(fd)

#endif
