#include "launch/handler.h"

#include "base/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

const char *handler_find(void)
{
    static char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - sizeof "perch");
    char *slash = len > 0 ? memrchr(path, '/', (size_t)len) : NULL;
    if (!slash)
        diag_die(EX_OSFILE, "/proc/self/exe: %s; perch is looked for beside perchd",
                 strerror(errno));
    memcpy(slash + 1, "perch", sizeof "perch");
    if (access(path, X_OK) != 0)
        diag_die(EX_OSFILE, "%s: %s; perch must be beside perchd", path, strerror(errno));
    return path;
}

/* The arguments with a switch before them, where no option takes it for its value; to be freed. */
static char **with_switch(const char *option, const char *const argv[])
{
    size_t count = 0;
    while (argv[count])
        count++;
    const char **changed = calloc(count + 2, sizeof *changed);
    if (!changed)
        diag_die(EX_OSERR, "no memory for %zu arguments", count);
    changed[0] = diag_name(); /* what it has to say it says in our name */
    changed[1] = option;
    memcpy(changed + 2, argv + 1, (count - 1) * sizeof *changed);
    return (char **)changed;
}

/* Its descriptor 2 is ours: its complaint is seen. The signals that we wait for end it. */
static pid_t start(const char *program, const char *option, const char *const argv[], int output)
{
    static char *const empty_environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    char **changed = with_switch(option, argv);
    pid_t pid;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    int error = posix_spawn(&pid, program, &actions, &attributes, changed, empty_environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    free(changed);
    errno = error;
    return error == 0 ? pid : -1;
}

static void read_line(int from, char *line, size_t room)
{
    size_t len = 0;
    ssize_t got;
    while (len + 1 < room && (got = read(from, line + len, room - 1 - len)) > 0)
        len += (size_t)got;
    line[len] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

void handler_check(const char *program, const char *const argv[], char *summary, size_t room)
{
    int ends[2], status;
    if (pipe2(ends, O_CLOEXEC) != 0)
        diag_die(EX_OSERR, "pipe: %s", strerror(errno));
    pid_t pid = start(program, "--check", argv, ends[1]);
    if (pid < 0)
        diag_die(EX_OSERR, "%s: can't be run: %s", program, strerror(errno));
    close(ends[1]);
    read_line(ends[0], summary, room);
    close(ends[0]);
    if (waitpid(pid, &status, 0) != pid)
        diag_die(EX_OSERR, "waiting for %s --check: %s", program, strerror(errno));
    if (WIFSIGNALED(status))
        diag_die(EX_SOFTWARE, "%s --check was ended by a signal", program);
    if (WEXITSTATUS(status) != EX_OK)
        exit(WEXITSTATUS(status));
}

void handler_sweep(const char *program, const char *const argv[])
{
    if (start(program, "--sweep", argv, STDERR_FILENO) < 0)
        diag_warn("%s --sweep can't be run: %s", program, strerror(errno));
}
