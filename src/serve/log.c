#include "serve/log.h"

#include "base/escape.h"
#include "bounds.h"
#include "http/date.h"
#include "os/client.h"
#include "os/clock.h"
#include "os/journal.h"

#include <stdbool.h>
#include <string.h>

/* As in syslog.h (RFC 5424 §6.2.1). */
enum { PRIORITY_ERROR = 3, PRIORITY_NOTICE = 5, PRIORITY_INFO = 6 };

static enum log_format format;

/* ---- A record that is being written ---- */

/* The bounds on what goes into it keep every record below JOURNAL_RECORD_MAX. */
struct record {
    char *at;
    size_t len;
};

static void put(struct record *record, struct span text)
{
    memcpy(record->at + record->len, text.at, text.len);
    record->len += text.len;
}

static void put_number(struct record *record, uint64_t number, int digits_min)
{
    char digits[20];
    size_t begin = sizeof digits;
    for (; number || digits_min > 0; number /= 10, digits_min--)
        digits[--begin] = (char)('0' + number % 10);
    put(record, (struct span){digits + begin, sizeof digits - begin});
}

/* At most max octets of it, and a mark where that is not all. */
static void put_escaped(struct record *record, enum escape how, struct span text, size_t max)
{
    bool whole = true;
    record->len = escape_append(how, text, record->at, record->len, record->len + max, &whole);
    if (!whole)
        put(record, SPAN("..."));
}

/* ---- What a record says ---- */

static struct span field_or_dash(const struct exchange *exchange, enum field_id id)
{
    struct span value = fields_value(&exchange->head.fields, id);
    return value.len ? value : SPAN("-");
}

static struct span request_line(const struct exchange *exchange)
{
    return exchange->log.line.len ? exchange->log.line : SPAN("-");
}

static uint64_t content_bytes(const struct exchange *exchange)
{
    return exchange->wire->put - exchange->log.content_from;
}

/* Why the connection ends with this request, or that it doesn't. */
static struct span ending(const struct exchange *exchange)
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

static int priority(const struct exchange *exchange)
{
    if (exchange->status >= S_INTERNAL_ERROR)
        return PRIORITY_ERROR;
    return exchange->status >= S_BAD_REQUEST ? PRIORITY_NOTICE : PRIORITY_INFO;
}

/* ---- The formats ---- */

/* "[06/Nov/1994:08:49:37 +0000]", from "Sun, 06 Nov 1994 08:49:37 GMT". */
static void put_common_time(struct record *record, int64_t seconds)
{
    char date[DATE_LEN];
    date_format(seconds, date);
    put(record, SPAN("["));
    put(record, (struct span){date + 5, 2});
    put(record, SPAN("/"));
    put(record, (struct span){date + 8, 3});
    put(record, SPAN("/"));
    put(record, (struct span){date + 12, 4});
    put(record, SPAN(":"));
    put(record, (struct span){date + 17, 8});
    put(record, SPAN(" +0000]"));
}

static void put_common(struct record *record, const struct exchange *exchange)
{
    put(record, client_address(exchange->client));
    put(record, SPAN(" - - "));
    put_common_time(record, clock_seconds());
    put(record, SPAN(" \""));
    put_escaped(record, ESCAPE_LOG, request_line(exchange), LOG_REQUEST_BYTES_MAX);
    put(record, SPAN("\" "));
    put_number(record, exchange->status, 3);
    put(record, SPAN(" "));
    put_number(record, content_bytes(exchange), 1);
}

static void put_combined(struct record *record, const struct exchange *exchange)
{
    put_common(record, exchange);
    put(record, SPAN(" \""));
    put_escaped(record, ESCAPE_LOG, field_or_dash(exchange, FIELD_REFERER), LOG_TEXT_BYTES_MAX);
    put(record, SPAN("\" \""));
    put_escaped(record, ESCAPE_LOG, field_or_dash(exchange, FIELD_USER_AGENT), LOG_TEXT_BYTES_MAX);
    put(record, SPAN("\""));
}

static void put_milliseconds(struct record *record, int64_t microseconds)
{
    put_number(record, (uint64_t)microseconds / 1000, 1);
    put(record, SPAN("."));
    put_number(record, (uint64_t)microseconds % 1000, 3);
}

static void put_json_text(struct record *record, struct span name, struct span text, size_t max)
{
    put(record, SPAN(",\""));
    put(record, name);
    put(record, SPAN("\":\""));
    put_escaped(record, ESCAPE_JSON, text, max);
    put(record, SPAN("\""));
}

static void put_json_number(struct record *record, struct span name, uint64_t number)
{
    put(record, SPAN(",\""));
    put(record, name);
    put(record, SPAN("\":"));
    put_number(record, number, 1);
}

static void put_json(struct record *record, const struct exchange *exchange)
{
    char time[DATE_ISO_LEN];
    date_format_iso(clock_seconds(), time);
    put(record, SPAN("{\"time\":\""));
    put(record, (struct span){time, sizeof time});
    put(record, SPAN("\""));
    put_json_text(record, SPAN("client"), client_address(exchange->client), CLIENT_ADDRESS_MAX);
    put_json_text(record, SPAN("request"), request_line(exchange), LOG_REQUEST_BYTES_MAX);
    put_json_number(record, SPAN("status"), exchange->status);
    put_json_number(record, SPAN("bytes"), content_bytes(exchange));
    put(record, SPAN(",\"ms\":"));
    put_milliseconds(record, exchange->log.microseconds);
    put_json_number(record, SPAN("number"), exchange->log.number);
    put_json_text(record, SPAN("connection"), ending(exchange), LOG_TEXT_BYTES_MAX);
    put_json_text(record, SPAN("agent"), field_or_dash(exchange, FIELD_USER_AGENT),
                  LOG_TEXT_BYTES_MAX);
    put(record, SPAN("}"));
}

static void put_native_text(struct record *record, struct span name, struct span text, size_t max)
{
    put(record, SPAN("\n"));
    put(record, name);
    put(record, SPAN("="));
    put_escaped(record, ESCAPE_LOG, text, max);
}

static void put_native_number(struct record *record, struct span name, uint64_t number)
{
    put(record, SPAN("\n"));
    put(record, name);
    put(record, SPAN("="));
    put_number(record, number, 1);
}

/* The journal's native protocol: a field a line; escaped, no text has a line end in it. */
static void put_native(struct record *record, const struct exchange *exchange)
{
    put(record, SPAN("MESSAGE="));
    put(record, client_address(exchange->client));
    put(record, SPAN(" \""));
    put_escaped(record, ESCAPE_LOG, request_line(exchange), LOG_TEXT_BYTES_MAX);
    put(record, SPAN("\" "));
    put_number(record, exchange->status, 3);
    put_native_number(record, SPAN("PRIORITY"), (uint64_t)priority(exchange));
    put(record, SPAN("\nSYSLOG_IDENTIFIER=perch"));
    put_native_text(record, SPAN("PERCH_CLIENT"), client_address(exchange->client),
                    CLIENT_ADDRESS_MAX);
    put_native_text(record, SPAN("PERCH_REQUEST"), request_line(exchange), LOG_REQUEST_BYTES_MAX);
    put_native_number(record, SPAN("PERCH_STATUS"), exchange->status);
    put_native_number(record, SPAN("PERCH_BYTES"), content_bytes(exchange));
    put_native_number(record, SPAN("PERCH_MICROSECONDS"), (uint64_t)exchange->log.microseconds);
    put_native_number(record, SPAN("PERCH_NUMBER"), exchange->log.number);
    put_native_text(record, SPAN("PERCH_CONNECTION"), ending(exchange), LOG_TEXT_BYTES_MAX);
    put_native_text(record, SPAN("PERCH_AGENT"), field_or_dash(exchange, FIELD_USER_AGENT),
                    LOG_TEXT_BYTES_MAX);
    put(record, SPAN("\n"));
}

static const struct log_row {
    const char *name;
    enum journal_kind kind;
    void (*put)(struct record *record, const struct exchange *exchange);
} rows[] = {
    [LOG_OFF] = {"off", JOURNAL_NONE, NULL},
    [LOG_COMMON] = {"common", JOURNAL_LINES, put_common},
    [LOG_COMBINED] = {"combined", JOURNAL_LINES, put_combined},
    [LOG_JSON] = {"json", JOURNAL_LINES, put_json},
    [LOG_JOURNAL] = {"journal", JOURNAL_NATIVE, put_native},
};

const char *log_take_format(void *member, const char *value)
{
    for (enum log_format i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, value) != 0)
            continue;
        *(enum log_format *)member = i;
        return NULL;
    }
    return "is no log; give off, common, combined, json or journal";
}

/* ---- A request ---- */

bool log_open(enum log_format wanted)
{
    format = wanted;
    if (format == LOG_OFF)
        return false;
    switch (journal_open(rows[format].kind)) {
    case JOURNAL_NONE:
        format = LOG_OFF;
        break;
    case JOURNAL_LINES:
        if (format == LOG_JOURNAL)
            format = LOG_COMBINED;
        break;
    case JOURNAL_NATIVE:
        break;
    }
    return format != LOG_OFF;
}

void log_begins(struct exchange *exchange)
{
    if (format != LOG_OFF && exchange->log.begun == 0)
        exchange->log.begun = clock_us();
}

void log_request_line(struct exchange *exchange, struct span text)
{
    if (format == LOG_OFF)
        return;
    exchange->log.line = span_cut(&text, '\n');
    if (exchange->log.line.len && exchange->log.line.at[exchange->log.line.len - 1] == '\r')
        exchange->log.line.len--;
}

void log_request(struct exchange *exchange, unsigned number)
{
    if (format == LOG_OFF)
        return;
    struct record record = {journal_room(), 0};
    exchange->log.number = number;
    exchange->log.microseconds = clock_us() - exchange->log.begun;
    rows[format].put(&record, exchange);
    journal_commit(record.len, priority(exchange));
}
