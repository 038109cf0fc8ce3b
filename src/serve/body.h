/*
 * The body of a request, as pieces (RFC 9112 §6 and §7): whatever its framing, the reader sees text
 * and then the end. Memory is constant; the bound on the length is kept here.
 */
#ifndef PERCH_SERVE_BODY_H
#define PERCH_SERVE_BODY_H

#include "http/chunk.h"
#include "http/framing.h"
#include "os/pace.h"
#include "os/wire.h"

struct body {
    struct wire *wire;
    enum body_kind kind;
    uint64_t left; /* of BODY_LENGTH: octets still to come */
    uint64_t room; /* octets that may still come before it is too large */
    struct pace pace;
    bool awaits_continue; /* the client has not been told to go on, and has sent nothing */
    bool ended;           /* read to its end */
    bool failed;          /* can't be read on */
    bool is_begun;        /* somebody has read of it */
    bool in_trailer;      /* of BODY_CHUNKED */
    bool (*is_wanted)(const void *context); /* body_watch(); NULL: nobody could want it */
    const void *context;
    const char *why; /* after a failure: what was wrong, a string that stays; or NULL */
    struct chunk chunk;
};

/* Nothing is read and nothing sent yet. max: the largest body taken. */
void body_begin(struct body *body, struct wire *wire, const struct framing *framing, uint64_t max,
                const struct pace_limits *limits);

/* Whether it is known before it is read that the body is too large: 413. */
bool body_is_too_large(const struct body *body);

/* Whether all of it has been received, and its next piece is the only one. */
bool body_is_here(const struct body *body);

/*
 * The next piece, which stands until the call after. Sends 100 Continue where the client waits for
 * it, just before it would have to wait itself.
 * > 0: a piece. 0: the body was read to its end, its length as promised, its trailer well formed.
 * < 0: -S_BAD_REQUEST (malformed, or cut off), -S_CONTENT_TOO_LARGE, -S_REQUEST_TIMEOUT,
 * -S_FIELDS_TOO_LARGE (the trailer), -S_UNAVAILABLE (asked to stop before the rest was here).
 */
int body_next(struct body *body, struct span *piece);

/* While the body is waited for, is_wanted(context) is asked every now and then. Once it says yes,
 * no more is read: body_next() returns -S_CONFLICT. */
void body_watch(struct body *body, bool (*is_wanted)(const void *context), const void *context);

/*
 * Before a refusal: reads and drops a chunked body that has no length which could be judged, up to
 * BODY_SKIP_MAX, so that its framing counts whoever refuses it, and the connection can stay. Leaves
 * alone what the client only sends when it is told to go on, and what an endpoint has begun to
 * read: it has been judged so far, and its client may be waiting for the refusal. 0, or a negative
 * status as from body_next().
 */
int body_judge(struct body *body);

/*
 * Whether what is left of the body can be read and dropped, so that the connection can stay. Said
 * of its length alone, not of what has arrived: a client gets the same answer however its octets
 * were cut.
 */
bool body_can_be_skipped(const struct body *body);

/* Reads and drops what is left. 0, or a negative status as from body_next(). */
int body_skip(struct body *body);

#endif
