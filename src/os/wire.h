/*
 * The peer: what it sends, what it is sent, and how long either may take. The only two files that
 * do peer I/O: wire.c opens, reads and ends, wire_output.c sends. They know nothing of HTTP.
 *
 * Output is gathered and leaves in one write: when a read is about to block, when the buffer is
 * full, and at the end. No other code needs to think of flushing. Once the peer can't be written to
 * any more the wire is broken: all output is dropped and input ends, and the caller finds out where
 * it suits it.
 *
 * Sockets are read and written blocking, with the kernel's own timeouts, so that a kept request
 * costs one read and one write. Pipes are polled first. Terminals and files have no clock.
 */
#ifndef PERCH_OS_WIRE_H
#define PERCH_OS_WIRE_H

#include "base/span.h"
#include "bounds.h"
#include "os/inherit.h"
#include "os/pace.h"

#include <stdbool.h>
#include <stdint.h>

struct wire {
    struct peer peer;
    bool broken;     /* nothing can be sent any more */
    bool ended;      /* the peer has sent all that it will */
    bool is_unpaced; /* what is sent goes by no clock (struct handover) */
    int in_wait_ms;  /* what the socket's receive timeout is set to; 0: for ever; -1: not yet */
    size_t floor;    /* input before this stays where it is: wire_hold() */
    size_t start;    /* input [start, end) is unread */
    size_t end;
    char *out; /* what was gathered: in near, and in far once that is too small */
    size_t out_len;
    size_t in_most, far_most; /* how far the buffers have been written to */
    uint64_t put;             /* bytes that were given to it for the peer, in all */
    int out_wait_ms;          /* output that blocked so long has its pace looked at; 0: never */
    struct pace pace;         /* of output */
    int64_t sent;             /* bytes that the kernel has taken */
    int64_t arrived;          /* of those, what was known to have been received */
    char near[WIRE_NEAR_BYTES];
    char in[WIRE_IN_BYTES];
    char far[WIRE_OUT_BYTES];
};

/* Makes ready. The limits, which stay the caller's, are those of output. */
void wire_open(struct wire *wire, struct peer peer, const struct pace_limits *limits);

/*
 * The same in two steps, where the connection is still to come (os/handover.h): what a jailed
 * process can't do any more, or a client would wait for, and then what is left. The connection
 * blocks, and has TCP_NODELAY from its listener; is_timed: and timeouts (struct handover). Its own
 * end is known (os/local.h).
 */
void wire_prepare(struct wire *wire);
void wire_open_late(struct wire *wire, int connection, const struct pace_limits *limits,
                    bool is_timed);

/* ---- Input ---- */

/* What was read and not yet consumed; stands still until the next wire_fill() or wire_release(). */
struct span wire_unread(const struct wire *wire);
void wire_consume(struct wire *wire, size_t n);

/*
 * Sends what was gathered, then waits for more input until the deadline (of clock_ms(), or
 * DEADLINE_NEVER) and appends it to the unread. A deadline that is to begin when the peer has been
 * sent everything is taken behind a wire_flush().
 * > 0: that many bytes came. 0: the peer has sent all that it will.
 * -1: errno is ETIMEDOUT, or EINTR, where a signal came and nothing else happened; or it says why
 * the connection is lost.
 */
long wire_fill(struct wire *wire, int64_t deadline);

/* The socket's timeout may have been changed by others: the next wait sets it anew. */
void wire_forget_timeout(struct wire *wire);

/* From here on the bytes that are consumed already stay where they are: spans point at them. */
void wire_hold(struct wire *wire);
/* Nobody points at consumed bytes any more. At least half the buffer is then free for the next
 * head. */
void wire_release(struct wire *wire);

/* ---- Output ---- */

/* Room for n bytes (at most WIRE_OUT_BYTES) behind what was gathered, or NULL where the wire is
 * broken. wire_commit() says how many of them were written. */
char *wire_room(struct wire *wire, size_t n);
void wire_commit(struct wire *wire, size_t n);

void wire_put(struct wire *wire, struct span text);

void wire_flush(struct wire *wire);

/* Sends what was gathered, and the end of the output: in one segment, where that is room enough. */
void wire_end(struct wire *wire);

/* Sends what was gathered, then waits; less where the peer goes away, or a signal comes. */
void wire_pause(struct wire *wire, int ms);

/* What was promised can't be kept: sends what was gathered, and breaks the wire. */
void wire_break(struct wire *wire);

/* Bytes [from, from + len) of a regular file. Where the file has become shorter the wire breaks:
 * the length has been promised already. */
void wire_send_file(struct wire *wire, int fd, uint64_t from, uint64_t len);

/*
 * The end: sends what was gathered and the FIN behind it. Where the peer may be sending more, or
 * has sent what nobody read, that is read and dropped for a while: else a reset overtakes the last
 * replies, and takes along what the kernel has still to send (RFC 9112 §9.6).
 */
void wire_finish(struct wire *wire, bool more_may_come);

/* Wipes all that was read and written, for another connection. */
void wire_forget(struct wire *wire);

#endif
