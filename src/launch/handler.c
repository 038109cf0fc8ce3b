#include "launch/handler.h"

#include "base/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

/* The arguments with --check before them, where no option takes it for its value; to be freed. */
static char **with_check(const char *const argv[])
{
    size_t count = 0;
    while (argv[count])
        count++;
    const char **checked = calloc(count + 2, sizeof *checked);
    if (!checked)
        diag_die(EX_OSERR, "no memory for %zu arguments", count);
    checked[0] = diag_name(); /* what it has to say it says in our name */
    checked[1] = "--check";
    memcpy(checked + 2, argv + 1, (count - 1) * sizeof *checked);
    return (char **)checked;
}

/* Its stdout is the writing end of the pipe; its descriptor 2 is ours: its complaint is seen. */
static pid_t start_check(const char *program, const char *const argv[], const int ends[2])
{
    static char *const empty_environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    char **checked = with_check(argv);
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int error = posix_spawn(&pid, program, &actions, NULL, checked, empty_environment);
    posix_spawn_file_actions_destroy(&actions);
    free(checked);
    if (error != 0)
        diag_die(EX_OSERR, "%s: can't be run: %s", program, strerror(error));
    return pid;
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
    pid_t pid = start_check(program, argv, ends);
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
