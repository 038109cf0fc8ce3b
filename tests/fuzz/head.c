/*
 * http/head: the same however the octets arrive; what passes is well formed.
 */
#include "http/head.h"
#include "http/authority.h"

#include "fuzz.h"

static int parse_by_steps(struct head *head, struct span input, size_t step)
{
    int parsed = 0;
    head_begin(head);
    for (size_t len = step; parsed == 0; len += step) {
        if (len > input.len)
            len = input.len;
        fuzz_hide_behind(input, len);
        parsed = head_parse(head, input.at, len);
        if (len == input.len)
            break;
    }
    fuzz_hide_behind(input, input.len);
    return parsed;
}

static void check_well_formed(const struct head *head, struct span input, int len)
{
    struct span text = {input.at, (size_t)len};
    struct authority authority;
    HOLDS(len > 0 && text.len <= input.len && text.len <= head->begin + HEAD_MAX);
    HOLDS(memcmp(text.at + text.len - 4, "\r\n\r\n", 4) == 0);
    HOLDS(fuzz_within(head->target, text) && octets_are(head->target, OCTET_TARGET));
    HOLDS(head->minor <= 1);
    HOLDS(head->fields.lines_of[FIELD_HOST] + (head->minor == 0) >= 1);
    HOLDS(head->fields.lines_of[FIELD_HOST] <= 1);
    if (head->fields.lines_of[FIELD_HOST])
        HOLDS(authority_parse(&authority, fields_value(&head->fields, FIELD_HOST)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head whole, cut;
    struct span input = fuzz_span(data, size);
    if (size == 0)
        return 0;
    int parsed = parse_by_steps(&whole, input, size);
    int by_steps = parse_by_steps(&cut, input, 1 + fuzz_hash(input) % 7);
    HOLDS(parsed == by_steps);
    HOLDS(whole.why == cut.why && whole.method == cut.method);
    HOLDS(head_has_begun(&whole) == head_has_begun(&cut));
    if (parsed > 0) {
        HOLDS(whole.fields.count == cut.fields.count && whole.minor == cut.minor);
        check_well_formed(&whole, input, parsed);
    }
    return 0;
}
