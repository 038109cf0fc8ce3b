#include "serve/session.h"

#include "base/forget.h"
#include "bounds.h"
#include "http/proxy.h"
#include "http/recall.h"
#include "os/clock.h"
#include "os/coder.h"
#include "os/folder.h"
#include "os/held.h"
#include "os/journal.h"
#include "os/local.h"
#include "os/stop.h"
#include "serve/access.h"
#include "serve/exchange.h"
#include "serve/gate.h"
#include "serve/log.h"
#include "serve/reply.h"
#include "serve/route.h"
#include "serve/upload_fields.h"

#include <errno.h>
#include <string.h>

/* In place of a status: the connection is at its end and nobody waits for an answer. */
enum { NOBODY_WAITS = -1 };

/* Waits for a head, or the rest of one. 0: more is here; else a status, or, where none was begun,
 * NOBODY_WAITS. */
static int await_more(struct exchange *exchange, int64_t deadline, enum stop_wait what)
{
    bool begun = what == STOP_WAIT_REST;
    long got;
    journal_flush();
    stop_wait_begins(what);
    if (what != STOP_WAIT_NEXT && stop_asked())
        deadline = deadline_nearer(deadline, deadline_in(STOP_REQUEST_MS));
    do
        got = wire_fill(exchange->wire, deadline);
    while (got < 0 && errno == EINTR && !stop_asked());
    int error = errno;
    stop_wait_ends();
    if (stop_asked())
        wire_forget_timeout(exchange->wire);
    if (got > 0 || (got < 0 && error == EINTR))
        return 0;
    if (!begun || exchange->wire->broken)
        return NOBODY_WAITS;
    if (got < 0 && error != ETIMEDOUT)
        return NOBODY_WAITS;
    if (stop_asked()) {
        exchange->why = "the server is stopping; send the request again";
        return S_UNAVAILABLE;
    }
    if (got < 0)
        return S_REQUEST_TIMEOUT;
    exchange->why = "the request ended inside its head";
    return S_BAD_REQUEST;
}

/* ---- What a proxy says first ---- */

/* True where the connection can begin: a header was read, or none is expected. There is no answer
 * to a missing or malformed one: whoever sent it is no client. */
static bool meet_client(struct exchange *exchange)
{
    struct proxy proxy;
    if (!exchange->settings->proxy_protocol)
        return true;
    int64_t deadline = deadline_in(exchange->settings->timeout_head);
    for (;;) {
        int parsed = proxy_parse(&proxy, wire_unread(exchange->wire));
        if (parsed > 0) {
            wire_consume(exchange->wire, (size_t)parsed);
            client_believe(exchange->client, &proxy);
            local_believe(&proxy);
            return true;
        }
        exchange->why = proxy.why;
        if (parsed < 0 || await_more(exchange, deadline, STOP_WAIT_FIRST) != 0)
            return false;
    }
}

/* ---- The head ---- */

static struct recall recall;

/*
 * Reads one head. Its clock starts with its first octet; until then the connection may be idle for
 * a time of its own. 0: the head is complete; else the status of its refusal, or NOBODY_WAITS.
 */
static int receive_head(struct exchange *exchange, enum stop_wait what)
{
    const struct settings *settings = exchange->settings;
    int wait_ms = what == STOP_WAIT_FIRST ? settings->timeout_first : settings->timeout_idle;
    struct head *head = &exchange->head;
    int64_t deadline = DEADLINE_NEVER;
    bool waiting = false, begun = false;
    head_begin(head);
    for (;;) {
        struct span unread = wire_unread(exchange->wire);
        if (unread.len)
            log_begins(exchange);
        int parsed = unread.len ? recall_parse(&recall, head, unread.at, unread.len) : 0;
        if (parsed > 0) {
            log_request_line(exchange, span_after(unread, head->begin));
            wire_consume(exchange->wire, (size_t)parsed);
            wire_hold(exchange->wire);
            return 0;
        }
        if (parsed < 0) {
            log_request_line(exchange, span_after(unread, head->begin));
            exchange->why = head->why;
            return -parsed;
        }
        /* Before the clock starts: how long our own replies take is not this request's fault. */
        wire_flush(exchange->wire);
        bool begins = !begun && head_has_begun(head);
        if (begins || !waiting)
            deadline = deadline_since_recent(begins ? settings->timeout_head : wait_ms);
        begun = begun || begins;
        waiting = true;
        int status = await_more(exchange, deadline, begun ? STOP_WAIT_REST : what);
        if (status != 0) {
            log_request_line(exchange, span_after(wire_unread(exchange->wire), head->begin));
            return status;
        }
    }
}

/* ---- The answer ---- */

/* Framing and syntax, before anybody looks at the path or the method. 0: the next request can be
 * found behind this one; else the status of the refusal. */
static int understand(struct exchange *exchange)
{
    exchange->body.ended = false; /* whatever its framing: something may follow this head */
    int decided = framing_decide(&exchange->framing, &exchange->head);
    exchange->why = exchange->framing.why;
    if (decided < 0)
        return -decided;
    decided = target_parse(&exchange->target, exchange->head.target, exchange->head.method);
    exchange->why = exchange->target.why;
    if (decided < 0)
        return -decided;
    body_begin(&exchange->body, exchange->wire, &exchange->framing, exchange->settings->max_body,
               &exchange->settings->pace);
    if (!body_is_too_large(&exchange->body))
        return 0;
    /* Who uploads so that it can be resumed is told what would fit. */
    if (exchange->head.fields.lines_of[FIELD_UPLOAD_COMPLETE] && exchange->settings->directory)
        upload_fields_limits(exchange);
    return S_CONTENT_TOO_LARGE;
}

/*
 * What is left of the body must be such that it can be read and dropped: then the next request can
 * be found behind it. And nobody may have asked for the end meanwhile: an upload can take long.
 */
bool session_keeps(struct exchange *exchange)
{
    exchange->keep = exchange->keep && body_can_be_skipped(&exchange->body) && !stop_asked() &&
                     !access_is_exhausted(exchange) && clock_recent_ms() < exchange->last_moment;
    return exchange->keep;
}

int session_without_body(struct exchange *exchange, int status)
{
    int judged = body_judge(&exchange->body);
    if (judged == 0 || judged == -S_REQUEST_TIMEOUT || judged == -S_UNAVAILABLE)
        return status;
    exchange->why = exchange->body.why;
    return -judged;
}

static int answer_options(struct exchange *exchange, unsigned methods)
{
    int status = session_without_body(exchange, 0);
    if (status != 0)
        return status;
    /* Whoever may store may do so in several requests. */
    if (exchange->route && methods & METHOD_PUT)
        upload_fields_limits(exchange);
    if (exchange->route && methods & METHOD_PATCH)
        upload_fields_accept_patch(exchange);
    reply_options(exchange, methods);
    return 0;
}

/* 0: replied; else the status of an error reply. */
static int answer(struct exchange *exchange)
{
    enum method method = exchange->head.method;
    exchange->route = route_find(exchange);
    int status = gate_host(exchange);
    if (status != 0)
        return status;
    if (framing_unmet_expectation(&exchange->head))
        return S_EXPECTATION_FAILED;
    status = access_check(exchange);
    if (status != 0)
        return status;
    if (exchange->target.form == TARGET_ASTERISK)
        return answer_options(exchange, route_all_methods(exchange->settings));
    if (method == METHOD_UNKNOWN)
        return S_NOT_IMPLEMENTED;
    if (!exchange->route)
        return S_NOT_FOUND;
    unsigned methods = route_methods(exchange->route, exchange->settings);
    if (method == METHOD_OPTIONS)
        return answer_options(exchange, methods);
    if (!(methods & method))
        return S_METHOD_NOT_ALLOWED;
    status = method_is_safe(method) ? 0 : gate_origin(exchange);
    return status != 0 ? status : exchange->route->answer(exchange);
}

/* ---- The connection ---- */

/* Reads and answers one request, and decides whether the connection stays. */
static void serve_one(struct exchange *exchange, unsigned number)
{
    exchange->keep = false;
    exchange->route = NULL;
    exchange->why = NULL;
    exchange->fields.len = 0;
    exchange->framing.wants_close = false;
    exchange->log.line.len = 0;
    exchange->log.begun = 0;
    exchange->body.ended = true;
    int status = receive_head(exchange, number == 1 ? STOP_WAIT_FIRST : STOP_WAIT_NEXT);
    if (status == NOBODY_WAITS)
        return;
    if (status == 0)
        status = understand(exchange);
    if (status == 0) {
        exchange->keep = number < REQUESTS_MAX && !exchange->framing.wants_close;
        status = answer(exchange);
        if (status != 0)
            status = session_without_body(exchange, status);
    }
    if (status != 0)
        reply_error(exchange, (enum status)status);
    if (exchange->keep && body_skip(&exchange->body) < 0)
        exchange->keep = false;
    if (exchange->wire->broken)
        exchange->keep = false;
    log_request(exchange, number);
    wire_release(exchange->wire);
}

static struct exchange exchange;

void session_prepare(void)
{
    explicit_bzero(&exchange, sizeof exchange);
    explicit_bzero(&recall, sizeof recall);
    (void)clock_ms();
}

void session_run(const struct settings *settings, const struct store *store, struct client *client,
                 struct wire *wire)
{
    exchange.settings = settings;
    exchange.store = store;
    exchange.client = client;
    exchange.wire = wire;
    if (!meet_client(&exchange)) {
        wire_finish(wire, true);
        return;
    }

    exchange.last_moment = deadline_in(CONNECTION_SECONDS_MAX * 1000);
    unsigned requests = 0;
    do {
        requests++;
        serve_one(&exchange, requests);
    } while (exchange.keep);
    /* A client that did not ask for the end may be sending its next request just now. */
    journal_flush();
    wire_finish(wire, !exchange.body.ended || !exchange.framing.wants_close);
}

void session_forget(struct wire *wire)
{
    explicit_bzero(&exchange, sizeof exchange);
    explicit_bzero(&recall, sizeof recall);
    wire_forget(wire);
    journal_forget();
    coders_forget();
    folder_forget();
    held_forget();
    forget_now();
}
