#include "os/place.h"

#include "base/diag.h"
#include "bounds.h"
#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Looking up ---- */

/*
 * The same one component after the other: each is whole and none ".." (path.h), and none may be a
 * symbolic link. For old kernels, and where a filter refuses openat2(2), because it can't look at
 * its flags: systemd's RestrictSUIDSGID=, which DynamicUser= implies, does so.
 */
static int walk_beneath(int folder, const char *path, int flags)
{
    char name[COMPONENT_BYTES_MAX + 1];
    int at = folder;
    for (;;) {
        size_t len = strcspn(path, "/");
        bool is_last = path[len] == '\0';
        if (len >= sizeof name) { /* path.h lets none through */
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        int next =
            openat(at, name, (is_last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC) | O_NOFOLLOW);
        int error = errno;
        if (at != folder)
            close(at);
        errno = error;
        if (next < 0 || is_last)
            return next;
        at = next;
        path += len + 1;
    }
}

int place_open_beneath(int folder, const char *path, uint64_t flags)
{
    struct open_how how = {
        .flags = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    long fd;
    do
        fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
    while (fd < 0 && errno == EINTR);
    return fd < 0 && errno == ENOSYS ? walk_beneath(folder, path, (int)how.flags) : (int)fd;
}

int place_open(const struct store *store, const char *path, struct place *place)
{
    char parent[PATH_BYTES_MAX + 1];
    const char *slash = strrchr(path, '/');
    *place = (struct place){store->folder, slash != NULL, path, slash ? slash + 1 : path};
    if (!slash)
        return 0;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    place->folder = place_open_beneath(store->folder, parent, O_RDONLY | O_DIRECTORY);
    return place->folder < 0 ? -1 : 0;
}

void place_close(const struct place *place)
{
    if (place->owned)
        close(place->folder);
}

int place_hold(const struct place *place)
{
    return openat(place->folder, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int place_stat(int fd, struct stat *facts)
{
    /* The second flag says nothing here; with the first one alone musl calls fstat(2). */
    return fstatat(fd, "", facts, AT_EMPTY_PATH | AT_NO_AUTOMOUNT);
}

void place_facts(struct file *file, const struct stat *facts)
{
    file->size = (uint64_t)facts->st_size;
    file->inode = facts->st_ino;
    file->modified_s = facts->st_mtim.tv_sec;
    file->modified_ns = (uint32_t)facts->st_mtim.tv_nsec;
}

/* ---- Preconditions ---- */

int place_judge(const struct precondition *precondition, const struct stat *facts)
{
    struct file current = {.fd = -1};
    if (!precondition)
        return 0;
    if (facts)
        place_facts(&current, facts);
    return precondition->judge(precondition->context, facts ? &current : NULL);
}

/* On a descriptor of its own: those that processes share share their locks as well. */
int place_lock(const struct place *place)
{
    int lock = openat(place->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock >= 0)
        (void)whole_lock(lock);
    return lock;
}

void place_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

/* ---- Failures ---- */

int place_sync(const struct place *place)
{
    int done = whole_sync(place->folder);
    return done != 0 ? place_failed("fsync the folder of", place->path) : 0;
}

static const struct {
    int error;
    enum status status;
} meanings[] = {
    {EACCES, S_FORBIDDEN},
    {EPERM, S_FORBIDDEN}, /* such as an immutable file or folder */
    {EROFS, S_FORBIDDEN},
    {EBUSY, S_CONFLICT}, /* something is mounted there */
    {EISDIR, S_CONFLICT},
    {ENOTEMPTY, S_CONFLICT},
    {ETXTBSY, S_CONFLICT},
    {ENAMETOOLONG, S_BAD_REQUEST}, /* file systems differ in what they take */
    {EILSEQ, S_BAD_REQUEST},
    {EFBIG, S_CONTENT_TOO_LARGE},
    {EOVERFLOW, S_CONTENT_TOO_LARGE},
    {ENOSPC, S_INSUFFICIENT_STORAGE},
    {EDQUOT, S_INSUFFICIENT_STORAGE},
    {EMFILE, S_UNAVAILABLE},
    {ENFILE, S_UNAVAILABLE},
    {ENOMEM, S_UNAVAILABLE},
    {EAGAIN, S_UNAVAILABLE},
};

int place_failed(const char *call, const char *path)
{
    int error = errno;
    diag_warn("%s %s: %s", call, path, strerror(error));
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].error == error)
            return (int)meanings[i].status;
    return S_INTERNAL_ERROR;
}

/* ENXIO: a socket; ENODEV: a device that no driver has; ESTALE: another machine removed it. */
bool place_is_nothing(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV ||
           error == ENXIO || error == ENAMETOOLONG || error == ENODEV || error == ESTALE;
}
