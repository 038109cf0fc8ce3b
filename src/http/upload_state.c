#include "http/upload_state.h"

#include "base/put.h"

#include <string.h>

#define PROGRESS         "Progress: "
#define OF               " of "
#define UNKNOWN          "------------------"
#define STATE_INCOMPLETE ", incomplete\r\n"
#define STATE_COMPLETE   ", complete  \r\n"

_Static_assert(sizeof PROGRESS OF UNKNOWN UNKNOWN STATE_COMPLETE - 1 == UPLOAD_STATE_PROGRESS_LEN,
               "the progress is as long as is said");

/* ---- Writing ---- */

static char *put_digits(char *at, uint64_t number)
{
    for (int i = CONTENT_LENGTH_DIGITS_MAX; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + CONTENT_LENGTH_DIGITS_MAX;
}

void upload_state_write_progress(const struct upload_state *state, char *room)
{
    char *at = put_span(room, SPAN(PROGRESS));
    at = put_digits(at, state->offset);
    at = put_span(at, SPAN(OF));
    at = state->has_length ? put_digits(at, state->length) : put_span(at, SPAN(UNKNOWN));
    put_span(at, state->complete ? SPAN(STATE_COMPLETE) : SPAN(STATE_INCOMPLETE));
}

/* A percent sign would begin an escape, and a blank could be lost at an end. */
static char *put_path(char *at, const char *path)
{
    for (; *path; path++) {
        if (*path == '%')
            at = put_span(at, SPAN("%25"));
        else if (*path == ' ')
            at = put_span(at, SPAN("%20"));
        else
            *at++ = *path;
    }
    return at;
}

static bool is_condition(enum field_id id)
{
    return id == FIELD_IF_MATCH || id == FIELD_IF_NONE_MATCH || id == FIELD_IF_MODIFIED_SINCE ||
           id == FIELD_IF_UNMODIFIED_SINCE;
}

size_t upload_state_write(const struct upload_state *state, const char *path,
                          const struct fields *fields, char *room)
{
    upload_state_write_progress(state, room);
    char *at = put_span(room + UPLOAD_STATE_PROGRESS_LEN, SPAN("Method: "));
    at = put_span(at, state->method == METHOD_PUT ? SPAN("PUT") : SPAN("POST"));
    at = put_span(at, SPAN("\r\nPath: "));
    at = put_path(at, path);
    at = put_span(at, SPAN("\r\n"));
    for (unsigned i = 0; i < fields->count; i++) {
        if (!is_condition(fields->rows[i].id))
            continue;
        at = put_span(at, fields->rows[i].name);
        at = put_span(at, SPAN(": "));
        at = put_span(at, fields->rows[i].value);
        at = put_span(at, SPAN("\r\n"));
    }
    return (size_t)(put_span(at, SPAN("\r\n")) - room);
}

/* ---- Reading ---- */

static bool take_digits(struct span *rest, uint64_t *number)
{
    struct span digits = {rest->at, CONTENT_LENGTH_DIGITS_MAX};
    if (rest->len < digits.len || !span_decimal(digits, digits.len, number))
        return false;
    *rest = span_after(*rest, digits.len);
    return true;
}

static bool read_progress(struct upload_state *state, struct span text)
{
    if (!span_take(&text, SPAN(PROGRESS)) || !take_digits(&text, &state->offset) ||
        !span_take(&text, SPAN(OF)))
        return false;
    state->has_length = !span_take(&text, SPAN(UNKNOWN));
    if (state->has_length && !take_digits(&text, &state->length))
        return false;
    state->complete = span_starts(text, SPAN(STATE_COMPLETE));
    return state->complete || span_starts(text, SPAN(STATE_INCOMPLETE));
}

static struct span value_of(const struct fields *fields, struct span name)
{
    for (unsigned i = 0; i < fields->count; i++)
        if (span_equal(fields->rows[i].name, name))
            return fields->rows[i].value;
    return SPAN("");
}

bool upload_state_read(struct upload_state *state, struct span text)
{
    if (!read_progress(state, text))
        return false;
    fields_begin(&state->fields, 0);
    if (fields_parse(&state->fields, text.at, text.len, UPLOAD_STATE_MAX) <= 0)
        return false;
    state->method = method_named(value_of(&state->fields, SPAN("Method")));
    struct span path = value_of(&state->fields, SPAN("Path"));
    if (path.len > REQUEST_LINE_MAX ||
        !(state->method == METHOD_PUT || state->method == METHOD_POST))
        return false;
    path_decode(&state->path, path);
    return state->path.kind == PATH_FILE;
}
