/*
 * For a build of perch that does not sync files: EXTRA='-include tests/faults/no_file_sync.h'. The
 * power-cut test must find out.
 */
#ifndef PERCH_FAULTS_NO_FILE_SYNC_H
#define PERCH_FAULTS_NO_FILE_SYNC_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/* By a call that the jail lets pass. */
static inline int faults_sync_of_folders(int fd)
{
    bool is_folder = read(fd, NULL, 0) < 0 && errno == EISDIR;
    return is_folder ? fsync(fd) : 0;
}

#define fsync(fd)                             faults_sync_of_folders(fd)
#define fdatasync(fd)                         faults_sync_of_folders(fd)
#define sync_file_range(fd, from, len, flags) 0

#endif
