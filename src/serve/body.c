#include "serve/body.h"

#include "base/forget.h"
#include "base/rare.h"
#include "bounds.h"
#include "http/fields.h"
#include "http/status.h"
#include "os/clock.h"
#include "os/stop.h"

#include <errno.h>

/* Of the one body that is being read. */
static RARE struct fields trailer;

void body_begin(struct body *body, struct wire *wire, const struct framing *framing, uint64_t max,
                const struct pace_limits *limits)
{
    body->wire = wire;
    body->kind = framing->body;
    body->left = framing->length;
    body->room = max;
    pace_begin(&body->pace, limits, true);
    pace_note(&body->pace, 0, wire_unread(wire).len);
    body->awaits_continue = framing->expects_continue;
    body->ended = framing->body == BODY_NONE;
    body->failed = false;
    body->is_begun = false;
    body->in_trailer = false;
    body->why = NULL;
    body->is_wanted = NULL;
    chunk_begin(&body->chunk);
}

bool body_is_too_large(const struct body *body)
{
    return body->kind == BODY_LENGTH && body->left > body->room;
}

bool body_is_here(const struct body *body)
{
    return body->kind == BODY_LENGTH && body->left <= wire_unread(body->wire).len;
}

static int fail(struct body *body, enum status status, const char *why)
{
    body->failed = true;
    body->why = why;
    return -(int)status;
}

void body_watch(struct body *body, bool (*is_wanted)(const void *context), const void *context)
{
    body->is_wanted = is_wanted;
    body->context = context;
}

/* As wire_fill(); ECANCELED where somebody else wants what is being received. */
static long fill_watched(struct body *body, int64_t deadline)
{
    for (;;) {
        if (body->is_wanted(body->context)) {
            errno = ECANCELED;
            return -1;
        }
        int64_t look = deadline_nearer(deadline, deadline_in(PARTIAL_WATCH_MS));
        long got = wire_fill(body->wire, look);
        if (got >= 0 || errno != ETIMEDOUT || look == deadline)
            return got;
    }
}

static long fill_in_time(struct body *body)
{
    int64_t began = clock_ms();
    int wait_ms = pace_wait_ms(&body->pace);
    if (wait_ms < 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    int64_t deadline = deadline_in(wait_ms);
    long got = body->is_wanted ? fill_watched(body, deadline) : wire_fill(body->wire, deadline);
    int error = errno;
    pace_note(&body->pace, clock_ms() - began, got > 0 ? (uint64_t)got : 0);
    errno = error;
    return got;
}

static int await_more(struct body *body)
{
    if (body->awaits_continue)
        wire_put(body->wire, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
    body->awaits_continue = false;
    wire_flush(body->wire); /* before the clock starts */
    long got = fill_in_time(body);
    if (got > 0 || (got < 0 && errno == EINTR))
        return 0;
    if (got < 0 && errno == ECANCELED)
        return fail(body, S_CONFLICT, "another request goes on with this upload");
    if (got < 0 && errno == ETIMEDOUT)
        return fail(body, S_REQUEST_TIMEOUT,
                    "the body arrives too slowly, or not at all; send the request again");
    if (stop_asked()) /* it is we who read no further: see os/stop.h */
        return fail(body, S_UNAVAILABLE, NULL);
    return fail(body, S_BAD_REQUEST, "the body ended before it was complete");
}

/* > 0: a piece; 0: nothing yet, or the end; < 0: refused. */
static int counted_piece(struct body *body, struct span unread, struct span *piece)
{
    *piece = unread;
    if (piece->len > body->left)
        piece->len = (size_t)body->left;
    wire_consume(body->wire, piece->len);
    body->left -= piece->len;
    body->ended = body->left == 0;
    return (int)piece->len;
}

static int chunked_piece(struct body *body, struct span unread, struct span *piece)
{
    int taken = chunk_parse(&body->chunk, unread, piece);
    if (taken < 0)
        return fail(body, (enum status)(-taken), body->chunk.why);
    wire_consume(body->wire, (size_t)taken);
    /* The whole chunk counts once its size is known: it need not arrive to be refused. */
    uint64_t announced = chunk_announced(&body->chunk);
    if (announced > body->room || piece->len > body->room - announced)
        return fail(body, S_CONTENT_TOO_LARGE, NULL);
    body->room -= piece->len;
    if (chunk_is_last(&body->chunk)) {
        body->in_trailer = true;
        forget_later(&trailer, sizeof trailer);
        fields_begin(&trailer, 0);
    }
    return (int)piece->len;
}

/* The trailer section is checked as fields are, and dropped (RFC 9112 §7.1.2). */
static int trailer_piece(struct body *body, struct span unread)
{
    int taken = fields_parse(&trailer, unread.at, unread.len, HEAD_MAX);
    if (taken < 0)
        return fail(body, (enum status)(-taken), trailer.why);
    wire_consume(body->wire, (size_t)taken);
    body->ended = taken > 0;
    return taken > 0 ? 0 : await_more(body);
}

int body_next(struct body *body, struct span *piece)
{
    if (body_is_too_large(body))
        return fail(body, S_CONTENT_TOO_LARGE, NULL);
    body->is_begun = true;
    while (!body->ended) {
        struct span unread = wire_unread(body->wire);
        int got;
        if (unread.len == 0)
            got = await_more(body);
        else if (body->in_trailer)
            got = trailer_piece(body, unread);
        else if (body->kind == BODY_CHUNKED)
            got = chunked_piece(body, unread, piece);
        else
            got = counted_piece(body, unread, piece);
        if (unread.len)
            body->awaits_continue = false;
        if (got != 0)
            return got;
    }
    return 0;
}

int body_judge(struct body *body)
{
    struct span piece;
    uint64_t dropped = 0;
    int got = 1;
    if (body->kind != BODY_CHUNKED || body->awaits_continue || body->failed || body->is_begun)
        return 0;
    while (got > 0 && dropped <= BODY_SKIP_MAX) {
        got = body_next(body, &piece);
        if (got > 0)
            dropped += (uint64_t)got;
    }
    return got < 0 ? got : 0;
}

bool body_can_be_skipped(const struct body *body)
{
    if (body->ended)
        return true;
    return !body->failed && !body->awaits_continue && body->kind == BODY_LENGTH &&
           body->left <= BODY_SKIP_MAX;
}

int body_skip(struct body *body)
{
    struct span piece;
    int got;
    do
        got = body_next(body, &piece);
    while (got > 0);
    return got;
}
