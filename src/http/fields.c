#include "http/fields.h"

#include "http/scan.h"
#include "http/status.h"

#include <string.h>

enum { NAME_BYTES_MAX = 28, SAME_LENGTH_MAX = 5 };

/* In lower case, in the row of its length, so that a name is compared with few. No pointers, which
 * would have to be set at each start. */
static const struct known {
    uint8_t id; /* FIELD_OTHER: no more */
    char name[NAME_BYTES_MAX + 1];
} known[NAME_BYTES_MAX + 1][SAME_LENGTH_MAX + 1] = {
    [4] = {{FIELD_HOST, "host"}},
    [5] = {{FIELD_RANGE, "range"}},
    [6] = {{FIELD_ACCEPT, "accept"}, {FIELD_EXPECT, "expect"}, {FIELD_ORIGIN, "origin"}},
    [7] = {{FIELD_REFERER, "referer"}},
    [8] = {{FIELD_IF_MATCH, "if-match"}, {FIELD_IF_RANGE, "if-range"}},
    [10] = {{FIELD_CONNECTION, "connection"}, {FIELD_USER_AGENT, "user-agent"}},
    [12] = {{FIELD_CONTENT_TYPE, "content-type"}},
    [13] = {{FIELD_AUTHORIZATION, "authorization"},
            {FIELD_CONTENT_RANGE, "content-range"},
            {FIELD_IF_NONE_MATCH, "if-none-match"},
            {FIELD_UPLOAD_LENGTH, "upload-length"},
            {FIELD_UPLOAD_OFFSET, "upload-offset"}},
    [14] = {{FIELD_CONTENT_LENGTH, "content-length"}, {FIELD_SEC_FETCH_SITE, "sec-fetch-site"}},
    [15] = {{FIELD_ACCEPT_ENCODING, "accept-encoding"}, {FIELD_UPLOAD_COMPLETE, "upload-complete"}},
    [17] = {{FIELD_IF_MODIFIED_SINCE, "if-modified-since"},
            {FIELD_TRANSFER_ENCODING, "transfer-encoding"}},
    [19] = {{FIELD_IF_UNMODIFIED_SINCE, "if-unmodified-since"}},
    [28] = {{FIELD_UPLOAD_DRAFT_INTEROP_VERSION, "upload-draft-interop-version"}},
};

enum { STEP = sizeof(uint64_t) };

static bool is_same_step(const char *token, const char *lower)
{
    uint64_t ours, theirs;
    memcpy(&ours, lower, STEP);
    memcpy(&theirs, token, STEP);
    return (theirs | UINT64_C(0x2020202020202020)) == ours;
}

/* Of two tokens, one of letters and hyphens in lower case: no other octet of a token becomes one of
 * these by that bit. */
static bool is_same_token(const char *token, const char *lower, size_t len)
{
    if (len >= STEP) { /* the last step may overlap the one before */
        for (size_t at = 0; at < len - STEP; at += STEP)
            if (!is_same_step(token + at, lower + at))
                return false;
        return is_same_step(token + len - STEP, lower + len - STEP);
    }
    for (size_t i = 0; i < len; i++)
        if ((token[i] | 0x20) != lower[i])
            return false;
    return true;
}

static enum field_id field_named(struct span name)
{
    if (name.len > NAME_BYTES_MAX)
        return FIELD_OTHER;
    for (const struct known *row = known[name.len]; row->id != FIELD_OTHER; row++)
        if (is_same_token(name.at, row->name, name.len))
            return row->id;
    return FIELD_OTHER;
}

void fields_begin(struct fields *fields, size_t at)
{
    fields->line = (struct line){at, at};
    fields->count = 0;
    memset(fields->lines_of, 0, sizeof fields->lines_of);
    fields->why = NULL;
}

static int refuse(struct fields *fields, enum status status, const char *why)
{
    fields->why = why;
    return -(int)status;
}

/* Of a line that does not begin with a token and a colon. */
static const char *name_fault(struct span text)
{
    if (span_find(text, ':') == text.len)
        return "a field line has no colon";
    return "a field name is empty, or has white space or another wrong character in it";
}

/* 0 or a negative status. */
static int take_line(struct fields *fields, struct span text)
{
    if (text.at[0] == ' ' || text.at[0] == '\t')
        return refuse(fields, S_BAD_REQUEST,
                      "a field line begins with white space; folded fields are obsolete");
    if (fields->count == FIELDS_MAX)
        return refuse(fields, S_FIELDS_TOO_LARGE,
                      "there are more than " BOUND_TEXT(FIELDS_MAX) " fields");

    size_t name_len = scan_token(text);
    if (name_len == 0 || name_len == text.len || text.at[name_len] != ':')
        return refuse(fields, S_BAD_REQUEST, name_fault(text));
    struct span name = {text.at, name_len};

    struct field *field = &fields->rows[fields->count++];
    *field = (struct field){field_named(name), name, span_trim(span_after(text, name_len + 1))};
    fields->lines_of[field->id]++;
    return 0;
}

int fields_parse(struct fields *fields, const char *buffer, size_t len, size_t max)
{
    size_t end = len < max ? len : max;
    for (;;) {
        struct span text;
        int scanned = line_scan(&fields->line, buffer, end, &text, &fields->why);
        if (scanned < 0)
            return scanned;
        if (scanned == 0)
            break;
        if (text.len == 0)
            return (int)fields->line.at;
        int taken = take_line(fields, text);
        if (taken < 0)
            return taken;
    }
    if (len >= max)
        return refuse(fields, S_FIELDS_TOO_LARGE,
                      "the fields do not end within " BOUND_TEXT(HEAD_MAX) " bytes");
    return 0;
}

struct span fields_value(const struct fields *fields, enum field_id id)
{
    const struct field *row = fields->rows;
    if (fields->lines_of[id] == 0)
        return (struct span){NULL, 0};
    while (row->id != id)
        row++;
    return row->value;
}

struct field_members fields_members(const struct fields *fields, enum field_id id)
{
    unsigned first_row = fields->lines_of[id] ? 0 : fields->count;
    return (struct field_members){fields, id, first_row, {NULL, 0}};
}

bool fields_next_member(struct field_members *walk, struct span *member)
{
    for (;;) {
        if (span_next_member(&walk->rest, member))
            return true;
        const struct fields *fields = walk->fields;
        while (walk->next_row < fields->count && fields->rows[walk->next_row].id != walk->id)
            walk->next_row++;
        if (walk->next_row == fields->count)
            return false;
        walk->rest = fields->rows[walk->next_row++].value;
    }
}
