#include "os/inherit.h"

#include "base/diag.h"
#include "base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#ifdef PERCH_LIBSYSTEMD
#include <systemd/sd-daemon.h>

static char **names;
static int listen_fds = -1; /* it answers once */

int inherit_listen_fds(void)
{
    if (listen_fds < 0)
        listen_fds = sd_listen_fds_with_names(1, &names);
    if (listen_fds < 0)
        listen_fds = 0;
    return listen_fds;
}

struct span inherit_name(int fd)
{
    bool has_name = names && fd >= INHERIT_FIRST && fd < INHERIT_FIRST + listen_fds;
    return has_name ? span_of(names[fd - INHERIT_FIRST]) : (struct span){NULL, 0};
}
#else
int inherit_listen_fds(void)
{
    const char *pid_text = getenv("LISTEN_PID"), *fds_text = getenv("LISTEN_FDS");
    uint64_t pid, fds;
    if (!pid_text || !fds_text || !span_decimal(span_of(pid_text), 10, &pid) ||
        !span_decimal(span_of(fds_text), 5, &fds) || pid != (uint64_t)getpid())
        return 0;
    for (int fd = INHERIT_FIRST; fd < INHERIT_FIRST + (int)fds; fd++)
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            return 0;
    return (int)fds;
}

struct span inherit_name(int fd)
{
    const char *names = getenv("LISTEN_FDNAMES");
    struct span rest = names && fd >= INHERIT_FIRST ? span_of(names) : (struct span){NULL, 0};
    for (; fd > INHERIT_FIRST; fd--)
        span_cut(&rest, ':');
    return span_cut(&rest, ':');
}
#endif

void inherit_close_strays(void)
{
    syscall(SYS_close_range, (unsigned)(INHERIT_FIRST + inherit_listen_fds()), ~0U, 0U);
}

static enum peer_kind kind_of(int fd)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return PEER_PATIENT;
    if (S_ISSOCK(facts.st_mode))
        return PEER_SOCKET;
    return S_ISFIFO(facts.st_mode) ? PEER_PIPE : PEER_PATIENT;
}

static int socket_option(int fd, int option)
{
    int value = 0;
    socklen_t len = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

/* A connection can be gone before it is accepted; then the next one is ours. */
static int accept_one(int listener, int wait_ms)
{
    for (;;) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};
        int polled = poll(&ready, 1, wait_ms ? wait_ms : -1);
        if (polled == 0)
            return -1;
        int fd = polled > 0 ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd >= 0)
            return fd;
        bool passing = errno == EINTR || errno == EAGAIN || errno == ECONNABORTED;
        if (!passing)
            diag_die(EX_OSERR, "accept on descriptor %d: %s", listener, strerror(errno));
    }
}

static int socket_peer(struct peer *peer, int fd, int wait_ms)
{
    int type = socket_option(fd, SO_TYPE);
    if (type == SOCK_SEQPACKET && fd == STDIN_FILENO) {
        *peer = (struct peer){fd, fd, PEER_CONTROL, PEER_CONTROL};
        return 0;
    }
    if (type != SOCK_STREAM)
        diag_die(EX_CONFIG, "descriptor %d is no stream socket; HTTP/1.1 needs one", fd);
    bool listens = socket_option(fd, SO_ACCEPTCONN) == 1;
    int connection = listens ? accept_one(fd, wait_ms) : fd;
    if (connection < 0)
        return -1;
    *peer = (struct peer){connection, connection, PEER_SOCKET, PEER_SOCKET};
    /* Two sockets, one each way, are what some programs give their children. */
    if (!listens && fd == STDIN_FILENO && kind_of(STDOUT_FILENO) == PEER_SOCKET)
        peer->out = STDOUT_FILENO;
    return 0;
}

int inherit_peer(struct peer *peer, int wait_ms)
{
    int passed = inherit_listen_fds();
    if (passed > 1)
        diag_die(EX_CONFIG,
                 "%d sockets are passed; perch serves one: set Accept=yes, or run perchd", passed);
    int fd = passed == 1 ? INHERIT_FIRST : STDIN_FILENO;
    enum peer_kind kind = kind_of(fd);
    if (kind == PEER_SOCKET)
        return socket_peer(peer, fd, wait_ms);
    if (passed == 1)
        diag_die(EX_CONFIG, "the descriptor that the service manager passes is no socket");
    if (fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0)
        diag_die(EX_NOINPUT,
                 "stdin or stdout is closed; perch serves the connection it finds there");
    *peer = (struct peer){STDIN_FILENO, STDOUT_FILENO, kind, kind_of(STDOUT_FILENO)};
    return 0;
}
