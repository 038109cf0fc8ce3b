/*
 * http/origin: what is not said is the server's own; what is said and is own names its host.
 */
#include "http/origin.h"

#include "fuzz.h"

/* Whether one text stands in the other, letters without their case. */
static bool holds_nocase(struct span text, struct span wanted)
{
    for (; text.len >= wanted.len; text = span_after(text, 1)) {
        if (span_starts_nocase(text, wanted))
            return true;
        if (text.len == 0)
            break;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields fields;
    struct span input = fuzz_span(data, size), host = span_cut(&input, '\n');
    struct authority own;
    if (!authority_parse(&own, host))
        own = (struct authority){{NULL, 0}, {NULL, 0}};
    fields_begin(&fields, 0);
    HOLDS(origin_is_own(&fields, &own) && origin_fetch_is_own(&fields));
    fuzz_fields(&fields, FIELD_ORIGIN, input);
    fields.lines_of[FIELD_ORIGIN] = (unsigned char)fields.count;
    if (fields.count && origin_is_own(&fields, &own)) {
        struct span origin = fields_value(&fields, FIELD_ORIGIN);
        HOLDS(fields.count == 1 && own.host.len);
        HOLDS(span_starts_nocase(origin, SPAN("http")) && holds_nocase(origin, own.host));
    }
    fields_begin(&fields, 0);
    fuzz_fields(&fields, FIELD_SEC_FETCH_SITE, input);
    if (fields.count && origin_fetch_is_own(&fields)) {
        struct span site = fields_value(&fields, FIELD_SEC_FETCH_SITE);
        HOLDS(span_equal(site, SPAN("same-origin")) || span_equal(site, SPAN("none")));
    }
    return 0;
}
