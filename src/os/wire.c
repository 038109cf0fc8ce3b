#include "os/wire.h"

#include "os/clock.h"
#include "os/local.h"
#include "os/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- Opening ---- */

static void set_socket_timeout(int fd, int option, int ms)
{
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}

/* Some superservers hand over descriptors that don't block; here they must. */
static void make_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && flags & O_NONBLOCK)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

static void begin(struct wire *wire, struct peer peer, const struct pace_limits *limits)
{
    wire->peer = peer;
    wire->in_wait_ms = -1;
    wire->out = wire->near;
    pace_begin(&wire->pace, limits, false);
    wire->out_wait_ms = pace_wait_ms(&wire->pace);
    if (wire->out_wait_ms > OUTPUT_LOOK_MS)
        wire->out_wait_ms = OUTPUT_LOOK_MS;
}

/* The TCP option fails on a unix socket, which loses nobody on its way. is_timed: what is most
 * often wanted is there already. */
static void limit_output(const struct wire *wire, bool is_timed)
{
    int stall_ms = wire->pace.limits->stall_ms;
    if (!is_timed || stall_ms != TIMEOUT_STALL_MS)
        setsockopt(wire->peer.out, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms);
    if (!is_timed || wire->out_wait_ms != OUTPUT_LOOK_MS)
        set_socket_timeout(wire->peer.out, SO_SNDTIMEO, wire->out_wait_ms);
}

/* Fails on a unix socket, which has no Nagle to wait for. */
static void send_at_once(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void wire_open(struct wire *wire, struct peer peer, const struct pace_limits *limits)
{
    begin(wire, peer, limits);
    signal(SIGPIPE, SIG_IGN);
    make_blocking(peer.in);
    if (peer.out != peer.in)
        make_blocking(peer.out);
    if (peer.in_kind == PEER_SOCKET)
        stop_watch(peer.in);
    if (peer.out_kind == PEER_SOCKET) {
        send_at_once(peer.out);
        limit_output(wire, false);
    }
}

void wire_prepare(struct wire *wire)
{
    wire->in[0] = wire->near[0] = '\0'; /* their first pages are there */
    signal(SIGPIPE, SIG_IGN);
    stop_watch(-1);
}

void wire_open_late(struct wire *wire, int connection, const struct pace_limits *limits,
                    bool is_timed)
{
    begin(wire, (struct peer){connection, connection, PEER_SOCKET, PEER_SOCKET}, limits);
    stop_watch_now(connection);
    wire->is_unpaced = local_is_loopback();
    limit_output(wire, is_timed);
    if (is_timed)
        wire->in_wait_ms = TIMEOUT_FIRST_MS;
}

/* ---- Input ---- */

struct span wire_unread(const struct wire *wire)
{
    return (struct span){wire->in + wire->start, wire->end - wire->start};
}

void wire_consume(struct wire *wire, size_t n)
{
    wire->start += n;
}

void wire_hold(struct wire *wire)
{
    wire->floor = wire->start;
}

static void move_unread_to(struct wire *wire, size_t floor)
{
    size_t len = wire->end - wire->start;
    if (len && wire->start != floor)
        memmove(wire->in + floor, wire->in + wire->start, len);
    wire->start = floor;
    wire->end = floor + len;
}

void wire_release(struct wire *wire)
{
    wire->floor = 0;
    if (wire->start == wire->end || wire->start > WIRE_IN_BYTES / 2)
        move_unread_to(wire, 0);
}

/* Milliseconds until the deadline, rounded up to 20, so that a wait that is the same each time is
 * the same number each time; 0: for ever; -1: the deadline has passed. */
static int wait_until(int64_t deadline, int64_t now)
{
    if (deadline == DEADLINE_NEVER)
        return 0;
    int64_t left = deadline - now;
    return left <= 0 ? -1 : (int)((left + 19) / 20 * 20);
}

/* True where a read will not block, or has a timeout of its own. */
static bool await_input(struct wire *wire, int wait_ms)
{
    if (wire->peer.in_kind == PEER_SOCKET) {
        if (wire->in_wait_ms != wait_ms) {
            set_socket_timeout(wire->peer.in, SO_RCVTIMEO, wait_ms);
            stop_timeout_set();
        }
        wire->in_wait_ms = wait_ms;
        return true;
    }
    struct pollfd ready = {.fd = wire->peer.in, .events = POLLIN};
    return wire->peer.in_kind == PEER_PATIENT || poll(&ready, 1, wait_ms ? wait_ms : -1) != 0;
}

/* At first the time is that at which the deadline was made, or a moment later: nothing was waited
 * for since. */
static long read_more(struct wire *wire, int64_t deadline)
{
    for (int64_t now = clock_recent_ms();; now = clock_ms()) {
        int wait_ms = wait_until(deadline, now);
        if (wait_ms < 0 || !await_input(wire, wait_ms)) {
            errno = ETIMEDOUT;
            return -1;
        }
        ssize_t got = read(wire->peer.in, wire->in + wire->end, WIRE_IN_BYTES - wire->end);
        if (got >= 0)
            return got;
        if (errno == EAGAIN && wire->peer.in_kind == PEER_SOCKET)
            errno = ETIMEDOUT;
        if (errno != EAGAIN)
            return -1;
    }
}

void wire_forget_timeout(struct wire *wire)
{
    wire->in_wait_ms = -1;
}

long wire_fill(struct wire *wire, int64_t deadline)
{
    wire_flush(wire);
    if (wire->broken || wire->ended)
        return 0;
    if (wire->start == wire->end || wire->end == WIRE_IN_BYTES)
        move_unread_to(wire, wire->floor);
    if (wire->end == WIRE_IN_BYTES) {
        errno = ENOBUFS;
        return -1;
    }
    long got = read_more(wire, deadline);
    int error = errno;
    clock_ms(); /* what is answered now goes by it */
    errno = error;
    if (got > 0)
        wire->end += (size_t)got;
    if (wire->end > wire->in_most)
        wire->in_most = wire->end;
    wire->ended = got == 0;
    return got;
}

/* ---- The end ---- */

/* More, or the end. */
static bool more_is_waiting(const struct wire *wire)
{
    struct pollfd ready = {.fd = wire->peer.in, .events = POLLIN};
    return poll(&ready, 1, 0) > 0;
}

/* What is waiting is dropped. */
static bool is_the_end(struct wire *wire)
{
    ssize_t got = read(wire->peer.in, wire->in, WIRE_IN_BYTES);
    if (got > 0 && (size_t)got > wire->in_most)
        wire->in_most = (size_t)got;
    return got == 0;
}

static void linger(struct wire *wire)
{
    int64_t end = deadline_in(LINGER_ALL_MS);
    bool stopping = false;
    size_t dropped = 0;
    wire->floor = 0;
    while (dropped < LINGER_BYTES) {
        if (!stopping && stop_asked()) {
            stopping = true;
            end = deadline_nearer(end, deadline_in(LINGER_STOPPING_MS));
        }
        wire->start = wire->end = 0;
        long got = wire_fill(wire, deadline_nearer(end, deadline_in(LINGER_IDLE_MS)));
        if (got == 0 || (got < 0 && errno != EINTR))
            return;
        dropped += got > 0 ? (size_t)got : 0;
    }
}

void wire_finish(struct wire *wire, bool more_may_come)
{
    wire_end(wire);
    if (wire->peer.in_kind != PEER_SOCKET || wire->ended || wire->broken)
        return;
    if (more_may_come || wire->start < wire->end || (more_is_waiting(wire) && !is_the_end(wire)))
        linger(wire);
}

void wire_forget(struct wire *wire)
{
    explicit_bzero(wire->in, wire->in_most);
    explicit_bzero(wire->far, wire->far_most);
    explicit_bzero(wire, offsetof(struct wire, in));
}
