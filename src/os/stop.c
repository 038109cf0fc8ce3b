#include "os/stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>

static volatile sig_atomic_t asked, waiting;
static volatile int peer = -1;

static void on_signal(int signal)
{
    (void)signal;
    int saved = errno;
    asked = 1;
    if (waiting)
        shutdown(peer, SHUT_RD);
    errno = saved;
}

void stop_watch(int socket)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t none;
    peer = socket;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGHUP, SIG_IGN); /* a terminal that closes: the launcher goes on, and so do we */
    /* The launcher spawns with these blocked: a signal in the first moments is not lost either. */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

bool stop_asked(void)
{
    return asked;
}

void stop_waiting(bool begins)
{
    waiting = begins;
    if (begins && asked)
        shutdown(peer, SHUT_RD);
}
