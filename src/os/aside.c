#include "os/aside.h"

#include "base/diag.h"
#include "bounds.h"
#include "os/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NEW_FILE_MODE = 0666 }; /* less the umask */

/* ---- Files without a name ---- */

/* How such a file gets a name. Which way is open depends on the process alone: by its descriptor
 * kernels before 6.10 want a capability, and the way round needs /proc. The first that works is
 * kept. */
static enum { BY_DESCRIPTOR, BY_PROC, BY_NOTHING } way = BY_DESCRIPTOR;

static int link_unnamed(const struct aside *aside, const char *name)
{
    char proc[sizeof "/proc/self/fd/" + 10];
    if (way == BY_DESCRIPTOR)
        return linkat(aside->fd, "", aside->folder, name, AT_EMPTY_PATH);
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", aside->fd);
    return linkat(AT_FDCWD, proc, aside->folder, name, AT_SYMLINK_FOLLOW);
}

/* "." is a name that always exists: EEXIST says that nothing but the name was wrong. */
static bool can_be_linked(const struct aside *aside)
{
    static bool is_proven;
    while (!is_proven && way != BY_NOTHING) {
        is_proven = link_unnamed(aside, ".") != 0 && errno == EEXIST;
        if (!is_proven)
            way++;
    }
    return is_proven;
}

static bool open_unnamed(struct aside *aside)
{
    if (way == BY_NOTHING)
        return false;
    aside->hidden[0] = '\0';
    aside->fd = openat(aside->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, NEW_FILE_MODE);
    if (aside->fd >= 0 && can_be_linked(aside))
        return true;
    if (aside->fd >= 0)
        close(aside->fd);
    return false;
}

/* ---- Hidden names ---- */

static void make_hidden_name(struct aside *aside, const char *token)
{
    char *at = aside->hidden + sizeof HIDDEN_PREFIX - 1;
    memcpy(aside->hidden, HIDDEN_PREFIX, sizeof HIDDEN_PREFIX - 1);
    if (token)
        memcpy(at, token, RANDOM_NAME_LEN);
    else
        random_name(at);
    at[RANDOM_NAME_LEN] = '\0';
}

static int open_hidden(struct aside *aside, int folder, const char *token, int flags)
{
    aside->folder = folder;
    make_hidden_name(aside, token);
    aside->fd =
        openat(folder, aside->hidden, flags | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, NEW_FILE_MODE);
    return aside->fd < 0 ? -1 : 0;
}

int aside_open(struct aside *aside, int folder)
{
    aside->folder = folder;
    /* Whatever stood in the way of a file without a name, one with a name is tried: where that
     * fails too, its errno is the one that says why. */
    if (open_unnamed(aside))
        return 0;
    return aside_create(aside, folder, NULL);
}

int aside_create(struct aside *aside, int folder, const char *token)
{
    return open_hidden(aside, folder, token, O_CREAT | O_EXCL);
}

/* It is never served, and swept in a day; whoever runs the server should know of it. */
static void remove_hidden(struct aside *aside)
{
    if (unlinkat(aside->folder, aside->hidden, 0) != 0 && errno != ENOENT)
        diag_warn("unlink %s: %s; remove it by hand, or leave it to perch --sweep", aside->hidden,
                  strerror(errno));
    aside->hidden[0] = '\0';
}

/* What was found is not what it should be, and of no use to anyone. */
static int lose(struct aside *aside)
{
    remove_hidden(aside);
    close(aside->fd);
    errno = ENOENT;
    return -1;
}

int aside_find(struct aside *aside, int folder, const char *token, uint64_t length)
{
    struct stat facts;
    if (open_hidden(aside, folder, token, O_APPEND | O_NONBLOCK) != 0)
        return -1;
    /* Not to know what it is takes nothing away: it may be known again. */
    if (place_stat(aside->fd, &facts) != 0) {
        int error = errno;
        close(aside->fd);
        errno = error;
        return -1;
    }
    return !S_ISREG(facts.st_mode) || (uint64_t)facts.st_size < length ? lose(aside) : 0;
}

/* ---- The name ---- */

/* In one step where the file system knows that step. */
static int move_to_free_name(struct aside *aside, const char *name)
{
    int done = (int)syscall(SYS_renameat2, aside->folder, aside->hidden, aside->folder, name,
                            RENAME_NOREPLACE);
    if (done == 0)
        aside->hidden[0] = '\0';
    if (done == 0 || (errno != EINVAL && errno != ENOSYS))
        return done;
    done = linkat(aside->folder, aside->hidden, aside->folder, name, 0);
    if (done == 0)
        remove_hidden(aside);
    else if (errno == EPERM || errno == EMLINK)
        errno = ENOTSUP;
    return done;
}

int aside_link(struct aside *aside, const char *name)
{
    return aside->hidden[0] ? move_to_free_name(aside, name) : link_unnamed(aside, name);
}

int aside_replace(struct aside *aside, const char *name)
{
    if (!aside->hidden[0]) {
        make_hidden_name(aside, NULL);
        if (link_unnamed(aside, aside->hidden) != 0) {
            aside->hidden[0] = '\0';
            return -1;
        }
    }
    if (syscall(SYS_renameat2, aside->folder, aside->hidden, aside->folder, name, 0) != 0)
        return -1;
    aside->hidden[0] = '\0';
    return 0;
}

/* The file system tells it each time that one of its descriptors is closed. By fcntl(3), musl would
 * set the flag a second time. */
int aside_finish(struct aside *aside)
{
    int fd = aside->fd;
    if (aside->hidden[0])
        aside->fd = -1;
    else
        fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? -1 : close(fd);
}

int aside_stat(const struct aside *aside, struct stat *facts)
{
    return aside->fd < 0 ? fstatat(aside->folder, aside->hidden, facts, AT_SYMLINK_NOFOLLOW)
                         : place_stat(aside->fd, facts);
}

void aside_close(struct aside *aside)
{
    if (aside->hidden[0])
        remove_hidden(aside);
    if (aside->fd >= 0)
        close(aside->fd);
}

static int copy_first(int from, int to, uint64_t length)
{
    while (length) {
        ssize_t sent = sendfile(to, from, NULL, length < SENDFILE_STEP ? length : SENDFILE_STEP);
        if (sent <= 0 && !(sent < 0 && errno == EINTR)) {
            errno = sent == 0 ? EIO : errno;
            return -1;
        }
        length -= sent > 0 ? (uint64_t)sent : 0;
    }
    return 0;
}

/* By a copy that takes its place: the jail lets nobody cut a file. */
static int copy_and_replace(struct aside *aside, uint64_t length)
{
    struct aside copy;
    int from = openat(aside->folder, aside->hidden, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0)
        return -1;
    int done = aside_create(&copy, aside->folder, NULL);
    if (done == 0 &&
        (copy_first(from, copy.fd, length) != 0 || aside_replace(&copy, aside->hidden) != 0)) {
        int error = errno;
        aside_close(&copy);
        errno = error;
        done = -1;
    }
    close(from);
    if (done == 0) {
        close(aside->fd);
        aside->fd = copy.fd;
    }
    return done;
}

int aside_cut(struct aside *aside, uint64_t length)
{
    struct stat facts;
    if (place_stat(aside->fd, &facts) != 0)
        return -1;
    return (uint64_t)facts.st_size == length ? 0 : copy_and_replace(aside, length);
}

void aside_leave(struct aside *aside)
{
    aside->hidden[0] = '\0';
    aside_close(aside);
}
