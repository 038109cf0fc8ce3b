#include "os/store.h"

#include "base/diag.h"
#include "bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NEW_FILE_MODE = 0666 }; /* less the umask */

/* ---- Failures ---- */

/* What an errno means to a client where nothing better is known; the log hears of the server's own.
 */
static int failed(const char *call, const char *name)
{
    int error = errno;
    switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
        return S_FORBIDDEN;
    case EFBIG:
        return S_CONTENT_TOO_LARGE;
    default:
        diag_warn("%s %s: %s", call, name, strerror(error));
        return error == ENOSPC || error == EDQUOT ? S_INSUFFICIENT_STORAGE : S_INTERNAL_ERROR;
    }
}

/* Whether an errno says that no file can be seen at that path. ENXIO: a socket. */
static bool is_nothing(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV ||
           error == ENXIO || error == ENAMETOOLONG || error == ENODEV;
}

/* ---- Names ---- */

static int open_beneath(int folder, const char *path, uint64_t flags)
{
    struct open_how how = {
        .flags = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int store_open(struct store *store, const char *directory, bool durable)
{
    store->durable = durable;
    store->folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Where descriptor 0 or 1 was closed it must stay so, or the folder passes for the client. */
    if (store->folder >= 0 && store->folder <= STDERR_FILENO) {
        int low = store->folder;
        store->folder = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        close(low);
    }
    /* A file beyond the process's limit is to be an errno, not a death. */
    signal(SIGXFSZ, SIG_IGN);
    return store->folder < 0 ? -1 : 0;
}

/* 0, or -1 with errno where the folder can't be opened. */
static int open_place(const struct store *store, const char *path, struct place *place)
{
    char parent[PATH_BYTES_MAX + 1];
    const char *slash = strrchr(path, '/');
    *place = (struct place){store->folder, slash != NULL, slash ? slash + 1 : path};
    if (!slash)
        return 0;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    place->folder = open_beneath(store->folder, parent, O_RDONLY | O_DIRECTORY);
    return place->folder < 0 ? -1 : 0;
}

static void close_place(const struct place *place)
{
    if (place->owned)
        close(place->folder);
}

static void take_facts(struct file *file, const struct stat *facts)
{
    file->size = (uint64_t)facts->st_size;
    file->inode = facts->st_ino;
    file->modified_s = facts->st_mtim.tv_sec;
    file->modified_ns = (uint32_t)facts->st_mtim.tv_nsec;
}

/* ---- Reading ---- */

int store_read(const struct store *store, const char *path, struct file *file)
{
    struct stat facts;
    file->fd = open_beneath(store->folder, path, O_RDONLY);
    if (file->fd < 0)
        return is_nothing(errno) ? S_NOT_FOUND : failed("open", path);
    if (fstat(file->fd, &facts) == 0 && S_ISREG(facts.st_mode)) {
        take_facts(file, &facts);
        return 0;
    }
    close(file->fd);
    return S_NOT_FOUND;
}

/* ---- Writing aside ---- */

static void make_hidden_name(struct upload *upload)
{
    uint64_t random = 0;
    /* Short of randomness it may meet another name, and then fails as any name that exists does. */
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)getpid();
    snprintf(upload->hidden, sizeof upload->hidden, STORE_HIDDEN_PREFIX "%016llx",
             (unsigned long long)random);
}

static int link_unnamed(int fd, int folder, const char *name)
{
    if (linkat(fd, "", folder, name, AT_EMPTY_PATH) == 0)
        return 0;
    if (errno != ENOENT)
        return -1;
    /* Kernels before 6.10 want a capability for that; the way round leads through /proc. */
    char proc[32];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, proc, folder, name, AT_SYMLINK_FOLLOW);
}

/* Whether an unnamed file can be linked at all: "." is a name that always exists, so EEXIST says
 * that only the name was wrong. */
static bool can_link_unnamed(int fd, int folder)
{
    return link_unnamed(fd, folder, ".") != 0 && errno == EEXIST;
}

static int open_aside(struct upload *upload)
{
    upload->hidden[0] = '\0';
    int fd = openat(upload->place.folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, NEW_FILE_MODE);
    if (fd >= 0 && can_link_unnamed(fd, upload->place.folder))
        return fd;
    if (fd >= 0)
        close(fd);
    else if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
        return -1;
    make_hidden_name(upload);
    return openat(upload->place.folder, upload->hidden,
                  O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, NEW_FILE_MODE);
}

static int conflict(struct upload *upload, const char *why)
{
    upload->why = why;
    return S_CONFLICT;
}

static int no_folder(struct upload *upload)
{
    return conflict(upload, "the folder that this file would be in does not exist");
}

/* 0, or the status where the name is taken by what can't be replaced. */
static int check_target(struct upload *upload)
{
    struct stat facts;
    if (fstatat(upload->place.folder, upload->place.name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : failed("stat", upload->place.name);
    if (!S_ISREG(facts.st_mode))
        return conflict(upload, "the name belongs to something that is no regular file");
    return 0;
}

int store_begin(const struct store *store, const char *path, struct upload *upload)
{
    upload->why = NULL;
    if (open_place(store, path, &upload->place) != 0)
        return is_nothing(errno) ? no_folder(upload) : failed("open the folder of", path);
    int status = check_target(upload);
    if (status == 0) {
        upload->fd = open_aside(upload);
        if (upload->fd >= 0)
            return 0;
        status = is_nothing(errno) ? no_folder(upload) : failed("create", path);
    }
    close_place(&upload->place);
    return status;
}

int store_write(struct upload *upload, struct span piece)
{
    while (piece.len) {
        ssize_t put = write(upload->fd, piece.at, piece.len);
        if (put > 0)
            piece = span_after(piece, (size_t)put);
        else if (put == 0 || errno != EINTR)
            return failed("write", upload->place.name);
    }
    return 0;
}

/* ---- Publishing ---- */

/* It is never served; whoever runs the server should know of it. */
static void remove_hidden(const struct upload *upload)
{
    if (unlinkat(upload->place.folder, upload->hidden, 0) != 0 && errno != ENOENT)
        diag_warn("unlink %s: %s; remove it by hand", upload->hidden, strerror(errno));
}

/* Gives an unnamed file its name. 0; -1 with errno, EEXIST where the name is taken. */
static int publish_new(struct upload *upload)
{
    if (!upload->hidden[0])
        return link_unnamed(upload->fd, upload->place.folder, upload->place.name);
    int done =
        linkat(upload->place.folder, upload->hidden, upload->place.folder, upload->place.name, 0);
    if (done == 0)
        remove_hidden(upload);
    return done;
}

static int publish_over(struct upload *upload)
{
    if (!upload->hidden[0]) {
        make_hidden_name(upload);
        if (link_unnamed(upload->fd, upload->place.folder, upload->hidden) != 0) {
            upload->hidden[0] = '\0';
            return -1;
        }
    }
    return renameat(upload->place.folder, upload->hidden, upload->place.folder, upload->place.name);
}

/* Without hard links (FAT, some network file systems) only a rename is left, for new names too. */
static bool has_no_links(const struct upload *upload, int error)
{
    return upload->hidden[0] && (error == EPERM || error == EOPNOTSUPP || error == EMLINK);
}

static int name_it(struct upload *upload, bool *replaced)
{
    *replaced = false;
    if (publish_new(upload) != 0) {
        *replaced = errno == EEXIST;
        if (!*replaced && !has_no_links(upload, errno))
            return is_nothing(errno) ? no_folder(upload) : failed("link", upload->place.name);
        int status = check_target(upload);
        if (status != 0)
            return status;
        if (publish_over(upload) != 0)
            return is_nothing(errno) ? no_folder(upload) : failed("rename to", upload->place.name);
    }
    upload->hidden[0] = '\0';
    return 0;
}

/* What a file system tells only when a file is closed (NFS, quotas), it tells each time that one of
 * its descriptors is: so this one is asked before the file has a name. */
static int close_copy(const struct upload *upload)
{
    int copy = dup(upload->fd);
    return copy < 0 || close(copy) != 0 ? failed("close", upload->place.name) : 0;
}

static int flush(const struct store *store, const struct upload *upload)
{
    if (!store->durable)
        return close_copy(upload);
    return fsync(upload->fd) != 0 ? failed("fsync", upload->place.name) : 0;
}

static void end_upload(struct upload *upload)
{
    close(upload->fd);
    close_place(&upload->place);
}

int store_publish(const struct store *store, struct upload *upload, struct file *file,
                  bool *replaced)
{
    struct stat facts;
    int status = flush(store, upload);
    if (status == 0)
        status = name_it(upload, replaced);
    if (status == 0 && fstat(upload->fd, &facts) != 0)
        status = failed("stat", upload->place.name);
    if (status == 0 && store->durable && fsync(upload->place.folder) != 0)
        status = failed("fsync the folder of", upload->place.name);
    if (status != 0) {
        store_abandon(upload);
        return status;
    }
    take_facts(file, &facts);
    end_upload(upload);
    return 0;
}

void store_abandon(struct upload *upload)
{
    if (upload->hidden[0])
        remove_hidden(upload);
    end_upload(upload);
}

/* ---- Removing ---- */

static int remove_from(const struct store *store, const struct place *place)
{
    struct stat facts;
    if (fstatat(place->folder, place->name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return is_nothing(errno) ? S_NOT_FOUND : failed("stat", place->name);
    if (!S_ISREG(facts.st_mode))
        return S_NOT_FOUND;
    if (unlinkat(place->folder, place->name, 0) != 0)
        return is_nothing(errno) || errno == EISDIR ? S_NOT_FOUND : failed("unlink", place->name);
    if (store->durable && fsync(place->folder) != 0)
        return failed("fsync the folder of", place->name);
    return 0;
}

int store_remove(const struct store *store, const char *path)
{
    struct place place;
    if (open_place(store, path, &place) != 0)
        return is_nothing(errno) ? S_NOT_FOUND : failed("open the folder of", path);
    int status = remove_from(store, &place);
    close_place(&place);
    return status;
}
