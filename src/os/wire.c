#include "os/wire.h"

#include "os/clock.h"
#include "os/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
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

/* The longest that output blocks before its pace is looked at; 0: for ever. */
static int output_wait_ms(const struct wire *wire)
{
    int wait_ms = pace_wait_ms(&wire->pace);
    return wait_ms > OUTPUT_LOOK_MS ? OUTPUT_LOOK_MS : wait_ms;
}

/* The TCP options fail on a unix socket, which has no Nagle to wait for. */
static void set_up_output(int fd, int stall_ms, int wait_ms)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms);
    set_socket_timeout(fd, SO_SNDTIMEO, wait_ms);
}

void wire_open(struct wire *wire, struct peer peer, const struct pace_limits *limits)
{
    wire->peer = peer;
    pace_begin(&wire->pace, limits, false);
    wire->in_wait_ms = -1;
    signal(SIGPIPE, SIG_IGN);
    make_blocking(peer.in);
    if (peer.out != peer.in)
        make_blocking(peer.out);
    if (wire->peer.in_kind == PEER_SOCKET)
        stop_watch(peer.in);
    if (wire->peer.out_kind == PEER_SOCKET)
        set_up_output(peer.out, limits->stall_ms, output_wait_ms(wire));
}

void wire_prepare(void)
{
    signal(SIGPIPE, SIG_IGN);
    stop_watch(-1);
}

void wire_open_late(struct wire *wire, int connection, const struct pace_limits *limits)
{
    wire->peer = (struct peer){connection, connection, PEER_SOCKET, PEER_SOCKET};
    pace_begin(&wire->pace, limits, false);
    wire->in_wait_ms = -1;
    stop_watch_now(connection);
    setsockopt(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, &limits->stall_ms,
               sizeof limits->stall_ms);
    set_socket_timeout(connection, SO_SNDTIMEO, output_wait_ms(wire));
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
static int wait_until(int64_t deadline)
{
    if (deadline == DEADLINE_NEVER)
        return 0;
    int64_t left = deadline - clock_ms();
    return left <= 0 ? -1 : (int)((left + 19) / 20 * 20);
}

/* True where a read will not block, or has a timeout of its own. */
static bool await_input(struct wire *wire, int wait_ms)
{
    if (wire->peer.in_kind == PEER_SOCKET) {
        if (wire->in_wait_ms != wait_ms)
            set_socket_timeout(wire->peer.in, SO_RCVTIMEO, wait_ms);
        wire->in_wait_ms = wait_ms;
        return true;
    }
    struct pollfd ready = {.fd = wire->peer.in, .events = POLLIN};
    return wire->peer.in_kind == PEER_PATIENT || poll(&ready, 1, wait_ms ? wait_ms : -1) != 0;
}

static long read_more(struct wire *wire, int64_t deadline)
{
    for (;;) {
        int wait_ms = wait_until(deadline);
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
    if (got > 0)
        wire->end += (size_t)got;
    if (wire->end > wire->in_most)
        wire->in_most = wire->end;
    wire->ended = got == 0;
    return got;
}

/* ---- Output ---- */

/* What the peer has received since the last time that somebody asked. */
static int64_t newly_arrived(struct wire *wire)
{
    int underway;
    if (wire->peer.out_kind != PEER_SOCKET || ioctl(wire->peer.out, SIOCOUTQ, &underway) != 0)
        return 0;
    int64_t before = wire->arrived;
    wire->arrived = wire->sent - underway > before ? wire->sent - underway : before;
    return wire->arrived - before;
}

/* Behind an attempt to send: breaks the wire where the peer takes too little. The kernel may hold
 * megabytes, and take more only when a third of them has gone: so it is what arrives that counts.
 */
static void note_output(struct wire *wire, int64_t began, ssize_t put)
{
    int64_t waited = clock_ms() - began, moved = put > 0 ? put : 0;
    wire->sent += moved;
    if (waited >= OUTPUT_SLOW_MS) {
        int64_t arrived = newly_arrived(wire);
        moved = arrived > moved ? arrived : moved;
    }
    if (waited > INT64_C(2) * OUTPUT_LOOK_MS)
        waited = INT64_C(2) *
                 OUTPUT_LOOK_MS; /* it was this process that stood still, or much has moved */
    pace_note(&wire->pace, waited, (uint64_t)moved);
    wire->broken = wire->broken || pace_wait_ms(&wire->pace) < 0;
}

/* -1 with EAGAIN where there was no room for OUTPUT_LOOK_MS. */
static ssize_t try_to_write(const struct wire *wire, struct span text, int flags)
{
    struct pollfd ready = {.fd = wire->peer.out, .events = POLLOUT};
    if (wire->peer.out_kind == PEER_SOCKET)
        return send(wire->peer.out, text.at, text.len, flags | MSG_NOSIGNAL);
    if (wire->peer.out_kind == PEER_PATIENT)
        return write(wire->peer.out, text.at, text.len);
    int wait_ms = output_wait_ms(wire);
    if (poll(&ready, 1, wait_ms ? wait_ms : -1) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(wire->peer.out, text.at, text.len < PIPE_STEP ? text.len : PIPE_STEP);
}

/* How many bytes of the text have gone; 0 where the wire is broken, or for now. */
static size_t write_some(struct wire *wire, struct span text, int flags)
{
    int64_t began = clock_ms();
    ssize_t put = try_to_write(wire, text, flags);
    if (put == 0 || (put < 0 && errno != EINTR && errno != EAGAIN))
        wire->broken = true;
    note_output(wire, began, put);
    return put > 0 ? (size_t)put : 0;
}

static void send_gathered(struct wire *wire, int flags)
{
    struct span text = {wire->out, wire->out_len};
    while (text.len && !wire->broken)
        text = span_after(text, write_some(wire, text, flags));
    wire->out_len = 0;
}

void wire_flush(struct wire *wire)
{
    send_gathered(wire, 0);
}

void wire_pause(struct wire *wire, int ms)
{
    struct pollfd gone = {.fd = wire->peer.out};
    wire_flush(wire);
    poll(&gone, 1, ms);
}

char *wire_room(struct wire *wire, size_t n)
{
    if (n > WIRE_OUT_BYTES - wire->out_len)
        wire_flush(wire);
    return wire->broken || n > WIRE_OUT_BYTES ? NULL : wire->out + wire->out_len;
}

void wire_commit(struct wire *wire, size_t n)
{
    wire->out_len += n;
    if (wire->out_len > wire->out_most)
        wire->out_most = wire->out_len;
    wire->put += n;
}

void wire_put(struct wire *wire, struct span text)
{
    char *room = wire_room(wire, text.len);
    if (!room || text.len == 0) /* an empty span may point nowhere */
        return;
    memcpy(room, text.at, text.len);
    wire_commit(wire, text.len);
}

void wire_break(struct wire *wire)
{
    wire_flush(wire);
    wire->broken = true;
}

/* Through the output buffer: what is short leaves together with its head. */
static void copy_file(struct wire *wire, int fd, uint64_t from, uint64_t len)
{
    while (len && !wire->broken) {
        size_t step = len < FILE_COPY_MAX ? (size_t)len : FILE_COPY_MAX;
        char *room = wire_room(wire, step);
        ssize_t got = room ? pread(fd, room, step, (off_t)from) : 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            wire_break(wire);
            return;
        }
        wire_commit(wire, (size_t)got);
        from += (uint64_t)got;
        len -= (uint64_t)got;
    }
}

void wire_send_file(struct wire *wire, int fd, uint64_t from, uint64_t len)
{
    if (len <= FILE_COPY_MAX || wire->peer.out_kind != PEER_SOCKET) {
        copy_file(wire, fd, from, len);
        return;
    }
    send_gathered(wire, MSG_MORE);
    off_t at = (off_t)from;
    while (len && !wire->broken) {
        int64_t began = clock_ms();
        ssize_t sent =
            sendfile(wire->peer.out, fd, &at, len < SENDFILE_STEP ? (size_t)len : SENDFILE_STEP);
        if (sent < 0 && (errno == EINVAL || errno == ENOSYS)) {
            /* A file system without splice. */
            copy_file(wire, fd, (uint64_t)at, len);
            return;
        }
        if (sent == 0 || (sent < 0 && errno != EINTR && errno != EAGAIN))
            wire->broken = true;
        note_output(wire, began, sent);
        if (sent > 0) {
            len -= (uint64_t)sent;
            wire->put += (uint64_t)sent;
        }
    }
}

/* ---- The end ---- */

/* More, or the end. */
static bool more_is_waiting(const struct wire *wire)
{
    struct pollfd ready = {.fd = wire->peer.in, .events = POLLIN};
    return poll(&ready, 1, 0) > 0;
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
    wire_flush(wire);
    if (wire->peer.out_kind == PEER_SOCKET)
        shutdown(wire->peer.out, SHUT_WR);
    if (wire->peer.in_kind != PEER_SOCKET || wire->ended || wire->broken)
        return;
    if (more_may_come || wire->start < wire->end || more_is_waiting(wire))
        linger(wire);
}

void wire_forget(struct wire *wire)
{
    explicit_bzero(wire->in, wire->in_most);
    explicit_bzero(wire->out, wire->out_most);
    explicit_bzero(wire, offsetof(struct wire, in));
}
