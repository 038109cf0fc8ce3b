#include "serve/log.h"

#include "os/clock.h"
#include "os/journal.h"
#include "serve/record.h"

#include <stdbool.h>
#include <string.h>

static enum log_format format;

static const struct log_row {
    const char *name;
    enum journal_kind kind;
    char *(*put)(char *at, const struct exchange *exchange);
} rows[] = {
    [LOG_OFF] = {"off", JOURNAL_NONE, NULL},
    [LOG_COMMON] = {"common", JOURNAL_LINES, record_common},
    [LOG_COMBINED] = {"combined", JOURNAL_LINES, record_combined},
    [LOG_JSON] = {"json", JOURNAL_LINES, record_json},
    [LOG_JOURNAL] = {"journal", JOURNAL_NATIVE, record_native},
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
    exchange->log.number = number;
    exchange->log.microseconds = clock_us() - exchange->log.begun;
    const char *record = journal_room();
    const char *end = rows[format].put(journal_room(), exchange);
    journal_commit((size_t)(end - record), (int)record_priority(exchange));
}
