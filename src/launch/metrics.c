#include "launch/metrics.h"

#include "base/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char *file;

/* clang-format off */
static const struct row {
    const char *name, *type, *suffix, *help;
    size_t offset; /* of a uint64_t in struct counts */
} rows[] = {
    {"perch_connections",          "gauge",   "",       "Connections now.",                                 offsetof(struct counts, connections)},
    {"perch_connections_served",   "counter", "_total", "Connections that have ended.",                     offsetof(struct counts, served)},
    {"perch_connections_refused",  "counter", "_total", "Connections refused by a cap or a penalty.",       offsetof(struct counts, refused)},
    {"perch_handlers_crashed",     "counter", "_total", "Handlers ended by a signal that nobody sent them.", offsetof(struct counts, crashed)},
};
/* clang-format on */

/* 0, or -1 with errno. */
static int write_rows(int fd, const struct counts *counts)
{
    int written = 0;
    for (const struct row *row = rows; row < rows + sizeof rows / sizeof rows[0]; row++) {
        uint64_t value = *(const uint64_t *)(const void *)((const char *)counts + row->offset);
        written |= dprintf(fd, "# TYPE %s %s\n# HELP %s %s\n%s%s %" PRIu64 "\n", row->name,
                           row->type, row->name, row->help, row->name, row->suffix, value) < 0;
    }
    written |= dprintf(fd, "# EOF\n") < 0;
    return written ? -1 : 0;
}

int metrics_write(const struct counts *counts)
{
    char aside[PATH_MAX];
    if (!file)
        return 0;
    /* Not read by a collector of "*.prom". */
    if ((size_t)snprintf(aside, sizeof aside, "%s.new", file) >= sizeof aside) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return -1;
    int done = write_rows(fd, counts);
    if (close(fd) != 0)
        done = -1;
    if (done == 0)
        done = rename(aside, file);
    if (done != 0) {
        int error = errno;
        unlink(aside);
        errno = error;
    }
    return done;
}

void metrics_begin(const char *path)
{
    const struct counts none = {0};
    struct stat facts;
    /* It is replaced, and removed at the end: a device, or a link to one, is nothing to do that to.
     */
    if (path && lstat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
        diag_die(EX_USAGE, "--metrics: \"%s\" is no regular file; name a new one", path);
    file = path;
    metrics_write(&none); /* what is wrong with it is told when there is something to count */
}

void metrics_end(void)
{
    if (file)
        unlink(file);
}
