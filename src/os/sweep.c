#include "os/sweep.h"

#include "base/diag.h"
#include "bounds.h"
#include "os/aside.h"
#include "os/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_leftover(int folder, const char *name)
{
    struct stat facts;
    return strncmp(name, HIDDEN_PREFIX, sizeof HIDDEN_PREFIX - 1) == 0 &&
           fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode) &&
           clock_seconds() - facts.st_mtim.tv_sec > LEFTOVER_SECONDS;
}

/* The same without openat2(2), which a filter may refuse: see place.c. */
static int open_folder_by_hand(int folder, const char *name)
{
    struct stat around, facts;
    int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0 ||
        (fstat(folder, &around) == 0 && fstat(below, &facts) == 0 && around.st_dev == facts.st_dev))
        return below;
    close(below);
    errno = EXDEV;
    return -1;
}

/* -1 too where it is no folder, or the root of another file system. */
static int open_folder(int folder, const char *name)
{
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
    };
    int below = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
    return below < 0 && errno == ENOSYS ? open_folder_by_hand(folder, name) : below;
}

static bool may_be_folder(const struct dirent *entry)
{
    /* Nothing is uploaded into folders that begin with a dot. */
    return entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

static unsigned long sweep_folder(int folder, unsigned depth);

// NOLINTNEXTLINE(misc-no-recursion): SWEEP_DEPTH_MAX ends it
static unsigned long sweep_entry(int folder, const struct dirent *entry, unsigned depth)
{
    const char *name = entry->d_name;
    if (is_leftover(folder, name)) {
        if (unlinkat(folder, name, 0) == 0)
            return 1;
        diag_warn("sweep: unlink %s: %s", name, strerror(errno));
    } else if (may_be_folder(entry)) {
        int below = open_folder(folder, name);
        if (below >= 0)
            return sweep_folder(below, depth + 1);
        if (errno != ENOTDIR && errno != ENOENT && errno != ELOOP && errno != EXDEV)
            diag_warn("sweep: open the folder %s: %s", name, strerror(errno));
    }
    return 0;
}

/* Closes the folder. */
// NOLINTNEXTLINE(misc-no-recursion): SWEEP_DEPTH_MAX ends it
static unsigned long sweep_folder(int folder, unsigned depth)
{
    unsigned long removed = 0;
    struct dirent *entry;
    DIR *list = depth < SWEEP_DEPTH_MAX ? fdopendir(folder) : NULL;
    if (!list) {
        diag_warn("sweep: a folder %u folders down can't be looked into", depth);
        close(folder);
        return 0;
    }
    // cppcheck-suppress readdirCalled; there is one thread
    while ((entry = readdir(list)) != NULL)
        removed += sweep_entry(folder, entry, depth);
    closedir(list);
    return removed;
}

unsigned long sweep(const struct store *store)
{
    int folder = open_folder(store->folder, ".");
    return folder < 0 ? 0 : sweep_folder(folder, 0);
}
