#include "os/upload.h"

#include "base/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NEW_FILE_MODE = 0666 }; /* less the umask */

/* ---- Writing aside ---- */

static void make_hidden_name(struct upload *upload)
{
    uint64_t random = 0;
    /* Short of randomness it may meet another name, and then fails as any name that exists does. */
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)getpid();
    snprintf(upload->hidden, sizeof upload->hidden, UPLOAD_HIDDEN_PREFIX "%016llx",
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

/* A call failed that needs the folder to be there. */
static int failed(struct upload *upload, const char *call, const char *name)
{
    if (place_is_nothing(errno))
        return conflict(upload, "the folder that this file would be in does not exist");
    return place_failed(call, name);
}

/* 0, or the status where the name is taken by what can't, or must not, be replaced. */
static int check_target(struct upload *upload, bool *taken)
{
    struct stat facts;
    *taken = fstatat(upload->place.folder, upload->place.name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*taken && errno != ENOENT)
        return place_failed("stat", upload->place.name);
    if (*taken && !S_ISREG(facts.st_mode))
        return conflict(upload, "the name belongs to something that is no regular file");
    return place_judge(upload->precondition, *taken ? &facts : NULL);
}

int upload_begin(const struct store *store, const char *path,
                 const struct precondition *precondition, struct upload *upload)
{
    bool taken;
    upload->precondition = precondition;
    upload->why = NULL;
    if (place_open(store, path, &upload->place) != 0)
        return failed(upload, "open the folder of", path);
    int status = check_target(upload, &taken);
    if (status == 0) {
        upload->fd = open_aside(upload);
        if (upload->fd >= 0)
            return 0;
        status = failed(upload, "create", path);
    }
    place_close(&upload->place);
    return status;
}

int upload_write(struct upload *upload, struct span piece)
{
    while (piece.len) {
        ssize_t put = write(upload->fd, piece.at, piece.len);
        if (put > 0)
            piece = span_after(piece, (size_t)put);
        else if (put == 0 || errno != EINTR)
            return place_failed("write", upload->place.name);
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

/* A rename that replaces nothing: what is left for a new name where there are no hard links (FAT,
 * some network file systems). EINVAL where there is none of that either. */
static int rename_to_free_name(const struct upload *upload)
{
    return (int)syscall(SYS_renameat2, upload->place.folder, upload->hidden, upload->place.folder,
                        upload->place.name, RENAME_NOREPLACE);
}

static bool has_no_links(int error)
{
    return error == EPERM || error == EOPNOTSUPP || error == EMLINK;
}

/* Gives a file that is aside a name that is free. 0; -1 with errno, EEXIST where it is taken. */
static int publish_new(struct upload *upload)
{
    int folder = upload->place.folder;
    if (!upload->hidden[0])
        return link_unnamed(upload->fd, folder, upload->place.name);
    if (linkat(folder, upload->hidden, folder, upload->place.name, 0) == 0) {
        remove_hidden(upload);
        return 0;
    }
    return has_no_links(errno) ? rename_to_free_name(upload) : -1;
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

/* Whether the name was free is not known where there are neither links nor such renames. */
static int name_it(struct upload *upload, bool *replaced)
{
    bool taken;
    *replaced = false;
    if (publish_new(upload) == 0)
        return 0;
    *replaced = errno == EEXIST;
    if (!*replaced && errno != EINVAL)
        return failed(upload, "link", upload->place.name);
    int status = check_target(upload, &taken);
    if (status == 0 && publish_over(upload) != 0)
        status = failed(upload, "rename to", upload->place.name);
    return status;
}

/* A name that was free is taken by the link alone: whoever comes second finds it taken, and is
 * judged by what has it. */
static int name_it_if(struct upload *upload, bool *replaced)
{
    for (;;) {
        int status = check_target(upload, replaced);
        if (status != 0)
            return status;
        if ((*replaced ? publish_over(upload) : publish_new(upload)) == 0)
            return 0;
        if (*replaced || errno != EEXIST)
            return failed(upload, *replaced ? "rename to" : "link", upload->place.name);
    }
}

static int publish(struct upload *upload, bool *replaced)
{
    int lock = upload->precondition ? place_lock(&upload->place) : -1;
    int status = upload->precondition ? name_it_if(upload, replaced) : name_it(upload, replaced);
    place_unlock(lock);
    if (status == 0)
        upload->hidden[0] = '\0';
    return status;
}

/* What a file system tells only when a file is closed (NFS, quotas), it tells each time that one of
 * its descriptors is: so this one is asked before the file has a name. */
static int close_copy(const struct upload *upload)
{
    int copy = dup(upload->fd);
    return copy < 0 || close(copy) != 0 ? place_failed("close", upload->place.name) : 0;
}

static int flush(const struct store *store, const struct upload *upload)
{
    if (!store->durable)
        return close_copy(upload);
    return fsync(upload->fd) != 0 ? place_failed("fsync", upload->place.name) : 0;
}

static void end_upload(struct upload *upload)
{
    close(upload->fd);
    place_close(&upload->place);
}

int upload_publish(const struct store *store, struct upload *upload, struct file *file,
                   bool *replaced)
{
    struct stat facts;
    int status = flush(store, upload);
    /* Before it has its name: where this fails the old file must still be there. */
    if (status == 0 && fstat(upload->fd, &facts) != 0)
        status = place_failed("stat", upload->place.name);
    if (status == 0)
        status = publish(upload, replaced);
    if (status == 0 && store->durable && fsync(upload->place.folder) != 0)
        status = place_failed("fsync the folder of", upload->place.name);
    if (status != 0) {
        upload_abandon(upload);
        return status;
    }
    place_facts(file, &facts);
    end_upload(upload);
    return 0;
}

void upload_abandon(struct upload *upload)
{
    if (upload->hidden[0])
        remove_hidden(upload);
    end_upload(upload);
}
