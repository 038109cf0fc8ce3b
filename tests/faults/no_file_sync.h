/*
 * For a build of perch that does not sync files: EXTRA='-include tests/faults/no_file_sync.h'. The
 * power-cut test must find out.
 */
#ifndef PERCH_FAULTS_NO_FILE_SYNC_H
#define PERCH_FAULTS_NO_FILE_SYNC_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int faults_sync_of_folders(int fd)
{
    struct stat facts;
    return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) ? 0 : fsync(fd);
}

#define fsync(fd)                             faults_sync_of_folders(fd)
#define fdatasync(fd)                         faults_sync_of_folders(fd)
#define sync_file_range(fd, from, len, flags) 0

#endif
