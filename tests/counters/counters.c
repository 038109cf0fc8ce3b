/*
 * A coverage build's counters, in one file for all of its processes.
 *
 * gcov writes at a process's end, with dozens of calls, what it has counted. A handler's filter
 * does not let it, who is killed has nothing written, and tests that look at system calls see
 * those. So the counters (counters.ld puts them on pages of their own) are mapped from
 * PROGRAM.counters, where that is: tests/coverage makes it, and at the end runs the program once
 * with COUNTERS_DUMP set, which writes for gcov what all have counted.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libgcov's names
/* clang has no <gcov.h>. */
void __gcov_dump(void);

extern char counters_begin[], counters_end[];

/* gcov.h, which only gcc has, would declare it; the linker leads to the other what each object
 * calls at the end. */
void dump_counters(void) __asm__("__gcov_dump");
void end_without(void) __asm__("__wrap___gcov_exit");
void end_without(void)
{
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static int open_file(void)
{
    static const char suffix[] = ".counters";
    char name[4096];
    ssize_t len = readlink("/proc/self/exe", name, sizeof name - sizeof suffix);
    if (len < 0)
        return -1;
    memcpy(name + len, suffix, sizeof suffix);
    return open(name, O_RDWR | O_CLOEXEC);
}

__attribute__((constructor)) static void map_counters(void)
{
    // cppcheck-suppress comparePointers; the linker puts them at the two ends of one array
    size_t size = (size_t)(counters_end - counters_begin);
    int file = open_file();
    if (file < 0)
        return;
    if (ftruncate(file, (off_t)size) != 0 ||
        // cppcheck-suppress leakReturnValNotUsed; it is where it is to be
        mmap(counters_begin, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) ==
            MAP_FAILED)
        abort();
    close(file);
    if (!getenv("COUNTERS_DUMP"))
        return;
    dump_counters();
    _exit(0);
}
