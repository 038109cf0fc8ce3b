/*
 * A later clock: perch linked with this (build/later) lives as many seconds ahead of the system's
 * clocks as the file that $PERCH_LATER names says, eight octets in the machine's order. The file is
 * mapped before anything else happens, so it can be changed at any time, and perch opens nothing.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* The names that ld --wrap gives them. */
int real_clock_gettime(clockid_t clock, struct timespec *now) __asm__("__real_clock_gettime");
int wrap_clock_gettime(clockid_t clock, struct timespec *now) __asm__("__wrap_clock_gettime");

static const volatile int64_t *ahead;

__attribute__((constructor)) static void map_file(void)
{
    const char *path = getenv("PERCH_LATER");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped =
        file < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        abort();
    ahead = mapped;
    close(file);
}

int wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    int done = real_clock_gettime(clock, now);
    now->tv_sec += *ahead;
    return done;
}
