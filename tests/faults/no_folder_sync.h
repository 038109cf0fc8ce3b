/*
 * For a build of perch that does not sync folders: EXTRA='-include tests/faults/no_folder_sync.h'.
 * The power-cut test must find out.
 */
#ifndef PERCH_FAULTS_NO_FOLDER_SYNC_H
#define PERCH_FAULTS_NO_FOLDER_SYNC_H

#include <sys/stat.h>
#include <unistd.h>

static inline int faults_sync_of_files(int fd)
{
    struct stat facts;
    return fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode) ? 0 : fsync(fd);
}

#define fsync(fd) faults_sync_of_files(fd)

#endif
