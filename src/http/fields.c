#include "http/fields.h"

#include "http/octet.h"
#include "http/status.h"

#include <string.h>

enum { NAME_MAX_LEN = 28 };

#define NAME(name, id)                                                                             \
    {                                                                                              \
        sizeof(name) - 1, id, name                                                                 \
    }

/* In lower case, and by length, so that a name is compared with few. No pointers, which would have
 * to be set at each start. */
static const struct {
    uint8_t len;
    uint8_t id;
    char name[NAME_MAX_LEN + 1];
} known[] = {
    NAME("host", FIELD_HOST),
    NAME("range", FIELD_RANGE),
    NAME("accept", FIELD_ACCEPT),
    NAME("expect", FIELD_EXPECT),
    NAME("origin", FIELD_ORIGIN),
    NAME("referer", FIELD_REFERER),
    NAME("if-match", FIELD_IF_MATCH),
    NAME("if-range", FIELD_IF_RANGE),
    NAME("connection", FIELD_CONNECTION),
    NAME("user-agent", FIELD_USER_AGENT),
    NAME("content-type", FIELD_CONTENT_TYPE),
    NAME("authorization", FIELD_AUTHORIZATION),
    NAME("content-range", FIELD_CONTENT_RANGE),
    NAME("if-none-match", FIELD_IF_NONE_MATCH),
    NAME("upload-length", FIELD_UPLOAD_LENGTH),
    NAME("upload-offset", FIELD_UPLOAD_OFFSET),
    NAME("content-length", FIELD_CONTENT_LENGTH),
    NAME("sec-fetch-site", FIELD_SEC_FETCH_SITE),
    NAME("accept-encoding", FIELD_ACCEPT_ENCODING),
    NAME("upload-complete", FIELD_UPLOAD_COMPLETE),
    NAME("if-modified-since", FIELD_IF_MODIFIED_SINCE),
    NAME("transfer-encoding", FIELD_TRANSFER_ENCODING),
    NAME("if-unmodified-since", FIELD_IF_UNMODIFIED_SINCE),
    NAME("upload-draft-interop-version", FIELD_UPLOAD_DRAFT_INTEROP_VERSION),
};

enum { KNOWN = sizeof known / sizeof known[0] };

/* Of two tokens, one of letters and hyphens in lower case: no other octet of a token becomes one of
 * these by that bit. */
static bool is_same_token(const char *token, const char *lower, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((token[i] | 0x20) != lower[i])
            return false;
    return true;
}

static enum field_id field_named(struct span name)
{
    size_t i = 0;
    while (i < KNOWN && known[i].len < name.len)
        i++;
    for (; i < KNOWN && known[i].len == name.len; i++)
        if (is_same_token(name.at, known[i].name, name.len))
            return known[i].id;
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

    size_t name_len = octets_run(text, OCTET_TOKEN);
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
