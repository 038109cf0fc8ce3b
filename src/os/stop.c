#include "os/stop.h"

#include "bounds.h"
#include "os/clock.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>

static volatile sig_atomic_t asked, waiting;
static volatile sig_atomic_t is_patient; /* what is waited for gets STOP_REQUEST_MS, still */
static volatile int peer = -1;
/* From when on the wait that is under way may be given up; DEADLINE_NEVER: it may not. */
static volatile int64_t idle_since;

/* Of a read that has not begun yet; one that has is interrupted, and begun again by its caller. */
static void shorten_wait(void)
{
    struct timeval time = {.tv_usec = (suseconds_t)STOP_REQUEST_MS * 1000};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

static void on_signal(int signal)
{
    (void)signal;
    int saved = errno;
    asked = 1;
    if (waiting && is_patient)
        shorten_wait();
    else if (waiting)
        shutdown(peer, SHUT_RD);
    errno = saved;
}

static void on_yield(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    int saved = errno;
    int64_t least = info->si_code == SI_QUEUE ? info->si_value.sival_int : 0;
    if (waiting && idle_since != DEADLINE_NEVER && clock_ms() - idle_since >= least) {
        asked = 1;
        shutdown(peer, SHUT_RD);
    }
    errno = saved;
}

void stop_watch(int socket)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct sigaction yield = {.sa_sigaction = on_yield, .sa_flags = SA_SIGINFO};
    sigset_t none;
    peer = socket;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(YIELD_SIGNAL, &yield, NULL);
    signal(SIGHUP, SIG_IGN); /* a terminal that closes: the launcher goes on, and so do we */
    /* The launcher spawns with these blocked: a signal in the first moments is not lost either. */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void stop_watch_now(int socket)
{
    peer = socket;
}

bool stop_asked(void)
{
    return asked;
}

void stop_wait_begins(enum stop_wait what)
{
    idle_since = DEADLINE_NEVER;
    if (what == STOP_WAIT_NEXT)
        idle_since = clock_recent_ms();
    else if (what == STOP_WAIT_FIRST)
        idle_since = clock_ms() + ROOM_IDLE_MS;
    is_patient = what != STOP_WAIT_NEXT;
    waiting = 1;
    if (asked && !is_patient)
        shutdown(peer, SHUT_RD);
}

void stop_timeout_set(void)
{
    if (asked && waiting && is_patient)
        shorten_wait();
}

void stop_wait_ends(void)
{
    waiting = 0;
}
