/*
 * Tries to get out of the jail that perch shuts itself into, in each way that attempts.c knows, in
 * the current folder. One line for each way that is open, or whose test is worth nothing because it
 * is closed outside of the jail as well; the last line is the sum.
 */
#include "attempts.h"
#include "os/filter.h"
#include "os/jail.h"
#include "os/powers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum cell { NO_JAIL, READ_ONLY, READ_WRITE };

enum outcome { GOT_THROUGH, REFUSED, KILLED, WENT_WRONG };

enum { READ_WRITE_DOES = FILTER_WRITES | FILTER_SYNCS };

enum { CALLS_MAX = 24, NUMBERS = 512, EXIT_THROUGH = 0, EXIT_REFUSED = 1, EXIT_WRONG = 2 };

static unsigned passed, failed, killed, refused;

static void need(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "escape: %s: %s\n", what, strerror(errno));
    exit(EXIT_WRONG);
}

/* ---- The folder ---- */

static void make_file(const char *path, mode_t mode, const char *content)
{
    unlink(path);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    size_t len = strlen(content);
    need(fd >= 0 && write(fd, content, len) == (ssize_t)len && close(fd) == 0, path);
}

static void copy_program(void)
{
    int from = open("/bin/true", O_RDONLY | O_CLOEXEC);
    int to = open("served/program", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
    need(from >= 0 && to >= 0, "served/program");
    need(sendfile(to, from, NULL, 1 << 24) > 0, "copying /bin/true");
    close(from);
    close(to);
}

static void make_folders(void)
{
    static const char *const strays[] = {"served/new",  "served/stolen",  "served/socket",
                                         "outside/new", "outside/socket", "outside/stream"};
    mkdir("outside", 0700);
    mkdir("served", 0700);
    for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++)
        if (unlink(strays[i]) != 0)
            rmdir(strays[i]);
    mkdir("served/below", 0700);
    make_file("outside/secret", 0600, "secret");
    make_file("served/inside", 0600, "inside");
    need(symlink("../outside/secret", "served/out") == 0 || errno == EEXIST, "served/out");
}

static void bind_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    need(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, path);
}

/* In this order, the numbers that attempts.h names. */
static void open_descriptors(void)
{
    syscall(SYS_close_range, 3, ~0U, 0);
    int folder = open("served", O_RDONLY | O_DIRECTORY);
    int plain = socket(AF_UNIX, SOCK_DGRAM, 0);
    int bound = socket(AF_UNIX, SOCK_DGRAM, 0);
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    need(folder == FOLDER && plain == SOCKET && bound == BOUND_SOCKET && stream == NAMED_STREAM,
         "descriptors");
    bind_to(BOUND_SOCKET, "outside/socket");
    bind_to(NAMED_STREAM, "outside/stream");
}

/* ---- One attempt, in a process of its own ---- */

/* The errors of a wall, and not of an argument that would have been wrong without it as well. */
static bool is_refusal(int error)
{
    return error == ENOSYS || error == EACCES || error == EPERM || error == EXDEV ||
           error == EMFILE;
}

static void shut_in(enum cell cell)
{
    powers_give_up();
    need(cell == NO_JAIL || jail_enter(FOLDER, cell == READ_WRITE ? READ_WRITE_DOES : 0) == 0,
         "the jail");
}

static _Noreturn void attempt_and_exit(unsigned number, enum cell cell)
{
    struct attempt attempt;
    open_descriptors();
    shut_in(cell);
    errno = 0;
    long result = attempt_find(number, &attempt, true);
    if (result >= 0)
        _exit(EXIT_THROUGH);
    _exit(is_refusal(errno) ? EXIT_REFUSED : EXIT_WRONG);
}

static enum outcome outcome_of(pid_t pid)
{
    int status = 0;
    need(pid > 0 && waitpid(pid, &status, 0) == pid, "waiting");
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : WENT_WRONG;
    if (WEXITSTATUS(status) == EXIT_THROUGH)
        return GOT_THROUGH;
    return WEXITSTATUS(status) == EXIT_REFUSED ? REFUSED : WENT_WRONG;
}

static enum outcome make_attempt(unsigned number, enum cell cell)
{
    make_folders();
    pid_t pid = fork();
    if (pid == 0)
        attempt_and_exit(number, cell);
    return outcome_of(pid);
}

/* ---- All of them ---- */

static void check(bool holds, const struct attempt *attempt, const char *complaint)
{
    if (!holds)
        printf("%s: %s\n", attempt->name, complaint);
    passed += holds;
    failed += !holds;
}

static void try_in_jail(unsigned number, const struct attempt *attempt, enum cell cell)
{
    enum outcome outcome = make_attempt(number, cell);
    if (attempt->kind == WRITING && cell == READ_WRITE) {
        check(outcome == GOT_THROUGH, attempt, "does not work where uploads are on");
        return;
    }
    check(outcome != GOT_THROUGH, attempt,
          cell == READ_ONLY ? "got through, read-only" : "got through");
    check(outcome != WENT_WRONG, attempt, "failed, but not at a wall");
    killed += outcome == KILLED;
    refused += outcome == REFUSED;
}

static unsigned try_all(void)
{
    struct attempt attempt;
    unsigned number = 0;
    for (; attempt_find(number, &attempt, false) != ATTEMPT_NONE; number++) {
        if (attempt.kind != ANYHOW)
            check(make_attempt(number, NO_JAIL) == GOT_THROUGH, &attempt,
                  "fails without a jail, too");
        try_in_jail(number, &attempt, READ_ONLY);
        try_in_jail(number, &attempt, READ_WRITE);
    }
    return number;
}

/* ---- How many calls there are ---- */

/* Arguments that no call can do anything with: the first for those of any arguments, the others for
 * those whose arguments the filter checks. */
static const long arguments[][4] = {
    {-1, -1, -1, -1},
    {-1, -1, -1, 0},                   /* openat */
    {-1, -1, 0, -1},                   /* unlinkat */
    {STDIN_FILENO, -1, -1, -1},        /* recvmsg */
    {-1, SIOCOUTQ, -1, -1},            /* ioctl */
    {-1, F_DUPFD_CLOEXEC, -1, -1},     /* fcntl */
    {-1, FALLOC_FL_KEEP_SIZE, -1, -1}, /* fallocate */
    {-1, SOL_SOCKET, SO_RCVTIMEO, -1}, /* setsockopt */
};

static bool is_known(unsigned number)
{
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        const long *these = arguments[i];
        errno = 0;
        if (syscall(number, these[0], these[1], these[2], these[3], 0L, 0L) >= 0 || errno != ENOSYS)
            return true;
    }
    return false;
}

static bool is_let_through(unsigned number, unsigned does)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        open_descriptors();
        powers_give_up();
        need(jail_enter(FOLDER, does) == 0, "the jail");
        _exit(is_known(number) ? EXIT_THROUGH : EXIT_REFUSED);
    }
    need(pid > 0 && waitpid(pid, &status, 0) == pid, "waiting");
    return WIFSIGNALED(status) ? WTERMSIG(status) != SIGSYS : WEXITSTATUS(status) != EXIT_REFUSED;
}

/* uretprobe and uprobe, which are for code that the kernel itself has put in place. */
static bool passes_every_filter(unsigned number)
{
#ifdef __x86_64__
    return number == 335 || number == 336;
#else
    return false && number;
#endif
}

/* Of a handler that does this. */
static unsigned count_calls(unsigned does)
{
    struct attempt counting = {"the calls that are let through", ANYHOW};
    unsigned count = 0;
    for (unsigned number = 0; number < NUMBERS; number++) {
        make_folders();
        count += !passes_every_filter(number) && is_let_through(number, does);
    }
    check(count <= CALLS_MAX, &counting, "are too many");
    check(count >= CALLS_MAX / 2, &counting, "are too few to be true");
    return count;
}

/* The most that any handler has: in each way of storing, each with all that it can do besides. */
static unsigned count_most_calls(void)
{
    static const unsigned stores[] = {0, READ_WRITE_DOES, FILTER_WRITES | FILTER_COPIES};
    unsigned most = 0;
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        unsigned count = count_calls(stores[i] | FILTER_LISTS | FILTER_AWAITS);
        most = count > most ? count : most;
    }
    return most;
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    umask(0077);
    make_folders();
    copy_program();
    unsigned tried = try_all();
    unsigned calls = count_most_calls();
    printf("%u ways tried: %u times refused, %u times killed; %u calls let through\n", tried,
           refused, killed, calls);
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
