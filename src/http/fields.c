#include "http/fields.h"

#include "http/octet.h"
#include "http/status.h"

#include <string.h>

static const struct {
    struct span name;
    enum field_id id;
} known[] = {
    {SPAN("Accept"), FIELD_ACCEPT},
    {SPAN("Accept-Encoding"), FIELD_ACCEPT_ENCODING},
    {SPAN("Authorization"), FIELD_AUTHORIZATION},
    {SPAN("Connection"), FIELD_CONNECTION},
    {SPAN("Content-Length"), FIELD_CONTENT_LENGTH},
    {SPAN("Content-Range"), FIELD_CONTENT_RANGE},
    {SPAN("Content-Type"), FIELD_CONTENT_TYPE},
    {SPAN("Expect"), FIELD_EXPECT},
    {SPAN("Host"), FIELD_HOST},
    {SPAN("If-Match"), FIELD_IF_MATCH},
    {SPAN("If-Modified-Since"), FIELD_IF_MODIFIED_SINCE},
    {SPAN("If-None-Match"), FIELD_IF_NONE_MATCH},
    {SPAN("If-Range"), FIELD_IF_RANGE},
    {SPAN("If-Unmodified-Since"), FIELD_IF_UNMODIFIED_SINCE},
    {SPAN("Origin"), FIELD_ORIGIN},
    {SPAN("Range"), FIELD_RANGE},
    {SPAN("Sec-Fetch-Site"), FIELD_SEC_FETCH_SITE},
    {SPAN("Referer"), FIELD_REFERER},
    {SPAN("Transfer-Encoding"), FIELD_TRANSFER_ENCODING},
    {SPAN("Upload-Complete"), FIELD_UPLOAD_COMPLETE},
    {SPAN("Upload-Draft-Interop-Version"), FIELD_UPLOAD_DRAFT_INTEROP_VERSION},
    {SPAN("Upload-Length"), FIELD_UPLOAD_LENGTH},
    {SPAN("Upload-Offset"), FIELD_UPLOAD_OFFSET},
    {SPAN("User-Agent"), FIELD_USER_AGENT},
};

static enum field_id field_named(struct span name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_equal_nocase(known[i].name, name))
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

/* 0 or a negative status. */
static int take_line(struct fields *fields, struct span text)
{
    if (text.at[0] == ' ' || text.at[0] == '\t')
        return refuse(fields, S_BAD_REQUEST,
                      "a field line begins with white space; folded fields are obsolete");
    if (fields->count == FIELDS_MAX)
        return refuse(fields, S_FIELDS_TOO_LARGE,
                      "there are more than " BOUND_TEXT(FIELDS_MAX) " fields");

    struct span value = text;
    struct span name = span_cut(&value, ':');
    if (name.len == text.len)
        return refuse(fields, S_BAD_REQUEST, "a field line has no colon");
    if (!octets_are(name, OCTET_TOKEN))
        return refuse(fields, S_BAD_REQUEST,
                      "a field name is empty, or has white space or another wrong character in it");

    struct field *field = &fields->rows[fields->count++];
    *field = (struct field){field_named(name), name, span_trim(value)};
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
