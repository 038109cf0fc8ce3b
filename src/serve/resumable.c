#include "serve/resumable.h"

#include "base/forget.h"
#include "base/rare.h"
#include "serve/problem.h"
#include "serve/reply.h"
#include "serve/storing.h"
#include "serve/upload_fields.h"

/* In place of a status: the lengths that were told contradict each other, or what came. */
enum { INCONSISTENT = -2 };

static bool begins(const struct exchange *exchange)
{
    return exchange->head.method != METHOD_PATCH;
}

/* ---- Lengths ---- */

static bool take_length(struct upload_state *state, bool is_told, uint64_t told)
{
    if (!is_told)
        return true;
    bool fits = !state->has_length || state->length == told;
    state->length = told;
    state->has_length = true;
    return fits;
}

/* Takes the length that the request tells, in whichever way. 0, INCONSISTENT or a status. */
static int take_lengths(struct exchange *exchange, const struct resumption *resumption,
                        uint64_t offset, struct upload_state *state)
{
    const struct framing *framing = &exchange->framing;
    uint64_t max = exchange->settings->max_body;
    uint64_t end = offset + framing->length; /* both have at most 18 digits */
    bool is_counted = framing->body != BODY_CHUNKED;
    if (!take_length(state, resumption->has_length, resumption->length) ||
        !take_length(state, is_counted && resumption->complete, end) ||
        (state->has_length && end > state->length))
        return INCONSISTENT;
    if (end > max || (state->has_length && state->length > max)) {
        upload_fields_limits(exchange);
        return S_CONTENT_TOO_LARGE;
    }
    exchange->body.room = max - offset;
    return 0;
}

/* ---- Receiving ---- */

static int reserve(const struct exchange *exchange, struct partial *partial)
{
    uint64_t length = exchange->framing.length;
    return length ? upload_reserve(exchange->store, &partial->upload, partial->offset, length) : 0;
}

/* 0, INCONSISTENT where more comes than was told, or the status of a failure. */
static int receive(struct exchange *exchange, const struct resumption *resumption,
                   struct partial *partial)
{
    const struct upload_state *state = &partial->state;
    struct span piece;
    bool stepped;
    int got, status = 0;
    while (status == 0 && (got = body_next(&exchange->body, &piece)) != 0) {
        if (got < 0) {
            exchange->why = exchange->body.why;
            return -got;
        }
        if (state->has_length && piece.len > state->length - partial->offset)
            return INCONSISTENT;
        status = partial_write(exchange->store, partial, piece, &stepped);
        if (status == 0 && stepped)
            upload_fields_interim_offset(exchange, resumption, partial);
    }
    exchange->why = status == 0 ? NULL : partial->upload.why;
    return status;
}

/* ---- Ending ---- */

static int publish(struct exchange *exchange, struct partial *partial)
{
    struct file file;
    bool replaced;
    partial->state.length = partial->offset;
    partial->state.has_length = true;
    /* Who has sent all in one request need not ask what came of it: it can be sent again. */
    int status = partial_publish(exchange->store, partial, !begins(exchange), &file, &replaced);
    upload_fields_complete(exchange, true);
    if (status == 0)
        storing_reply(exchange, partial->state.method, replaced, &file, partial->upload.place.path);
    else
        exchange->why = partial->upload.why;
    return status;
}

/* A part came, as it was meant to. */
static int acknowledge(struct exchange *exchange, struct partial *partial)
{
    int status = partial_save(exchange->store, partial);
    partial_leave(partial);
    if (status != 0)
        return status;
    upload_fields_state(exchange, partial, begins(exchange));
    reply_empty(exchange, begins(exchange) ? S_CREATED : S_NO_CONTENT);
    return 0;
}

static int receive_and_end(struct exchange *exchange, const struct resumption *resumption,
                           struct partial *partial)
{
    upload_fields_complete(exchange, false);
    body_watch(&exchange->body, partial_is_wanted, partial);
    int status = receive(exchange, resumption, partial);
    body_watch(&exchange->body, NULL, NULL);
    if (status == INCONSISTENT) {
        partial_remove(exchange->store, partial);
        return problem_inconsistent_length(exchange);
    }
    if (status == 0 && !resumption->complete)
        return acknowledge(exchange, partial);
    bool is_whole = !partial->state.has_length || partial->offset == partial->state.length;
    if (status == 0 && is_whole)
        return publish(exchange, partial);
    /* What came is kept: the client can go on from there. */
    partial_save(exchange->store, partial);
    partial_leave(partial);
    return status == 0 ? problem_inconsistent_length(exchange) : status;
}

int resumable_go_on(struct exchange *exchange, const struct resumption *resumption,
                    struct partial *partial)
{
    struct storing_conditions room;
    struct upload_state *state = &partial->state;
    upload_fields_complete(exchange, false);
    int status = take_lengths(exchange, resumption, partial->offset, state);
    if (status == 0)
        status = partial_go_on(partial);
    if (status == 0)
        status = reserve(exchange, partial);
    if (status != 0) {
        exchange->why = partial->upload.why;
        partial_leave(partial);
        return status == INCONSISTENT ? problem_inconsistent_length(exchange) : status;
    }
    partial->upload.precondition = storing_conditions(&room, &state->fields, state->method);
    return receive_and_end(exchange, resumption, partial);
}

/* ---- Beginning ---- */

bool resumable_is_asked(const struct exchange *exchange, struct resumption *resumption)
{
    resumption_read(resumption, &exchange->head.fields);
    return resumption->given &&
           (!resumption->complete || upload_fields_interim_is_known(exchange, resumption));
}

/* 0, or why there is no upload. */
static int begin(struct exchange *exchange, const struct resumption *resumption, const char *path,
                 const struct precondition *precondition, struct partial *partial)
{
    partial->upload.why = NULL;
    partial->state.has_length = false;
    int status = take_lengths(exchange, resumption, 0, &partial->state);
    if (status != 0)
        return status;
    status = partial_begin(exchange->store, path, exchange->head.method, &exchange->head.fields,
                           precondition, partial);
    if (status != 0)
        return status;
    status = reserve(exchange, partial);
    if (status != 0)
        partial_remove(exchange->store, partial);
    return status;
}

int resumable_begin(struct exchange *exchange, const struct resumption *resumption,
                    const char *path)
{
    static RARE struct partial partial;
    struct storing_conditions room;
    forget_later(&partial, sizeof partial);
    int status =
        begin(exchange, resumption, path,
              storing_conditions(&room, &exchange->head.fields, exchange->head.method), &partial);
    if (status == INCONSISTENT) {
        upload_fields_complete(exchange, false);
        return problem_inconsistent_length(exchange);
    }
    if (status == S_NOT_IMPLEMENTED && resumption->complete)
        return RESUMABLE_IS_NOT;
    if (status != 0) {
        exchange->why = status == S_NOT_IMPLEMENTED
                            ? "uploads can't be resumed here: the served folder can't be written to"
                            : partial.upload.why;
        return status;
    }
    upload_fields_interim_place(exchange, resumption, &partial);
    return receive_and_end(exchange, resumption, &partial);
}
