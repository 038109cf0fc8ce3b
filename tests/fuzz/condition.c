/*
 * http/condition: 304 for reading alone; "*" holds where there is something, and only there.
 */
#include "http/condition.h"
#include "http/status.h"

#include "fuzz.h"

static const enum field_id ids[] = {FIELD_IF_MATCH, FIELD_IF_NONE_MATCH, FIELD_IF_MODIFIED_SINCE,
                                    FIELD_IF_UNMODIFIED_SINCE, FIELD_IF_RANGE};

enum { IDS = sizeof ids / sizeof ids[0] };

/* Lines: a letter that says which field, then its value. */
static void take_fields(struct fields *fields, struct span input)
{
    while (input.len) {
        struct span line = span_cut(&input, '\n');
        if (line.len)
            fuzz_fields(fields, ids[(unsigned char)line.at[0] % IDS], span_after(line, 1));
    }
}

static bool is_star(const struct fields *fields, enum field_id id)
{
    return fields->lines_of[id] == 1 && span_equal(fields_value(fields, id), SPAN("*"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum method methods[] = {METHOD_GET, METHOD_HEAD, METHOD_PUT, METHOD_DELETE};
    static struct fields fields;
    struct validators validators;
    struct span input = fuzz_span(data, size);
    uint64_t choice = fuzz_number(&input);
    enum method method = methods[choice & 3];
    int64_t modified = 784111777 + (int64_t)(choice >> 3 & 3), now = modified + 1000;
    validators_of_file(&validators, 5, modified, 0, 1, (struct span){NULL, 0});
    const struct validators *current = choice & 4 ? &validators : NULL;
    fields_begin(&fields, 0);
    take_fields(&fields, input);

    int status = condition_judge(&fields, method, current, now);
    bool reads = method == METHOD_GET || method == METHOD_HEAD;
    HOLDS(status == 0 || status == S_PRECONDITION_FAILED || (status == S_NOT_MODIFIED && reads));
    HOLDS(status == 0 || condition_is_given(&fields, method));
    if (is_star(&fields, FIELD_IF_MATCH) && !current)
        HOLDS(status == S_PRECONDITION_FAILED);
    if (is_star(&fields, FIELD_IF_NONE_MATCH) && current)
        HOLDS(status != 0);
    if (!current && !fields.lines_of[FIELD_IF_MATCH] && !fields.lines_of[FIELD_IF_NONE_MATCH])
        HOLDS(status == 0);
    if (condition_range_holds(&fields, &validators, now))
        HOLDS(fields.lines_of[FIELD_IF_RANGE] <= 1);
    return 0;
}
