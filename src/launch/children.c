#include "launch/children.h"

#include "base/diag.h"
#include "launch/spawn.h"
#include "launch/table.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct child {
    pid_t pid; /* 0: the slot is free */
    int tag;
};

struct children {
    const char *program;
    char *const *argv;
    unsigned count, max;
    struct table *table;
    struct child *at; /* by the table's slots */
};

struct children *children_new(unsigned max, const char *program, char *const argv[])
{
    struct children *children = table_array(1, sizeof *children);
    children->program = program;
    children->argv = argv;
    children->max = max;
    children->table = table_new(max);
    children->at = table_array(max, sizeof *children->at);
    return children;
}

unsigned children_count(const struct children *children)
{
    return children->count;
}

/* ---- Spawning ---- */

int children_spawn(struct children *children, int connection, int tag)
{
    pid_t pid = spawn_program(children->program, children->argv, connection, connection);
    if (pid < 0)
        return -1;
    children->at[table_add(children->table, (uint64_t)pid)] = (struct child){pid, tag};
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
    int status, ended = TABLE_END;
    while (ended == TABLE_END) {
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            return 0;
        ended = table_first(children->table, (uint64_t)pid);
        while (ended != TABLE_END && children->at[ended].pid != pid)
            ended = table_next(children->table, ended);
        /* TABLE_END still: not one of ours, but a child that the launcher was started with. */
    }
    say_how_it_ended(children->at[ended].pid, status);
    *tag = children->at[ended].tag;
    children->at[ended].pid = 0;
    table_remove(children->table, ended);
    children->count--;
    return 1;
}

void children_signal(const struct children *children, int signal)
{
    for (unsigned i = 0; i < children->max; i++)
        if (children->at[i].pid)
            kill(children->at[i].pid, signal);
}
