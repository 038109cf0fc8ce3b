#include "launch/children.h"

#include "launch/deposit.h"
#include "launch/offer.h"
#include "launch/queue.h"
#include "launch/returns.h"
#include "launch/spawn.h"
#include "launch/table.h"
#include "os/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_CONTROL = -1 };

struct child {
    pid_t pid; /* 0: the slot is free */
    int tag;
    struct queue *queue; /* it stands in; NULL: it has been dismissed */
    uint64_t number;     /* counts connections up */
    int control;         /* our end; NO_CONTROL: nothing more will be said over it */
    unsigned left;       /* connections that it may still be given */
    unsigned generation; /* of the files that it has read */
    bool killed;         /* by us */
    bool is_watched;     /* its control is among the returns */
};

struct children {
    const char *program;
    char *const *argv;
    unsigned count, max, reuse;
    unsigned generation;
    uint64_t numbers;
    /* In the order in which they got their connection, or came to wait for one. */
    struct queue busy, spares;
    int returns; /* the controls of those that will come back; -1: none will */
    struct table *table;
    struct child *at; /* by the table's slots, and so are the links */
    struct queue_link *links;
};

struct children *children_new(unsigned max, const char *program, char *const argv[], unsigned reuse)
{
    struct children *children = table_array(1, sizeof *children);
    children->program = program;
    children->argv = argv;
    children->max = max;
    children->reuse = reuse;
    children->busy = children->spares = QUEUE_EMPTY;
    children->table = table_new(max);
    children->at = table_array(max, sizeof *children->at);
    children->links = table_array(max, sizeof *children->links);
    children->returns = reuse > 1 ? returns_open() : -1;
    return children;
}

unsigned children_count(const struct children *children)
{
    return children->count;
}

unsigned children_busy(const struct children *children)
{
    return children->busy.count;
}

unsigned children_spares(const struct children *children)
{
    return children->spares.count;
}

static void enqueue(struct children *children, struct queue *queue, int slot)
{
    children->at[slot].queue = queue;
    queue_join(queue, children->links, slot);
}

static void dequeue(struct children *children, int slot)
{
    if (children->at[slot].queue)
        queue_leave(children->at[slot].queue, children->links, slot);
    children->at[slot].queue = NULL;
}

/* ---- Spawning ---- */

/* The slot of a new child that stands in no queue, or -1 with errno. */
static int start(struct children *children, int descriptor, int control)
{
    if (children->count == children->max) {
        errno = EAGAIN;
        return -1;
    }
    pid_t pid = spawn_program(children->program, children->argv, descriptor, descriptor);
    if (pid < 0)
        return -1;
    int slot = table_add(children->table, (uint64_t)pid);
    children->at[slot] = (struct child){
        .pid = pid,
        .control = control,
        .left = children->reuse,
        .generation = children->generation,
    };
    children->count++;
    return slot;
}

static void connect_to(struct children *children, int slot, int tag)
{
    children->at[slot].tag = tag;
    children->at[slot].number = ++children->numbers;
    enqueue(children, &children->busy, slot);
}

int children_spawn(struct children *children, int connection, int tag)
{
    int slot = start(children, connection, NO_CONTROL);
    if (slot < 0)
        return -1;
    connect_to(children, slot, tag);
    return 0;
}

int children_spawn_spare(struct children *children)
{
    int ends[2];
    if (offer_control(ends) != 0)
        return -1;
    int slot = start(children, ends[1], ends[0]);
    int error = errno;
    close(ends[1]);
    if (slot < 0)
        close(ends[0]);
    else
        enqueue(children, &children->spares, slot);
    errno = error;
    return slot < 0 ? -1 : 0;
}

/* ---- Signals ---- */

static void end_now(struct child *child)
{
    child->killed = true;
    kill(child->pid, SIGKILL);
}

void children_signal(const struct children *children, int signal)
{
    for (unsigned i = 0; i < children->max; i++)
        if (children->at[i].pid)
            kill(children->at[i].pid, signal);
}

void children_end_now(struct children *children)
{
    for (unsigned i = 0; i < children->max; i++)
        if (children->at[i].pid)
            end_now(&children->at[i]);
}

/* ---- Spares ---- */

static void close_control(const struct children *children, struct child *child)
{
    if (child->is_watched)
        returns_forget(children->returns, child->control);
    child->is_watched = false;
    if (child->control != NO_CONTROL)
        close(child->control);
    child->control = NO_CONTROL;
}

static void dismiss(struct children *children, int slot)
{
    dequeue(children, slot);
    close_control(children, &children->at[slot]);
}

void children_dismiss_spare(struct children *children)
{
    if (children->spares.last != QUEUE_END)
        dismiss(children, children->spares.last);
}

void children_dismiss_spares(struct children *children)
{
    children->generation++;
    while (children->spares.last != QUEUE_END)
        dismiss(children, children->spares.last);
}

/* Where that can't be done, this is its last. */
static void await_return(struct children *children, int slot)
{
    struct child *child = &children->at[slot];
    if (!child->is_watched)
        child->is_watched = returns_watch(children->returns, child->control, slot) == 0;
    if (!child->is_watched)
        close_control(children, child);
}

/* One that has come back, the last one first: the processor may still have its memory at hand. Else
 * the one that was started first: it is the most likely to be ready. */
static int choose(const struct children *children)
{
    int last = children->spares.last;
    bool has_served = last != QUEUE_END && children->at[last].is_watched;
    return has_served ? last : children->spares.first;
}

bool children_hand_over(struct children *children, struct handover *handover, int connection,
                        int tag, bool is_calm)
{
    is_calm = is_calm && children->busy.count == 0;
    for (int slot; (slot = choose(children)) != QUEUE_END;) {
        struct child *child = &children->at[slot];
        handover->returns = child->left > 1;
        /* A spare that waits says nothing; of those that are watched it would be known. */
        if ((!child->is_watched && offer_hears(child->control) != 0) ||
            offer_give(child->control, handover, connection, is_calm ? child->pid : 0) != 0) {
            dismiss(children, slot);
            end_now(child);
            continue;
        }
        dequeue(children, slot);
        connect_to(children, slot, tag);
        child->left--;
        if (handover->returns)
            await_return(children, slot);
        else
            close_control(children, child);
        deposit_put(slot, connection);
        return true;
    }
    return false;
}

/* ---- Coming back ---- */

int children_returns_fd(const struct children *children)
{
    return children->returns;
}

/* One that says something, or says no more. False: it has not come back. */
static bool welcome(struct children *children, int slot)
{
    struct child *child = &children->at[slot];
    /* Else it has ended since. */
    int said = child->is_watched ? offer_hears(child->control) : 0;
    if (said == 0)
        return false;
    if (said < 0 || child->queue != &children->busy) {
        /* It has ended, or is not what it should be. */
        if (child->queue == &children->spares)
            dequeue(children, slot);
        close_control(children, child);
        end_now(child);
        return false;
    }
    dequeue(children, slot);
    deposit_close(slot);
    if (child->generation != children->generation)
        close_control(children, child);
    else
        enqueue(children, &children->spares, slot);
    return true;
}

int children_collect(struct children *children, int tags[RETURNS_MAX])
{
    int slots[RETURNS_MAX];
    int said = children->returns >= 0 ? returns_next(children->returns, slots) : 0;
    int back = 0;
    for (int i = 0; i < said; i++)
        if (welcome(children, slots[i]))
            tags[back++] = children->at[slots[i]].tag;
    return back;
}

/* ---- Ending ---- */

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
    struct child *child = &children->at[slot];
    ending->tag = child->tag;
    ending->untouched = deposit_take_untouched(slot);
    ending->was_spare = child->queue != &children->busy;
    ending->was_dismissed = child->queue == NULL;
    ending->was_killed = child->killed;
    dismiss(children, slot);
    child->pid = 0;
    table_remove(children->table, slot);
    children->count--;
    return 1;
}

/* ---- Room ---- */

unsigned children_ask_to_yield(const struct children *children, uint64_t *asked, unsigned count,
                               int idle_ms)
{
    unsigned done = 0;
    int slot = children->busy.first;
    for (; slot != QUEUE_END && done < count; slot = children->links[slot].behind) {
        const struct child *child = &children->at[slot];
        if (child->number <= *asked)
            continue;
        *asked = child->number;
        sigqueue(child->pid, YIELD_SIGNAL, (union sigval){.sival_int = idle_ms});
        done++;
    }
    return done;
}
