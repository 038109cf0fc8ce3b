#include "os/whole.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

long whole_read(int fd, char *room, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, room + len, size - len);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return -1;
        len += got > 0 ? (size_t)got : 0;
    }
    return (long)len;
}

int whole_write(int fd, struct span text)
{
    while (text.len) {
        ssize_t put = write(fd, text.at, text.len);
        if (put == 0)
            errno = EIO; /* no file does this: it would for ever */
        if (put == 0 || (put < 0 && errno != EINTR))
            return -1;
        text = span_after(text, put > 0 ? (size_t)put : 0);
    }
    return 0;
}

int whole_sync(int fd)
{
    int done;
    do
        done = fsync(fd);
    while (done != 0 && errno == EINTR);
    return done;
}

int whole_lock(int fd)
{
    int done;
    do
        done = flock(fd, LOCK_EX);
    while (done != 0 && errno == EINTR);
    return done;
}
