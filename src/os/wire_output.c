#include "os/clock.h"
#include "os/wire.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* Behind an attempt to send: how many bytes have gone; 0 where the wire is broken, or for now. The
 * wire breaks as well where the peer takes too little. The kernel may hold megabytes, and take more
 * only when a third of them has gone: so it is what arrives that counts. */
static size_t note_output(struct wire *wire, int64_t began, ssize_t put)
{
    if (put == 0 || (put < 0 && errno != EINTR && errno != EAGAIN))
        wire->broken = true;
    int64_t waited = clock_ms() - began, moved = put > 0 ? put : 0;
    wire->sent += moved;
    if (waited >= OUTPUT_SLOW_MS) {
        int64_t arrived = newly_arrived(wire);
        moved = arrived > moved ? arrived : moved;
    }
    /* More than that, and it was this process that stood still, or much has moved. */
    if (waited > INT64_C(2) * OUTPUT_LOOK_MS)
        waited = INT64_C(2) * OUTPUT_LOOK_MS;
    pace_note(&wire->pace, waited, (uint64_t)moved);
    wire->broken = wire->broken || pace_wait_ms(&wire->pace) < 0;
    return put > 0 ? (size_t)put : 0;
}

/* -1 with EAGAIN where there was no room for OUTPUT_LOOK_MS. */
static ssize_t try_to_write(const struct wire *wire, struct span text, int flags)
{
    struct pollfd ready = {.fd = wire->peer.out, .events = POLLOUT};
    if (wire->peer.out_kind == PEER_SOCKET)
        return send(wire->peer.out, text.at, text.len, flags | MSG_NOSIGNAL);
    if (wire->peer.out_kind == PEER_PATIENT)
        return write(wire->peer.out, text.at, text.len);
    if (poll(&ready, 1, wire->out_wait_ms ? wire->out_wait_ms : -1) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(wire->peer.out, text.at, text.len < PIPE_STEP ? text.len : PIPE_STEP);
}

/* What the kernel takes without waiting, which costs no look at the clock; 0: it has to be waited,
 * or the wire is broken. */
static size_t write_at_once(struct wire *wire, struct span text, int flags)
{
    if (wire->peer.out_kind != PEER_SOCKET)
        return 0;
    ssize_t put = try_to_write(wire, text, flags | MSG_DONTWAIT);
    if (put > 0) {
        wire->sent += put;
        pace_note(&wire->pace, 0, (uint64_t)put);
        return (size_t)put;
    }
    wire->broken = errno != EAGAIN && errno != EINTR;
    return 0;
}

static void send_gathered(struct wire *wire, int flags)
{
    struct span text = {wire->out, wire->out_len};
    if (text.len && !wire->broken)
        text = span_after(text, write_at_once(wire, text, flags));
    while (text.len && !wire->broken) {
        int64_t began = clock_ms();
        text = span_after(text, note_output(wire, began, try_to_write(wire, text, flags)));
    }
    wire->out_len = 0;
}

void wire_flush(struct wire *wire)
{
    send_gathered(wire, 0);
}

void wire_end(struct wire *wire)
{
    bool is_socket = wire->peer.out_kind == PEER_SOCKET;
    send_gathered(wire, is_socket ? MSG_MORE : 0);
    if (is_socket)
        shutdown(wire->peer.out, SHUT_WR);
}

void wire_pause(struct wire *wire, int ms)
{
    struct pollfd gone = {.fd = wire->peer.out};
    wire_flush(wire);
    poll(&gone, 1, ms);
}

/* For good: the pages are there now. */
static void go_far(struct wire *wire)
{
    memcpy(wire->far, wire->near, wire->out_len);
    wire->out = wire->far;
}

char *wire_room(struct wire *wire, size_t n)
{
    if (n > WIRE_OUT_BYTES - wire->out_len)
        wire_flush(wire);
    if (wire->broken || n > WIRE_OUT_BYTES)
        return NULL;
    if (wire->out == wire->near && n > WIRE_NEAR_BYTES - wire->out_len)
        go_far(wire);
    return wire->out + wire->out_len;
}

void wire_commit(struct wire *wire, size_t n)
{
    wire->out_len += n;
    if (wire->out == wire->far && wire->out_len > wire->far_most)
        wire->far_most = wire->out_len;
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

/* While it is set, what leaves is full segments: without, each acknowledgement sends on its way
 * what there is just then, which is one more for the peer to be woken by. Not where an algorithm
 * may go by a clock (BBR), which would take what is held back for all that there is. */
static void set_cork(const struct wire *wire, int on)
{
    setsockopt(wire->peer.out, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

/* From the page cache to the socket. */
static void pass_file(struct wire *wire, int fd, uint64_t from, uint64_t len)
{
    off_t at = (off_t)from;
    while (len && !wire->broken) {
        int64_t began = clock_ms();
        size_t step = len < SENDFILE_STEP ? (size_t)len : SENDFILE_STEP;
        ssize_t sent = sendfile(wire->peer.out, fd, &at, step);
        if (sent < 0 && (errno == EINVAL || errno == ENOSYS)) {
            /* A file system without splice. */
            copy_file(wire, fd, (uint64_t)at, len);
            return;
        }
        size_t gone = note_output(wire, began, sent);
        wire->put += gone;
        len -= gone;
    }
}

void wire_send_file(struct wire *wire, int fd, uint64_t from, uint64_t len)
{
    if (len <= FILE_COPY_MAX || wire->peer.out_kind != PEER_SOCKET) {
        copy_file(wire, fd, from, len);
        return;
    }
    bool is_corked = wire->is_unpaced && len >= CORK_MIN;
    if (is_corked)
        set_cork(wire, 1);
    send_gathered(wire, MSG_MORE);
    pass_file(wire, fd, from, len);
    if (is_corked)
        set_cork(wire, 0);
}
