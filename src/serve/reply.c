#include "serve/reply.h"

#include "base/forget.h"
#include "base/put.h"
#include "bounds.h"
#include "http/date.h"
#include "http/path.h"
#include "os/clock.h"
#include "serve/route.h"
#include "serve/session.h"

enum {
    /* More than all fields but Location take together. */
    HEAD_ROOM = 1024,
    LOCATION_ROOM = 3 * PATH_BYTES_MAX,
};

/* ---- Writing a head ---- */

static char *put_field(char *at, struct span name_and_colon, struct span value)
{
    at = put_span(at, name_and_colon);
    at = put_span(at, value);
    return put_span(at, SPAN("\r\n"));
}

/* A date is the same for many replies: it is formatted anew only where it is another one. Zeros:
 * there is none yet. */
struct dated {
    int64_t seconds;
    char text[DATE_LEN];
};

static char *put_dated(char *at, struct dated *dated, int64_t seconds)
{
    if (seconds != dated->seconds || !dated->text[0]) {
        date_format(seconds, dated->text);
        dated->seconds = seconds;
    }
    at = put_span(at, (struct span){dated->text, sizeof dated->text});
    return put_span(at, SPAN("\r\n"));
}

static char *put_date(char *at)
{
    static struct dated now;
    return put_dated(put_span(at, SPAN("Date: ")), &now, clock_recent_seconds());
}

/* A file that claims to be of the future was modified now at the latest (RFC 9110 §8.8.2.1). */
static char *put_last_modified(char *at, int64_t modified)
{
    static struct dated last;
    int64_t now = clock_seconds();
    forget_later(&last, sizeof last);
    at = put_span(at, SPAN("Last-Modified: "));
    return put_dated(at, &last, modified < now ? modified : now);
}

/* Built from the name that was stored, encoded anew: not from what the client sent. */
static char *put_location(char *at, const char *path)
{
    at = put_span(at, SPAN("Location: /files/"));
    return put_span(path_encode(at, span_of(path)), SPAN("\r\n"));
}

static char *put_allow(char *at, unsigned methods)
{
    at = put_span(at, SPAN("Allow: "));
    at += method_list(methods, at);
    return put_span(at, SPAN("\r\n"));
}

static char *put_content_fields(char *at, const struct reply *reply, unsigned minor)
{
    if (reply->type.len)
        at = put_field(at, SPAN("Content-Type: "), reply->type);
    if (reply->is_inline)
        at = put_span(at, SPAN("Content-Disposition: inline\r\n"));
    if (reply->coding.len)
        at = put_field(at, SPAN("Content-Encoding: "), reply->coding);
    if (reply->streamed) {
        if (minor > 0)
            at = put_span(at, SPAN("Transfer-Encoding: chunked\r\n"));
    } else if (!status_is_bodiless(reply->status)) {
        at = put_span(at, SPAN("Content-Length: "));
        at = put_number(at, reply->length, 10);
        at = put_span(at, SPAN("\r\n"));
    }
    if (reply->range || reply->status == S_RANGE_NOT_SATISFIABLE) {
        at = put_span(at, SPAN("Content-Range: "));
        at = range_write(at, reply->range, reply->size);
        at = put_span(at, SPAN("\r\n"));
    }
    return at;
}

static char *put_validators(char *at, const struct reply *reply)
{
    const struct validators *validators = reply->validators;
    at = put_field(at, SPAN("ETag: "), (struct span){validators->etag, validators->etag_len});
    return reply->of_file ? put_last_modified(at, validators->modified) : at;
}

/* What a browser may make of it. */
static char *put_restrictions(char *at, const struct reply *reply)
{
    at = put_span(at, SPAN("X-Content-Type-Options: nosniff\r\n"));
    if (reply->of_file)
        at = put_span(at, SPAN("Content-Security-Policy: sandbox\r\n"));
    if (reply->policy.len)
        at = put_field(at, SPAN("Content-Security-Policy: "), reply->policy);
    return at;
}

/* HTTP/1.1 stays unless it is told otherwise, HTTP/1.0 ends (RFC 9112 §9.3). */
static char *put_connection(char *at, bool keeps, unsigned minor)
{
    if (!keeps)
        return put_span(at, SPAN("Connection: close\r\n"));
    return minor == 0 ? put_span(at, SPAN("Connection: keep-alive\r\n")) : at;
}

void reply_head(struct exchange *exchange, const struct reply *reply)
{
    if (!method_is_safe(exchange->head.method))
        clock_ms(); /* what was stored may have taken long since its last octet was read */
    bool keeps = session_keeps(exchange);
    exchange->status = reply->status;
    char *begin = wire_room(exchange->wire, HEAD_ROOM + (reply->location ? LOCATION_ROOM : 0));
    if (!begin)
        return;
    char *at = put_span(begin, status_row(reply->status)->line);
    if (!exchange->settings->no_date)
        at = put_date(at);
    at = put_content_fields(at, reply, exchange->head.minor);
    if (route_negotiates(exchange->route, exchange->settings))
        at = put_span(at, SPAN("Vary: Accept-Encoding\r\n"));
    if (reply->vary.len)
        at = put_field(at, SPAN("Vary: "), reply->vary);
    if (reply->changes)
        at = put_span(at, SPAN("Cache-Control: no-store\r\n"));
    if (reply->location)
        at = put_location(at, reply->location);
    if (reply->validators)
        at = put_validators(at, reply);
    if (reply->of_file && !reply->streamed)
        at = put_span(at, SPAN("Accept-Ranges: bytes\r\n"));
    if (reply->allow)
        at = put_allow(at, reply->allow);
    if (reply->status == S_UNAUTHORIZED)
        at = put_span(at, SPAN("WWW-Authenticate: Bearer realm=\"perch\"\r\n"
                               "WWW-Authenticate: Basic realm=\"perch\", charset=\"UTF-8\"\r\n"));
    at = put_span(at, exchange->fields);
    at = put_restrictions(at, reply);
    at = put_connection(at, keeps, exchange->head.minor);
    at = put_span(at, SPAN("\r\n"));
    wire_commit(exchange->wire, (size_t)(at - begin));
    exchange->log.content_from = exchange->wire->put;
}

bool reply_has_content(const struct exchange *exchange)
{
    return exchange->head.method != METHOD_HEAD;
}

/* ---- Replies without a representation ---- */

void reply_empty(struct exchange *exchange, enum status status)
{
    reply_head(exchange, &(struct reply){.status = status});
}

void reply_options(struct exchange *exchange, unsigned methods)
{
    reply_head(exchange, &(struct reply){.status = S_NO_CONTENT, .allow = methods});
}

static void send_error(struct exchange *exchange, struct reply *reply)
{
    struct span why = span_of(exchange->why ? exchange->why : status_row(reply->status)->why);
    reply->type = SPAN("text/plain");
    reply->length = why.len + 1;
    reply_head(exchange, reply);
    if (!reply_has_content(exchange))
        return;
    wire_put(exchange->wire, why);
    wire_put(exchange->wire, SPAN("\n"));
}

void reply_error(struct exchange *exchange, enum status status)
{
    struct reply reply = {.status = status};
    if (status == S_METHOD_NOT_ALLOWED)
        reply.allow = route_methods(exchange->route, exchange->settings);
    send_error(exchange, &reply);
}

void reply_unsatisfied_range(struct exchange *exchange, uint64_t size)
{
    send_error(exchange, &(struct reply){.status = S_RANGE_NOT_SATISFIABLE, .size = size});
}
