#include "serve/upload_fields.h"

#include "base/forget.h"
#include "base/put.h"
#include "base/rare.h"
#include "bounds.h"

/* More than all of them take together. */
enum { ROOM = 512 };

static RARE char room[ROOM];

static void set(struct exchange *exchange, const char *end)
{
    forget_later(room, sizeof room);
    exchange->fields = span_between(room, end);
}

/* ---- Pieces ---- */

static char *put_count(char *at, struct span before, uint64_t count)
{
    at = put_span(at, before);
    at = put_number(at, count, 10);
    return put_span(at, SPAN("\r\n"));
}

static char *put_complete(char *at, bool complete)
{
    return put_span(at,
                    complete ? SPAN("Upload-Complete: ?1\r\n") : SPAN("Upload-Complete: ?0\r\n"));
}

static char *put_limits(char *at, const struct exchange *exchange, int64_t left_s)
{
    at = put_span(at, SPAN("Upload-Limit: max-size="));
    at = put_number(at, exchange->settings->max_body, 10);
    return put_count(at, SPAN(", max-age="), (uint64_t)left_s);
}

static char *put_place(char *at, const struct partial *partial)
{
    at = put_span(at, SPAN("Location: /uploads/"));
    at = put_span(at, partial_token(partial));
    return put_span(at, SPAN("\r\n"));
}

/* ---- Of final replies ---- */

void upload_fields_limits(struct exchange *exchange)
{
    set(exchange, put_limits(room, exchange, LEFTOVER_SECONDS));
}

void upload_fields_complete(struct exchange *exchange, bool complete)
{
    set(exchange, put_complete(room, complete));
}

void upload_fields_state(struct exchange *exchange, const struct partial *partial, bool with_place)
{
    char *at = put_complete(room, partial->state.complete);
    at = put_count(at, SPAN("Upload-Offset: "), partial->offset);
    if (partial->state.has_length)
        at = put_count(at, SPAN("Upload-Length: "), partial->state.length);
    at = put_limits(at, exchange, partial->left_s);
    if (with_place)
        at = put_place(at, partial);
    set(exchange, put_span(at, SPAN("Cache-Control: no-store\r\n")));
}

void upload_fields_accept_patch(struct exchange *exchange)
{
    char *at = room + exchange->fields.len;
    set(exchange, put_span(at, SPAN("Accept-Patch: " RESUMPTION_MEDIA_TYPE "\r\n")));
}

/* ---- Interim ---- */

/* HTTP/1.0 has no interim responses (RFC 9110 §15.2). */
bool upload_fields_interim_is_known(const struct exchange *exchange,
                                    const struct resumption *resumption)
{
    return resumption->knows_104 && exchange->head.minor > 0;
}

static char *begin_interim(char *at)
{
    at = put_span(at, SPAN("HTTP/1.1 104 Upload Resumption Supported\r\n"));
    return put_count(at, SPAN("Upload-Draft-Interop-Version: "), RESUMPTION_INTEROP_VERSION);
}

static void end_interim(struct exchange *exchange, const char *begin, char *at)
{
    at = put_span(at, SPAN("\r\n"));
    wire_commit(exchange->wire, (size_t)(at - begin));
}

void upload_fields_interim_place(struct exchange *exchange, const struct resumption *resumption,
                                 const struct partial *partial)
{
    char *begin = upload_fields_interim_is_known(exchange, resumption)
                      ? wire_room(exchange->wire, ROOM)
                      : NULL;
    if (begin)
        end_interim(
            exchange, begin,
            put_limits(put_place(begin_interim(begin), partial), exchange, partial->left_s));
}

void upload_fields_interim_offset(struct exchange *exchange, const struct resumption *resumption,
                                  const struct partial *partial)
{
    char *begin = upload_fields_interim_is_known(exchange, resumption)
                      ? wire_room(exchange->wire, ROOM)
                      : NULL;
    if (begin)
        end_interim(exchange, begin,
                    put_count(begin_interim(begin), SPAN("Upload-Offset: "), partial->offset));
}
