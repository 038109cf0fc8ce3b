/*
 * The handlers: one process for each connection.
 *
 * Each is an exec of its own: a fresh address space with a fresh layout, whatever the size of the
 * launcher. It gets the connection as descriptors 0 and 1, the launcher's descriptor 2, an empty
 * environment, and the launcher's signals blocked: perch unblocks them when it is ready for them,
 * so that one that comes before is not lost.
 *
 * A spare has been started before there is a connection for it, and waits for one (os/handover.h).
 * With a reuse of more than 1 a handler comes back to be a spare, so many times.
 */
#ifndef PERCH_LAUNCH_CHILDREN_H
#define PERCH_LAUNCH_CHILDREN_H

#include "launch/deposit.h"
#include "launch/returns.h"
#include "os/handover.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct children;

/* How one ended: status as waitpid(2) has it. */
struct ending {
    pid_t pid;
    int status;
    int tag;            /* not of a spare */
    bool was_spare;     /* it had no connection */
    bool was_dismissed; /* and was to end */
    bool was_killed;    /* by the launcher */
    int untouched;      /* its connection, the caller's to serve or close; DEPOSIT_NONE: none */
};

/* At most max at once, each an exec of program with these arguments (argv[0] and the NULL
 * included), which stay the caller's; each for reuse connections. Dies with EX_OSERR where memory
 * is short. */
struct children *children_new(unsigned max, const char *program, char *const argv[],
                              unsigned reuse);

/* All of them; those that have a connection; and those that wait for one. */
unsigned children_count(const struct children *children);
unsigned children_busy(const struct children *children);
unsigned children_spares(const struct children *children);

/* Spawns one; the descriptor stays the caller's to close. tag is given back when it has ended. 0,
 * or -1 with errno: EAGAIN or ENOMEM where there is no room for a process now. */
int children_spawn(struct children *children, int connection, int tag);

/* Spawns a spare. 0, or -1 with errno. */
int children_spawn_spare(struct children *children);

/* Gives the connection to a spare, and takes the descriptor over. False: there is none, and the
 * descriptor stays the caller's. Sets handover->returns. is_calm: none came just before. */
bool children_hand_over(struct children *children, struct handover *handover, int connection,
                        int tag, bool is_calm);

/* Ends the spare that came last; or all that wait, and those that will come back. */
void children_dismiss_spare(struct children *children);
void children_dismiss_spares(struct children *children);

/* Collects one that has ended. 1: *ending is filled in; 0: there is none at present. */
int children_reap(struct children *children, struct ending *ending);

/* Polls readable where a handler may have come back; -1: they don't. */
int children_returns_fd(const struct children *children);

/* Collects some that have come back (RETURNS_MAX: there may be more), and says what their
 * connections' tags were; how many. One that speaks out of turn is killed. */
int children_collect(struct children *children, int tags[RETURNS_MAX]);

/* To all of them; and SIGKILL. */
void children_signal(const struct children *children, int signal);
void children_end_now(struct children *children);

/*
 * Asks count of them to end where they have been idle for idle_ms: those whose connections are
 * oldest, but younger than *asked, which is the cursor: 0 at first. Returns how many there were.
 */
unsigned children_ask_to_yield(const struct children *children, uint64_t *asked, unsigned count,
                               int idle_ms);

#endif
