#include "launch/children.h"

#include "base/diag.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct child {
    pid_t pid;
    int tag;
    int next; /* in its chain, or of the free ones; -1: the last */
};

struct children {
    const char *program;
    char *const *argv;
    unsigned count;
    unsigned mask; /* of the chains; one less than their number */
    int *chains;   /* the first child of each, or -1 */
    int free;
    struct child *at;
};

struct children *children_new(unsigned max, const char *program, char *const argv[])
{
    struct children *children = calloc(1, sizeof *children);
    unsigned chains = 1;
    while (chains < max)
        chains *= 2;
    if (children) {
        children->chains = calloc(chains, sizeof *children->chains);
        children->at = calloc(max, sizeof *children->at);
    }
    if (!children || !children->chains || !children->at)
        diag_die(EX_OSERR, "--max-connections: no memory for %u; give fewer", max);
    children->program = program;
    children->argv = argv;
    children->mask = chains - 1;
    memset(children->chains, -1, chains * sizeof *children->chains);
    for (unsigned i = 0; i < max; i++)
        children->at[i].next = i + 1 < max ? (int)i + 1 : -1;
    return children;
}

unsigned children_count(const struct children *children)
{
    return children->count;
}

/* ---- Spawning ---- */

static pid_t spawn(const char *program, char *const argv[], int connection)
{
    static char *const empty_environment[] = {NULL};
    /* Not posix_spawn(): glibc's sets up every signal, one call each. */
    pid_t pid = vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)
    if (pid == 0) {
        if (dup2(connection, STDIN_FILENO) == STDIN_FILENO &&
            dup2(connection, STDOUT_FILENO) == STDOUT_FILENO)
            execve(program, argv, empty_environment);
        _exit(EX_OSERR);
    }
    return pid;
}

int children_spawn(struct children *children, int connection, int tag)
{
    pid_t pid = spawn(children->program, children->argv, connection);
    if (pid < 0)
        return -1;
    int *chain = &children->chains[(unsigned)pid & children->mask];
    int taken = children->free;
    children->free = children->at[taken].next;
    children->at[taken] = (struct child){pid, tag, *chain};
    *chain = taken;
    children->count++;
    return 0;
}

/* ---- Ending ---- */

/* SIGTERM and SIGKILL are the launcher's own doing, or an administrator's. */
static void say_how_it_ended(pid_t pid, int status)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM && WTERMSIG(status) != SIGKILL)
        diag_warn("handler %d was ended by signal %d (%s)", (int)pid, WTERMSIG(status),
                  strsignal(WTERMSIG(status)));
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        diag_warn("handler %d could not serve: exit code %d", (int)pid, WEXITSTATUS(status));
}

int children_reap(struct children *children, int *tag)
{
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0)
        return 0;
    say_how_it_ended(pid, status);
    int *link = &children->chains[(unsigned)pid & children->mask];
    while (*link >= 0 && children->at[*link].pid != pid)
        link = &children->at[*link].next;
    int ended = *link;
    if (ended < 0) /* not one of ours: a child that the launcher was started with */
        return children_reap(children, tag);
    *link = children->at[ended].next;
    *tag = children->at[ended].tag;
    children->at[ended] = (struct child){.next = children->free};
    children->free = ended;
    children->count--;
    return 1;
}

void children_signal(const struct children *children, int signal)
{
    for (unsigned chain = 0; chain <= children->mask; chain++)
        for (int i = children->chains[chain]; i >= 0; i = children->at[i].next)
            kill(children->at[i].pid, signal);
}
