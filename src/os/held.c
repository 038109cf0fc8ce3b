#include "os/held.h"

#include "bounds.h"
#include "os/place.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

static struct {
    bool is_held;  /* fd is open, and nobody else's */
    bool can_hold; /* fd, once its reader lets go of it */
    int fd;
    struct stat facts; /* as they were when it was opened */
    char name[COMPONENT_BYTES_MAX + 1];
} last;

bool held_is_possible(unsigned long type)
{
    return type == EXT4_SUPER_MAGIC || type == XFS_SUPER_MAGIC || type == BTRFS_SUPER_MAGIC ||
           type == F2FS_SUPER_MAGIC || type == TMPFS_MAGIC;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec &&
           a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

/* Another file system may be mounted on a name. Asked for once: the folder stays. */
static bool is_in_folder(const struct store *store, const struct stat *facts)
{
    static struct stat folder;
    if (folder.st_ino == 0 && place_stat(store->folder, &folder) != 0)
        return false;
    return facts->st_dev == folder.st_dev;
}

static void let_go(void)
{
    if (last.is_held)
        close(last.fd);
    last.is_held = last.can_hold = false;
}

int held_take(const struct store *store, const char *path, struct stat *facts)
{
    if (!last.is_held)
        return -1;
    if (strcmp(path, last.name) == 0 &&
        fstatat(store->folder, path, facts, AT_SYMLINK_NOFOLLOW) == 0 &&
        is_same(facts, &last.facts) && is_in_folder(store, facts)) {
        last.is_held = false;
        return last.fd;
    }
    let_go();
    return -1;
}

void held_note(const struct store *store, const char *path, int fd, const struct stat *facts)
{
    size_t len = strlen(path);
    let_go();
    if (!store->can_hold || facts->st_size > HELD_FILE_MAX || len >= sizeof last.name ||
        memchr(path, '/', len))
        return;
    memcpy(last.name, path, len + 1);
    last.fd = fd;
    last.facts = *facts;
    last.can_hold = true;
}

void held_close(int fd)
{
    if (last.can_hold && fd == last.fd)
        last.is_held = true;
    else
        close(fd);
}

void held_forget(void)
{
    let_go();
    explicit_bzero(&last, sizeof last);
}
