#include "launch/spawn.h"

#include "bounds.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* ---- The child, which must not touch what libc keeps: errno is the launcher's own ---- */

#if defined(__x86_64__)
/* The launcher goes on at once. */
enum { LAUNCHER_WAITS = 0 };

static inline long kernel(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
enum { LAUNCHER_WAITS = 0 };

static inline long kernel(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
#else
/* By libc, which may set errno: so the launcher waits, as with vfork(2). */
enum { LAUNCHER_WAITS = CLONE_VFORK };

static inline long kernel(long number, long a, long b, long c)
{
    return syscall(number, a, b, c);
}
#endif

struct errand {
    int in_use; /* the kernel clears it once the child has left: by exec, or by its end */
    int input, output;
    const char *program;
    char *const *argv;
    alignas(64) char stack[SPAWN_STACK_BYTES];
};

/* Reads its errand, writes nothing but its own stack. */
__attribute__((no_sanitize("address", "undefined"))) static int become(void *given)
{
    static char *const empty_environment[] = {NULL};
    const struct errand *errand = given;
    /* dup3 would refuse a descriptor that is the same already; perchd fills 0 to 2 at its start. */
    if (kernel(SYS_dup3, errand->input, STDIN_FILENO, 0) == STDIN_FILENO &&
        kernel(SYS_dup3, errand->output, STDOUT_FILENO, 0) == STDOUT_FILENO)
        kernel(SYS_execve, (long)errand->program, (long)errand->argv, (long)empty_environment);
    kernel(SYS_exit_group, EX_OSERR, 0, 0);
    return EX_OSERR;
}

/* ---- The launcher ---- */

/* Waits for a child that has not left yet, which takes less than a millisecond, unless the disk
 * that the program is on is slow. False where it takes too long. */
static bool has_left(struct errand *errand)
{
    const struct timespec patience = {.tv_nsec = SPAWN_PATIENCE_MS * 1000000L};
    int seen = __atomic_load_n(&errand->in_use, __ATOMIC_ACQUIRE);
    if (seen)
        syscall(SYS_futex, &errand->in_use, FUTEX_WAIT, seen, &patience, NULL, 0);
    return !seen || __atomic_load_n(&errand->in_use, __ATOMIC_ACQUIRE) == 0;
}

pid_t spawn_program(const char *program, char *const argv[], int input, int output)
{
    static struct errand ring[SPAWN_STACKS];
    static unsigned next;
    struct errand *errand = &ring[next];
    if (!has_left(errand)) {
        errno = EAGAIN;
        return -1;
    }
    errand->in_use = 1;
    errand->input = input;
    errand->output = output;
    errand->program = program;
    errand->argv = argv;
    pid_t pid = clone(become, errand->stack + SPAWN_STACK_BYTES,
                      CLONE_VM | CLONE_CHILD_CLEARTID | LAUNCHER_WAITS | SIGCHLD, errand, NULL,
                      NULL, &errand->in_use);
    if (pid < 0)
        errand->in_use = 0;
    else
        next = (next + 1) % SPAWN_STACKS;
    return pid;
}
