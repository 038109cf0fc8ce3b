#include "os/store.h"

#include "os/held.h"
#include "os/place.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Asked now: in the jail it may not be. */
static void ask_file_system(struct store *store)
{
    struct statfs facts;
    store->free = 0;
    store->can_hold = false;
    if (store->folder < 0 || fstatfs(store->folder, &facts) != 0)
        return;
    store->free =
        (uint64_t)facts.f_bavail * (uint64_t)(facts.f_frsize ? facts.f_frsize : facts.f_bsize);
    store->can_hold = held_is_possible((unsigned long)facts.f_type);
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
    ask_file_system(store);
    /* A file beyond the process's limit is to be an errno, not a death. */
    signal(SIGXFSZ, SIG_IGN);
    return store->folder < 0 ? -1 : 0;
}

/* The status of a call that failed on a name that a client gave. */
static int not_found_or_failed(const char *call, const char *name)
{
    return place_is_nothing(errno) ? S_NOT_FOUND : place_failed(call, name);
}

/* ---- Reading ---- */

int store_read(const struct store *store, const char *path, struct file *file)
{
    struct stat facts;
    file->fd = held_take(store, path, &facts);
    if (file->fd >= 0) {
        place_facts(file, &facts);
        return 0;
    }
    file->fd = place_open_beneath(store->folder, path, O_RDONLY);
    /* Nothing that the log has to be told: whoever set the permissions knows. */
    if (file->fd < 0)
        return errno == EACCES ? S_FORBIDDEN : not_found_or_failed("open", path);
    if (place_stat(file->fd, &facts) == 0 && S_ISREG(facts.st_mode)) {
        held_note(store, path, file->fd, &facts);
        place_facts(file, &facts);
        return 0;
    }
    close(file->fd);
    return S_NOT_FOUND;
}

void store_close(const struct file *file)
{
    held_close(file->fd);
}

long store_read_at(const struct file *file, uint64_t from, char *out, size_t room)
{
    ssize_t got;
    do
        got = pread(file->fd, out, room, (off_t)from);
    while (got < 0 && errno == EINTR);
    return got;
}

/* ---- Removing ---- */

static int remove_from(const struct store *store, const struct place *place,
                       const struct precondition *precondition)
{
    struct stat facts;
    if (fstatat(place->folder, place->name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return not_found_or_failed("stat", place->path);
    if (!S_ISREG(facts.st_mode))
        return S_NOT_FOUND;
    int status = place_judge(precondition, &facts);
    if (status != 0)
        return status;
    if (unlinkat(place->folder, place->name, 0) != 0)
        return errno == EISDIR ? S_NOT_FOUND : not_found_or_failed("unlink", place->path);
    return store->durable ? place_sync(place) : 0;
}

int store_remove(const struct store *store, const char *path,
                 const struct precondition *precondition)
{
    struct place place;
    if (place_open(store, path, &place) != 0)
        return not_found_or_failed("open the folder of", path);
    int lock = precondition ? place_lock(&place) : -1;
    int status = remove_from(store, &place, precondition);
    place_unlock(lock);
    place_close(&place);
    return status;
}
