#include "serve/record.h"

#include "base/escape.h"
#include "base/put.h"
#include "bounds.h"
#include "http/date.h"
#include "os/client.h"
#include "os/clock.h"

#include <stdbool.h>

/* As in syslog.h (RFC 5424 §6.2.1). */
enum { PRIORITY_ERROR = 3, PRIORITY_NOTICE = 5, PRIORITY_INFO = 6 };

/* ---- What a record says ---- */

static struct span text_or_dash(struct span text)
{
    return text.len ? text : SPAN("-");
}

static struct span client(const struct exchange *exchange)
{
    return client_address(exchange->client);
}

static struct span request(const struct exchange *exchange)
{
    return text_or_dash(exchange->log.line);
}

static struct span agent(const struct exchange *exchange)
{
    return text_or_dash(fields_value(&exchange->head.fields, FIELD_USER_AGENT));
}

static struct span referer(const struct exchange *exchange)
{
    return text_or_dash(fields_value(&exchange->head.fields, FIELD_REFERER));
}

static uint64_t status(const struct exchange *exchange)
{
    return exchange->status;
}

static uint64_t content_bytes(const struct exchange *exchange)
{
    return exchange->wire->put - exchange->log.content_from;
}

static uint64_t microseconds(const struct exchange *exchange)
{
    return (uint64_t)exchange->log.microseconds;
}

static uint64_t number(const struct exchange *exchange)
{
    return exchange->log.number;
}

/* Why the connection ends with this request, or that it doesn't. */
static struct span connection(const struct exchange *exchange)
{
    if (exchange->wire->broken)
        return SPAN("lost");
    if (exchange->keep)
        return SPAN("kept");
    switch (exchange->status) {
    case S_REQUEST_TIMEOUT:
        return SPAN("timeout");
    case S_UNAVAILABLE:
        return SPAN("stopped");
    default:
        break;
    }
    if (exchange->framing.wants_close)
        return SPAN("client");
    return exchange->status >= S_BAD_REQUEST ? SPAN("refused") : SPAN("limit");
}

/* What json and journal tell, each by its own names: a text, or a number. */
static const struct fact {
    struct span json, native;
    struct span (*text)(const struct exchange *exchange);
    size_t text_max; /* octets, escaped */
    uint64_t (*number)(const struct exchange *exchange);
    bool is_time; /* microseconds, which JSON has as milliseconds */
} facts[] = {
    {SPAN("client"), SPAN("PERCH_CLIENT"), .text = client, CLIENT_ADDRESS_MAX},
    {SPAN("request"), SPAN("PERCH_REQUEST"), .text = request, LOG_REQUEST_BYTES_MAX},
    {SPAN("status"), SPAN("PERCH_STATUS"), .number = status},
    {SPAN("bytes"), SPAN("PERCH_BYTES"), .number = content_bytes},
    {SPAN("ms"), SPAN("PERCH_MICROSECONDS"), .number = microseconds, .is_time = true},
    {SPAN("number"), SPAN("PERCH_NUMBER"), .number = number},
    {SPAN("connection"), SPAN("PERCH_CONNECTION"), .text = connection, LOG_TEXT_BYTES_MAX},
    {SPAN("agent"), SPAN("PERCH_AGENT"), .text = agent, LOG_TEXT_BYTES_MAX},
};

enum { FACTS = sizeof facts / sizeof facts[0] };

unsigned record_priority(const struct exchange *exchange)
{
    if (exchange->status >= S_INTERNAL_ERROR)
        return PRIORITY_ERROR;
    return exchange->status >= S_BAD_REQUEST ? PRIORITY_NOTICE : PRIORITY_INFO;
}

/* ---- The formats ---- */

/* At most max octets of it, and a mark where that is not all. */
static char *put_escaped(char *at, enum escape how, struct span text, size_t max)
{
    bool whole = true;
    at += escape_append(how, text, at, 0, max, &whole);
    return whole ? at : put_span(at, SPAN("..."));
}

/* "06/Nov/1994:08:49:37 +0000", from "Sun, 06 Nov 1994 08:49:37 GMT". */
static char *put_common_time(char *at, int64_t seconds)
{
    char date[DATE_LEN];
    date_format(seconds, date);
    at = put_span(at, (struct span){date + 5, 2});
    at = put_span(at, SPAN("/"));
    at = put_span(at, (struct span){date + 8, 3});
    at = put_span(at, SPAN("/"));
    at = put_span(at, (struct span){date + 12, 4});
    at = put_span(at, SPAN(":"));
    at = put_span(at, (struct span){date + 17, 8});
    return put_span(at, SPAN(" +0000"));
}

char *record_common(char *at, const struct exchange *exchange)
{
    at = put_span(at, client(exchange));
    at = put_span(at, SPAN(" - - ["));
    at = put_common_time(at, clock_seconds());
    at = put_span(at, SPAN("] \""));
    at = put_escaped(at, ESCAPE_LOG, request(exchange), LOG_REQUEST_BYTES_MAX);
    at = put_span(at, SPAN("\" "));
    at = put_number(at, status(exchange), 10);
    at = put_span(at, SPAN(" "));
    return put_number(at, content_bytes(exchange), 10);
}

char *record_combined(char *at, const struct exchange *exchange)
{
    at = record_common(at, exchange);
    at = put_span(at, SPAN(" \""));
    at = put_escaped(at, ESCAPE_LOG, referer(exchange), LOG_TEXT_BYTES_MAX);
    at = put_span(at, SPAN("\" \""));
    at = put_escaped(at, ESCAPE_LOG, agent(exchange), LOG_TEXT_BYTES_MAX);
    return put_span(at, SPAN("\""));
}

static char *put_milliseconds(char *at, uint64_t microseconds)
{
    at = put_number(at, microseconds / 1000, 10);
    *at++ = '.';
    for (unsigned unit = 100; unit; unit /= 10)
        *at++ = (char)('0' + microseconds / unit % 10);
    return at;
}

static char *put_json_fact(char *at, const struct fact *fact, const struct exchange *exchange)
{
    at = put_span(at, SPAN(",\""));
    at = put_span(at, fact->json);
    at = put_span(at, SPAN("\":"));
    if (fact->is_time)
        return put_milliseconds(at, fact->number(exchange));
    if (fact->number)
        return put_number(at, fact->number(exchange), 10);
    at = put_span(at, SPAN("\""));
    at = put_escaped(at, ESCAPE_JSON, fact->text(exchange), fact->text_max);
    return put_span(at, SPAN("\""));
}

char *record_json(char *at, const struct exchange *exchange)
{
    char time[DATE_ISO_LEN];
    date_format_iso(clock_seconds(), time);
    at = put_span(at, SPAN("{\"time\":\""));
    at = put_span(at, (struct span){time, sizeof time});
    at = put_span(at, SPAN("\""));
    for (size_t i = 0; i < FACTS; i++)
        at = put_json_fact(at, &facts[i], exchange);
    return put_span(at, SPAN("}"));
}

static char *put_native_fact(char *at, const struct fact *fact, const struct exchange *exchange)
{
    at = put_span(at, fact->native);
    at = put_span(at, SPAN("="));
    at = fact->number ? put_number(at, fact->number(exchange), 10)
                      : put_escaped(at, ESCAPE_LOG, fact->text(exchange), fact->text_max);
    return put_span(at, SPAN("\n"));
}

/* The journal's native protocol: a field a line; escaped, no text has a line end in it. */
char *record_native(char *at, const struct exchange *exchange)
{
    at = put_span(at, SPAN("MESSAGE="));
    at = put_span(at, client(exchange));
    at = put_span(at, SPAN(" \""));
    at = put_escaped(at, ESCAPE_LOG, request(exchange), LOG_TEXT_BYTES_MAX);
    at = put_span(at, SPAN("\" "));
    at = put_number(at, status(exchange), 10);
    at = put_span(at, SPAN("\nPRIORITY="));
    at = put_number(at, record_priority(exchange), 10);
    at = put_span(at, SPAN("\nSYSLOG_IDENTIFIER=perch\n"));
    for (size_t i = 0; i < FACTS; i++)
        at = put_native_fact(at, &facts[i], exchange);
    return at;
}
