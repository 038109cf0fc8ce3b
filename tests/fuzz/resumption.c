/*
 * http/resumption: what is read is what strtoull() reads, and a second line of a field takes it
 * away.
 */
#include "http/resumption.h"

#include "fuzz.h"

#include <strings.h>

static const struct {
    const char *name;
    enum field_id id;
} known[] = {
    {"Upload-Complete:", FIELD_UPLOAD_COMPLETE},
    {"Upload-Offset:", FIELD_UPLOAD_OFFSET},
    {"Upload-Length:", FIELD_UPLOAD_LENGTH},
    {"Upload-Draft-Interop-Version:", FIELD_UPLOAD_DRAFT_INTEROP_VERSION},
    {"Content-Type:", FIELD_CONTENT_TYPE},
};

enum { KNOWN = sizeof known / sizeof known[0], DIGITS_MAX = 15, DIGITS_ROOM = 32 };

static void read_lines(struct fields *fields, struct span input)
{
    fields_begin(fields, 0);
    while (input.len) {
        struct span line = span_cut(&input, '\n');
        for (size_t i = 0; i < KNOWN; i++) {
            struct span name = span_of(known[i].name);
            if (span_starts_nocase(line, name))
                fuzz_fields(fields, known[i].id, span_after(line, name.len));
        }
    }
}

/* Without parameters; what has some is not judged: -1. */
static int plain_count(const struct fields *fields, enum field_id id, uint64_t *count)
{
    struct span value = fields_value(fields, id);
    char text[DIGITS_ROOM] = "", *end = text;
    if (fields->lines_of[id] != 1 || value.len == 0)
        return 0;
    if (memchr(value.at, ';', value.len))
        return -1;
    if (value.len > DIGITS_MAX || value.at[0] < '0' || value.at[0] > '9')
        return 0;
    memcpy(text, value.at, value.len);
    *count = strtoull(text, &end, 10);
    return (size_t)(end - text) == value.len;
}

static void compare(int wanted, uint64_t count, bool has, uint64_t read)
{
    HOLDS(wanted < 0 || has == (wanted == 1));
    HOLDS(wanted != 1 || read == count);
    HOLDS(!has || read < UINT64_C(1000000000000000));
}

static void look_at_type(const struct fields *fields)
{
    static const char type[] = "application/partial-upload";
    struct span value = fields_value(fields, FIELD_CONTENT_TYPE);
    size_t len = strlen(type);
    bool begins = fields->lines_of[FIELD_CONTENT_TYPE] == 1 && value.len >= len &&
                  strncasecmp(value.at, type, len) == 0;
    size_t after = len;
    while (begins && after < value.len && (value.at[after] == ' ' || value.at[after] == '\t'))
        after++;
    HOLDS(resumption_is_partial_upload(fields) ==
          (begins && (after == value.len || value.at[after] == ';')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields fields;
    struct resumption resumption, again;
    uint64_t count = 0;
    read_lines(&fields, fuzz_span(data, size));
    resumption_read(&resumption, &fields);

    compare(plain_count(&fields, FIELD_UPLOAD_OFFSET, &count), count, resumption.has_offset,
            resumption.offset);
    compare(plain_count(&fields, FIELD_UPLOAD_LENGTH, &count), count, resumption.has_length,
            resumption.length);
    int wanted = plain_count(&fields, FIELD_UPLOAD_DRAFT_INTEROP_VERSION, &count);
    HOLDS(wanted < 0 ||
          resumption.knows_104 == (wanted == 1 && count == RESUMPTION_INTEROP_VERSION));
    struct span complete = fields_value(&fields, FIELD_UPLOAD_COMPLETE);
    if (fields.lines_of[FIELD_UPLOAD_COMPLETE] == 1 && complete.len == 2) {
        bool is_boolean = span_equal(complete, SPAN("?0")) || span_equal(complete, SPAN("?1"));
        HOLDS(resumption.given == is_boolean);
        HOLDS(!is_boolean || resumption.complete == (complete.at[1] == '1'));
    }
    HOLDS(!resumption.given || fields.lines_of[FIELD_UPLOAD_COMPLETE] == 1);
    look_at_type(&fields);

    for (size_t i = 0; i < KNOWN && fields.count < FIELDS_MAX; i++)
        if (fields.lines_of[known[i].id] == 1)
            fuzz_fields(&fields, known[i].id, SPAN("?1"));
    resumption_read(&again, &fields);
    HOLDS(fields.count == FIELDS_MAX ||
          (!again.given && !again.has_offset && !again.has_length && !again.knows_104 &&
           !resumption_is_partial_upload(&fields)));
    return 0;
}
