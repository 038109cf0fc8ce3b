#include "os/folder.h"

#include "base/diag.h"
#include "base/forget.h"
#include "base/rare.h"
#include "bounds.h"
#include "http/path.h"
#include "os/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

/* The names of a pass, one behind the other, each with its NUL; and where each begins. */
static char *names;
static uint32_t *starts;
static size_t used, most_used;
static unsigned count;

static void *room_for(size_t size)
{
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        diag_die(EX_OSERR, "no memory for listings: %s", strerror(errno));
    return room;
}

void folder_prepare(void)
{
    names = room_for(FOLDER_NAMES_BYTES);
    starts = room_for(FOLDER_NAMES_MAX * sizeof *starts);
}

/* ---- Sorting ---- */

/* By address: the order in which names stand in memory. */
static int by_address(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_name(uint32_t a, uint32_t b)
{
    return strcmp(names + a, names + b);
}

typedef int comparison(uint32_t a, uint32_t b);

static void sift_down(unsigned root, unsigned end, comparison *compare)
{
    uint32_t moving = starts[root];
    for (unsigned child; (child = 2 * root + 1) < end; root = child) {
        if (child + 1 < end && compare(starts[child], starts[child + 1]) < 0)
            child++;
        if (compare(moving, starts[child]) >= 0)
            break;
        starts[root] = starts[child];
    }
    starts[root] = moving;
}

/* Heapsort: in place and bounded, whatever the names are. Not qsort(3), which may allocate. */
static void sort(comparison *compare)
{
    for (unsigned root = count / 2; root-- > 0;)
        sift_down(root, count, compare);
    for (unsigned end = count; end > 1;) {
        end--;
        uint32_t last = starts[end];
        starts[end] = starts[0];
        starts[0] = last;
        sift_down(0, end, compare);
    }
}

/* ---- A pass ---- */

/* No name is longer than its room: path_can_name() has let it pass. */
static void keep_name(char room[COMPONENT_BYTES_MAX + 1], const char *name)
{
    memcpy(room, name, strlen(name) + 1);
}

/* Which names this pass is after: those between the two, bounds excluded; an empty one is none. */
struct pass {
    const char *above;
    char below[COMPONENT_BYTES_MAX + 1];
};

/* Drops the upper half of the names, and from now on takes none that belong there. */
static void halve(struct pass *pass)
{
    sort(by_name);
    count /= 2;
    keep_name(pass->below, names + starts[count]);
    sort(by_address);
    used = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t len = strlen(names + starts[i]) + 1;
        memmove(names + used, names + starts[i], len);
        starts[i] = (uint32_t)used;
        used += len;
    }
}

static void take(struct folder *folder, struct pass *pass, const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    if (entry->d_type != DT_REG && entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
        return;
    if (!path_can_name((struct span){entry->d_name, len}))
        return;
    if (strcmp(entry->d_name, pass->above) <= 0)
        return;
    if (pass->below[0] && strcmp(entry->d_name, pass->below) >= 0)
        return;
    if (count == FOLDER_NAMES_MAX || FOLDER_NAMES_BYTES - used <= len) {
        halve(pass);
        folder->more = true;
        if (strcmp(entry->d_name, pass->below) >= 0)
            return;
    }
    memcpy(names + used, entry->d_name, len + 1);
    starts[count++] = (uint32_t)used;
    used += len + 1;
    if (used > most_used)
        most_used = used;
}

/* Gathers the names behind the last one. 0, or -1 with errno. */
static int gather(struct folder *folder)
{
    static RARE _Alignas(struct dirent) char batch[FOLDER_READ_BYTES];
    struct pass pass = {.above = folder->last};
    long got;
    forget_later(batch, sizeof batch);
    /* Opened anew: that is its beginning again. */
    int fd = place_open_beneath(folder->fd, ".", O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return -1;
    used = count = folder->next = 0;
    folder->more = false;
    while ((got = syscall(SYS_getdents64, fd, batch, sizeof batch)) > 0)
        for (long at = 0; at < got;) {
            /* What getdents64(2) writes is laid out as what readdir(3) gives. */
            const struct dirent *entry = (const struct dirent *)(const void *)(batch + at);
            take(folder, &pass, entry);
            at += entry->d_reclen;
        }
    int error = errno;
    close(fd);
    errno = error;
    if (got < 0)
        return -1;
    sort(by_name);
    return 0;
}

/* ---- The folder ---- */

int folder_open(const struct store *store, const char *path, struct folder *folder)
{
    folder->last[0] = '\0';
    folder->fd = place_open_beneath(store->folder, path[0] ? path : ".", O_RDONLY | O_DIRECTORY);
    if (folder->fd >= 0 && gather(folder) == 0)
        return 0;
    int status = errno == EACCES           ? S_FORBIDDEN
                 : place_is_nothing(errno) ? S_NOT_FOUND
                                           : place_failed("list the folder", path);
    if (folder->fd >= 0)
        close(folder->fd);
    return status;
}

/* False where it is gone by now, or is nothing that can be asked for. */
static bool look(const struct folder *folder, const char *name, struct folder_entry *entry)
{
    struct stat facts;
    if (fstatat(folder->fd, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
        (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode)))
        return false;
    *entry = (struct folder_entry){
        .name = span_of(name),
        .is_folder = S_ISDIR(facts.st_mode),
        .size = S_ISDIR(facts.st_mode) ? 0 : (uint64_t)facts.st_size,
        .modified_s = facts.st_mtim.tv_sec,
    };
    return true;
}

bool folder_next(struct folder *folder, struct folder_entry *entry)
{
    for (;;) {
        if (folder->next == count) {
            if (!folder->more || gather(folder) != 0 || count == 0)
                return false;
        }
        const char *name = names + starts[folder->next++];
        keep_name(folder->last, name);
        if (look(folder, name, entry))
            return true;
    }
}

void folder_close(const struct folder *folder)
{
    close(folder->fd);
}

bool folder_is_there(const struct store *store, const char *path)
{
    int fd = place_open_beneath(store->folder, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

void folder_forget(void)
{
    if (most_used)
        explicit_bzero(names, most_used);
    used = most_used = count = 0;
}
