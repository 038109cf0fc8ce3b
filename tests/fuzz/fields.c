/*
 * http/fields: the same however the octets arrive; names are tokens, values hold no line end, and
 * the lines put together again are what was read.
 */
#include "http/fields.h"
#include "http/status.h"

#include "fuzz.h"

static int parse_by_steps(struct fields *fields, struct span input, size_t step)
{
    int parsed = 0;
    fields_begin(fields, 0);
    for (size_t len = step; parsed == 0; len += step) {
        if (len > input.len)
            len = input.len;
        fuzz_hide_behind(input, len);
        parsed = fields_parse(fields, input.at, len, HEAD_MAX);
        if (len == input.len)
            break;
    }
    fuzz_hide_behind(input, input.len);
    return parsed;
}

static void check_rows(const struct fields *fields, struct span text)
{
    unsigned of_ids = 0;
    for (unsigned i = 0; i < FIELD_IDS; i++)
        of_ids += fields->lines_of[i];
    HOLDS(of_ids == fields->count && fields->count <= FIELDS_MAX);
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    HOLDS(lines == fields->count + 1);
    for (const struct field *row = fields->rows; row < fields->rows + fields->count; row++) {
        HOLDS(fuzz_within(row->name, text) && fuzz_within(row->value, text));
        HOLDS(octets_are(row->name, OCTET_TOKEN));
        HOLDS(row->value.len == 0 || octets_are(row->value, OCTET_LINE));
        HOLDS(span_trim(row->value).len == row->value.len);
        HOLDS(row->name.at[row->name.len] == ':');
    }
}

static void check_members(const struct fields *fields, enum field_id id)
{
    struct field_members walk = fields_members(fields, id);
    struct span member;
    while (fields_next_member(&walk, &member)) {
        HOLDS(fields->lines_of[id] > 0 && member.len > 0);
        HOLDS(span_find(member, ',') == member.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields whole, cut;
    struct span input = fuzz_span(data, size);
    if (size == 0)
        return 0;
    int parsed = parse_by_steps(&whole, input, size);
    HOLDS(parse_by_steps(&cut, input, 1 + fuzz_hash(input) % 7) == parsed);
    HOLDS(whole.count == cut.count && whole.why == cut.why);
    if (parsed > 0) {
        check_rows(&whole, (struct span){input.at, (size_t)parsed});
        for (enum field_id id = 0; id < FIELD_IDS; id++)
            check_members(&whole, id);
    }
    return 0;
}
