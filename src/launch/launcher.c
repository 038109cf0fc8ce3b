#include "launch/launcher.h"

#include "base/diag.h"
#include "launch/intake.h"
#include "launch/manager.h"
#include "launch/metrics.h"
#include "launch/news.h"
#include "launch/refusal.h"
#include "os/clock.h"
#include "os/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct launcher {
    const struct launch_plan *plan;
    struct intake intake;
    struct counts counts, told;
    int signals;          /* a signalfd */
    unsigned stops_asked; /* SIGTERM and SIGINT so far */
    bool counts_asked;    /* by SIGUSR1 */
    bool metrics_failed;  /* and that has been said */
    int64_t status_due;   /* when the counts, which have changed, may be told; 0: they have not */
    int alive_period_ms;
    int64_t alive_due;
};

/* ---- Signals ---- */

enum { SIGNALS_WANTED = 5 };

static void wanted_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGUSR1); /* tell the counts */
    sigaddset(set, SIGHUP);  /* a new perch on disk is simply used by the next spawn */
}

void launcher_block_signals(void)
{
    sigset_t set;
    wanted_signals(&set);
    sigaddset(&set, YIELD_SIGNAL); /* for the handlers' sake, which inherit it */
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would hide how handlers end */
}

/* ---- Handlers that end ---- */

/* SIGTERM is the launcher's own doing, or an administrator's; so is SIGKILL, or the kernel's, where
 * memory has run out: the client may be to blame for that, or the neighbours. */
static void say_how_it_ended(struct launcher *launcher, const struct ending *ending)
{
    struct origin origin;
    char who[ORIGIN_TEXT_BYTES] = "its client";
    int number = WIFSIGNALED(ending->status) ? WTERMSIG(ending->status) : 0;
    if (ending->was_spare && ending->was_dismissed)
        return;
    bool failed = WIFEXITED(ending->status) && WEXITSTATUS(ending->status) != 0;
    if (failed && ending->was_spare)
        news(NEWS_SPARE, "spare handler %d ended before it had a connection: exit code %d",
             (int)ending->pid, WEXITSTATUS(ending->status));
    else if (failed)
        news(NEWS_FAILURE, "handler %d could not serve: exit code %d", (int)ending->pid,
             WEXITSTATUS(ending->status));
    if (number == SIGKILL && !ending->was_killed)
        news(NEWS_KILLED, "handler %d was killed by hand, or by the kernel for want of memory",
             (int)ending->pid);
    if (number == 0 || number == SIGTERM || number == SIGKILL)
        return;
    launcher->counts.crashed++;
    bool penalised =
        !ending->was_spare && sources_penalise(launcher->plan->sources, ending->tag, &origin);
    if (penalised)
        origin_text(origin, who);
    news(NEWS_CRASH, "handler %d was ended by signal %d (%s); %s is %s", (int)ending->pid, number,
         strsignal(number), who, penalised ? "penalised" : "not penalised");
}

static void connection_ended(struct launcher *launcher, int source)
{
    sources_leave(launcher->plan->sources, source);
    launcher->counts.served++;
    intake_freed(&launcher->intake);
}

/* False where the connection is lost with its handler. */
static bool serve_again(struct launcher *launcher, const struct ending *ending)
{
    if (!launcher->stops_asked)
        return intake_again(&launcher->intake, ending->untouched, ending->tag);
    close(ending->untouched);
    return false;
}

static void reap(struct launcher *launcher)
{
    struct ending ending;
    while (children_reap(launcher->plan->children, &ending)) {
        say_how_it_ended(launcher, &ending);
        if (ending.untouched != DEPOSIT_NONE && serve_again(launcher, &ending))
            continue;
        if (!ending.was_spare)
            connection_ended(launcher, ending.tag);
        else if (!ending.was_dismissed)
            spares_failed(launcher->plan->spares);
    }
}

static void collect(struct launcher *launcher)
{
    int sources[RETURNS_MAX];
    int back;
    do {
        back = children_collect(launcher->plan->children, sources);
        for (int i = 0; i < back; i++)
            connection_ended(launcher, sources[i]);
    } while (back == RETURNS_MAX);
}

static void read_signals(struct launcher *launcher)
{
    /* Of each signal one may wait. */
    struct signalfd_siginfo infos[SIGNALS_WANTED];
    ssize_t got = read(launcher->signals, infos, sizeof infos);
    for (ssize_t i = 0; i < got / (ssize_t)sizeof infos[0]; i++) {
        if (infos[i].ssi_signo == SIGTERM || infos[i].ssi_signo == SIGINT)
            launcher->stops_asked++;
        if (infos[i].ssi_signo == SIGUSR1)
            launcher->counts_asked = true;
    }
    reap(launcher);
}

/* ---- The clock ---- */

static void count(struct launcher *launcher)
{
    struct counts *counts = &launcher->counts;
    counts->connections = children_busy(launcher->plan->children);
    counts->refused = launcher->intake.refused;
    if (launcher->status_due == 0 && memcmp(counts, &launcher->told, sizeof *counts) != 0)
        launcher->status_due = clock_ms() + STATUS_PERIOD_MS;
}

/* To whoever wants to know without being asked. A file that can't be written is told of once. */
static void tell_counts(struct launcher *launcher)
{
    launcher->told = launcher->counts;
    manager_status(&launcher->counts);
    bool failed = metrics_write(&launcher->counts) != 0;
    if (failed && !launcher->metrics_failed)
        diag_warn("--metrics: the file can't be written: %s", strerror(errno));
    launcher->metrics_failed = failed;
}

static void tell_who_asked(struct launcher *launcher)
{
    if (!launcher->counts_asked)
        return;
    char text[COUNTS_TEXT_MAX];
    diag_warn("%s, %" PRIu64 " crashed", counts_text(&launcher->counts, text),
              launcher->counts.crashed);
    launcher->counts_asked = false;
}

static void do_what_is_due(struct launcher *launcher)
{
    int64_t now = clock_ms();
    if (launcher->status_due && launcher->status_due <= now) {
        tell_counts(launcher);
        launcher->status_due = 0;
    }
    if (launcher->alive_period_ms && launcher->alive_due <= now) {
        manager_alive();
        launcher->alive_due = now + launcher->alive_period_ms;
    }
    tell_who_asked(launcher);
    refusal_close_old();
    news_tell(false);
    intake_tick(&launcher->intake);
}

/* Milliseconds until something is due; -1: nothing is. */
static int next_wait_ms(struct launcher *launcher, int64_t deadline)
{
    count(launcher);
    deadline = deadline_nearer(deadline, intake_next(&launcher->intake));
    deadline = deadline_nearer(deadline, launcher->status_due);
    if (launcher->alive_period_ms)
        deadline = deadline_nearer(deadline, launcher->alive_due);
    deadline = deadline_nearer(deadline, refusal_next_close());
    deadline = deadline_nearer(deadline, news_next());
    if (deadline == DEADLINE_NEVER)
        return -1;
    int64_t left = deadline - clock_ms();
    return left > 0 ? (int)left : 0;
}

/* ---- Serving and draining ---- */

/* Polled besides the listeners: the signals, and handlers that come back. */
enum { OTHERS = 2 };

static int serving_wait_ms(struct launcher *launcher)
{
    int wait = next_wait_ms(launcher, DEADLINE_NEVER);
    int spares_wait = spares_wait_ms(launcher->plan->spares);
    return spares_wait && (wait < 0 || spares_wait < wait) ? spares_wait : wait;
}

static void serve(struct launcher *launcher)
{
    const struct listeners *listeners = launcher->plan->listeners;
    struct pollfd polled[OTHERS + LISTENERS_MAX] = {
        {.fd = launcher->signals, .events = POLLIN},
        {.fd = children_returns_fd(launcher->plan->children), .events = POLLIN},
    };
    for (unsigned i = 0; i < listeners->count; i++)
        polled[OTHERS + i] = (struct pollfd){.fd = listeners->at[i].fd, .events = POLLIN};

    while (!launcher->stops_asked) {
        nfds_t watched = OTHERS + (intake_watches(&launcher->intake) ? listeners->count : 0);
        int ready = poll(polled, watched, serving_wait_ms(launcher));
        bool taken = false;
        do_what_is_due(launcher);
        if (ready > 0 && polled[1].revents)
            collect(launcher);
        if (ready > 0 && polled[0].revents)
            read_signals(launcher);
        for (nfds_t i = OTHERS; ready > 0 && i < watched; i++)
            if (polled[i].revents) {
                intake_take(&launcher->intake, &listeners->at[i - OTHERS]);
                taken = true;
            }
        if (taken)
            continue;
        intake_rests(&launcher->intake);
        spares_adapt(launcher->plan->spares, ready == 0);
    }
}

static void drain(struct launcher *launcher)
{
    struct pollfd polled = {.fd = launcher->signals, .events = POLLIN};
    struct children *children = launcher->plan->children;
    int64_t deadline = deadline_in(launcher->plan->drain_ms);
    bool killed = false;
    intake_close(&launcher->intake);
    listeners_close(launcher->plan->listeners);
    manager_stopping();
    children_dismiss_spares(children);
    children_signal(children, SIGTERM);
    while (children_count(children)) {
        poll(&polled, 1, next_wait_ms(launcher, killed ? DEADLINE_NEVER : deadline));
        do_what_is_due(launcher);
        read_signals(launcher);
        collect(launcher);
        bool out_of_time = deadline != DEADLINE_NEVER && deadline <= clock_ms();
        if (!killed && (out_of_time || launcher->stops_asked > 1)) {
            diag_warn("%u handlers are still at work; ending them", children_count(children));
            children_end_now(children);
            killed = true;
        }
    }
    metrics_end();
    news_tell(true);
}

void launcher_run(const struct launch_plan *plan)
{
    sigset_t set;
    wanted_signals(&set);
    struct launcher launcher = {
        .plan = plan,
        .signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .intake = {.children = plan->children,
                   .sources = plan->sources,
                   .spares = plan->spares,
                   .max_connections = plan->max_connections,
                   .held = {.connection = INTAKE_NONE}},
        .alive_period_ms = manager_alive_period_ms(),
    };
    if (launcher.signals < 0)
        diag_die(EX_OSERR, "signalfd: %s", strerror(errno));
    manager_ready();
    tell_counts(&launcher);
    serve(&launcher);
    drain(&launcher);
}
