#include "launch/memory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 4096 };

/* The file as a string; an empty one where it can't be read. */
static void read_file(const char *path, char text[FILE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, FILE_BYTES - 1);
    text[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* Version 2 writes "max" where there is none, version 1 the largest number of whole pages. */
static bool is_limit(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits < sizeof "9223372036854771712" - 1;
}

/* Of the group or one around it; path begins with a slash, and is cut. */
static bool is_limited(const char *mount, char *path, const char *name)
{
    char text[FILE_BYTES], file[PATH_MAX];
    for (;;) {
        int len = snprintf(file, sizeof file, "%s%s/%s", mount, path, name);
        if (len > 0 && (size_t)len < sizeof file) {
            read_file(file, text);
            if (is_limit(text))
                return true;
        }
        char *slash = strrchr(path, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup: "0::/path", or "4:memory:/path" of version 1. */
static bool says_limit(char *line)
{
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return false;
    *path++ = '\0';
    if (controllers[1] == '\0')
        return is_limited("/sys/fs/cgroup", path, "memory.max");
    return strcmp(controllers + 1, "memory") == 0 &&
           is_limited("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes");
}

bool memory_is_limited(void)
{
    char groups[FILE_BYTES];
    char *rest = groups, *line;
    read_file("/proc/self/cgroup", groups);
    while ((line = strsep(&rest, "\n")))
        if (says_limit(line))
            return true;
    return false;
}
