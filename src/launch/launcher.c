#include "launch/launcher.h"

#include "base/diag.h"
#include "launch/manager.h"
#include "launch/refusal.h"
#include "os/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    /* Accepted from one listener before the others and the signals get their turn. */
    ACCEPTS_A_TURN = 16,
    NOTHING_HELD = -1,
};

struct launcher {
    const struct launch_plan *plan;
    struct counts counts;
    int signals;           /* a signalfd */
    int held, held_source; /* a connection that there was no process for yet; or NOTHING_HELD */
    int64_t paused_until;  /* nothing is accepted before this; 0: no pause */
    bool short_of;         /* descriptors, processes or memory: already said */
    unsigned stops_asked;  /* SIGTERM and SIGINT so far */
    int64_t status_due;    /* when the counts, which have changed, may be told; 0: they have not */
    int alive_period_ms;
    int64_t alive_due;
};

/* ---- Signals ---- */

static void wanted_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGHUP); /* a new perch on disk is simply used by the next spawn */
}

void launcher_block_signals(void)
{
    sigset_t set;
    wanted_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would hide how handlers end */
}

/* ---- Handlers that end ---- */

static void counts_changed(struct launcher *launcher)
{
    launcher->counts.connections = children_count(launcher->plan->children);
    if (launcher->status_due == 0)
        launcher->status_due = clock_ms() + STATUS_PERIOD_MS;
}

static void reap(struct launcher *launcher)
{
    int source;
    while (children_reap(launcher->plan->children, &source)) {
        sources_leave(launcher->plan->sources, source);
        launcher->counts.served++;
        if (launcher->paused_until)
            launcher->paused_until = clock_ms(); /* there is room: end_pause() sees to it */
        counts_changed(launcher);
    }
}

static void read_signals(struct launcher *launcher)
{
    struct signalfd_siginfo info;
    while (read(launcher->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            launcher->stops_asked++;
    }
    reap(launcher);
}

/* ---- Connections ---- */

/* Said once, until things have gone well again. */
static void pause_for_shortage(struct launcher *launcher, const char *call)
{
    if (!launcher->short_of)
        diag_warn("%s: %s; new clients wait until there is room again", call, strerror(errno));
    launcher->short_of = true;
    launcher->paused_until = clock_ms() + SHORTAGE_PAUSE_MS;
}

static void spawn_for(struct launcher *launcher, int connection, int source)
{
    launcher->held = NOTHING_HELD;
    if (children_spawn(launcher->plan->children, connection, source) != 0) {
        pause_for_shortage(launcher, "spawning a handler");
        launcher->held = connection;
        launcher->held_source = source;
        return;
    }
    close(connection);
    if (launcher->short_of)
        diag_warn("there is room again; clients are served");
    launcher->short_of = false;
    counts_changed(launcher);
}

static bool may_accept(const struct launcher *launcher)
{
    return launcher->held == NOTHING_HELD && launcher->paused_until == 0 &&
           children_count(launcher->plan->children) < launcher->plan->max_connections;
}

/* False where there is nothing more to accept here. */
static bool accept_one(struct launcher *launcher, int listener)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof address;
    int connection = accept4(listener, (struct sockaddr *)&address, &len, SOCK_CLOEXEC);
    if (connection < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_for_shortage(launcher, "accepting a connection");
        /* Others, such as ECONNABORTED, are of a client that has gone already. */
        return errno != EAGAIN;
    }
    int source = sources_enter(launcher->plan->sources, connection, &address);
    if (source == SOURCE_FULL) {
        refusal_send(connection);
        launcher->counts.refused++;
        counts_changed(launcher);
    } else {
        spawn_for(launcher, connection, source);
    }
    return true;
}

static void accept_some(struct launcher *launcher, int listener)
{
    for (int i = 0; i < ACCEPTS_A_TURN && may_accept(launcher); i++)
        if (!accept_one(launcher, listener))
            return;
}

static void end_pause(struct launcher *launcher)
{
    if (launcher->paused_until > clock_ms())
        return;
    launcher->paused_until = 0;
    if (launcher->held != NOTHING_HELD)
        spawn_for(launcher, launcher->held, launcher->held_source);
}

/* ---- The clock ---- */

static void do_what_is_due(struct launcher *launcher)
{
    int64_t now = clock_ms();
    if (launcher->status_due && launcher->status_due <= now) {
        manager_status(&launcher->counts);
        launcher->status_due = 0;
    }
    if (launcher->alive_period_ms && launcher->alive_due <= now) {
        manager_alive();
        launcher->alive_due = now + launcher->alive_period_ms;
    }
    refusal_close_old();
}

/* Milliseconds until something is due; -1: nothing is. */
static int next_wait_ms(const struct launcher *launcher, int64_t deadline)
{
    deadline = deadline_nearer(deadline, launcher->paused_until);
    deadline = deadline_nearer(deadline, launcher->status_due);
    if (launcher->alive_period_ms)
        deadline = deadline_nearer(deadline, launcher->alive_due);
    deadline = deadline_nearer(deadline, refusal_next_close());
    if (deadline == DEADLINE_NEVER)
        return -1;
    int64_t left = deadline - clock_ms();
    return left > 0 ? (int)left : 0;
}

/* ---- Serving and draining ---- */

static void serve(struct launcher *launcher)
{
    const struct listeners *listeners = launcher->plan->listeners;
    struct pollfd polled[1 + LISTENERS_MAX] = {{.fd = launcher->signals, .events = POLLIN}};
    for (unsigned i = 0; i < listeners->count; i++)
        polled[1 + i] = (struct pollfd){.fd = listeners->at[i].fd, .events = POLLIN};

    while (!launcher->stops_asked) {
        nfds_t watched = may_accept(launcher) ? 1 + listeners->count : 1;
        int ready = poll(polled, watched, next_wait_ms(launcher, DEADLINE_NEVER));
        do_what_is_due(launcher);
        end_pause(launcher);
        if (ready <= 0)
            continue;
        if (polled[0].revents)
            read_signals(launcher);
        for (nfds_t i = 1; i < watched; i++)
            if (polled[i].revents)
                accept_some(launcher, polled[i].fd);
    }
}

static void drain(struct launcher *launcher)
{
    struct pollfd polled = {.fd = launcher->signals, .events = POLLIN};
    const struct children *children = launcher->plan->children;
    int64_t deadline = deadline_in(launcher->plan->drain_ms);
    bool killed = false;
    if (launcher->held != NOTHING_HELD)
        close(launcher->held);
    listeners_close(launcher->plan->listeners);
    manager_stopping();
    children_signal(children, SIGTERM);
    while (children_count(children)) {
        poll(&polled, 1, next_wait_ms(launcher, killed ? DEADLINE_NEVER : deadline));
        do_what_is_due(launcher);
        read_signals(launcher);
        bool out_of_time = deadline != DEADLINE_NEVER && deadline <= clock_ms();
        if (!killed && (out_of_time || launcher->stops_asked > 1)) {
            diag_warn("%u handlers are still at work; ending them", children_count(children));
            children_signal(children, SIGKILL);
            killed = true;
        }
    }
}

void launcher_run(const struct launch_plan *plan)
{
    sigset_t set;
    wanted_signals(&set);
    struct launcher launcher = {
        .plan = plan,
        .signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .held = NOTHING_HELD,
        .alive_period_ms = manager_alive_period_ms(),
    };
    if (launcher.signals < 0)
        diag_die(EX_OSERR, "signalfd: %s", strerror(errno));
    manager_ready();
    manager_status(&launcher.counts);
    serve(&launcher);
    drain(&launcher);
}
