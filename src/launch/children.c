#include "launch/children.h"

#include "launch/spawn.h"
#include "launch/table.h"
#include "os/stop.h"

#include <signal.h>
#include <sys/wait.h>

struct child {
    pid_t pid; /* 0: the slot is free */
    int tag;
    uint64_t number;    /* counts connections up */
    int older, younger; /* slots, in the order of those numbers; or TABLE_END */
};

struct children {
    const char *program;
    char *const *argv;
    unsigned count, max;
    uint64_t numbers;
    int oldest, youngest;
    struct table *table;
    struct child *at; /* by the table's slots */
};

struct children *children_new(unsigned max, const char *program, char *const argv[])
{
    struct children *children = table_array(1, sizeof *children);
    children->program = program;
    children->argv = argv;
    children->max = max;
    children->oldest = children->youngest = TABLE_END;
    children->table = table_new(max);
    children->at = table_array(max, sizeof *children->at);
    return children;
}

unsigned children_count(const struct children *children)
{
    return children->count;
}

/* ---- By age ---- */

static void link_youngest(struct children *children, int slot)
{
    struct child *child = &children->at[slot];
    child->number = ++children->numbers;
    child->older = children->youngest;
    child->younger = TABLE_END;
    if (child->older == TABLE_END)
        children->oldest = slot;
    else
        children->at[child->older].younger = slot;
    children->youngest = slot;
}

static void unlink_child(struct children *children, int slot)
{
    const struct child *child = &children->at[slot];
    if (child->older == TABLE_END)
        children->oldest = child->younger;
    else
        children->at[child->older].younger = child->younger;
    if (child->younger == TABLE_END)
        children->youngest = child->older;
    else
        children->at[child->younger].older = child->older;
}

/* ---- Their lives ---- */

int children_spawn(struct children *children, int connection, int tag)
{
    pid_t pid = spawn_program(children->program, children->argv, connection, connection);
    if (pid < 0)
        return -1;
    int slot = table_add(children->table, (uint64_t)pid);
    children->at[slot].pid = pid;
    children->at[slot].tag = tag;
    link_youngest(children, slot);
    children->count++;
    return 0;
}

int children_reap(struct children *children, struct ending *ending)
{
    int slot = TABLE_END;
    while (slot == TABLE_END) {
        ending->pid = waitpid(-1, &ending->status, WNOHANG);
        if (ending->pid <= 0)
            return 0;
        slot = table_first(children->table, (uint64_t)ending->pid);
        while (slot != TABLE_END && children->at[slot].pid != ending->pid)
            slot = table_next(children->table, slot);
        /* TABLE_END still: not one of ours, but a child that the launcher was started with. */
    }
    ending->tag = children->at[slot].tag;
    unlink_child(children, slot);
    children->at[slot].pid = 0;
    table_remove(children->table, slot);
    children->count--;
    return 1;
}

/* ---- Signals ---- */

void children_signal(const struct children *children, int signal)
{
    for (unsigned i = 0; i < children->max; i++)
        if (children->at[i].pid)
            kill(children->at[i].pid, signal);
}

unsigned children_ask_to_yield(const struct children *children, uint64_t *asked, unsigned count,
                               int idle_ms)
{
    unsigned done = 0;
    int slot = children->oldest;
    for (; slot != TABLE_END && done < count; slot = children->at[slot].younger) {
        const struct child *child = &children->at[slot];
        if (child->number <= *asked)
            continue;
        *asked = child->number;
        sigqueue(child->pid, YIELD_SIGNAL, (union sigval){.sival_int = idle_ms});
        done++;
    }
    return done;
}
