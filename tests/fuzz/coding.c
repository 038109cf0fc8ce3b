/*
 * http/coding: what is chosen was not excluded, and empty members change nothing.
 */
#include "http/coding.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields fields;
    struct span input = fuzz_span(data, size);
    fields_begin(&fields, 0);
    fuzz_fields(&fields, FIELD_ACCEPT_ENCODING, input);
    enum coding chosen = coding_choose(&fields);
    HOLDS(chosen <= CODING_REFUSED);
    if (chosen == CODING_REFUSED)
        HOLDS(memmem(input.at, input.len, "0", 1) != NULL);
    if (chosen < CODINGS)
        HOLDS((coding_name(chosen).len == 0) == (chosen == CODING_IDENTITY));
    if (fields.count < FIELDS_MAX) {
        fuzz_fields(&fields, FIELD_ACCEPT_ENCODING, SPAN(", ,\t,"));
        HOLDS(coding_choose(&fields) == chosen);
    }
    /* Named last, it counts. */
    if (fields.count < FIELDS_MAX) {
        fuzz_fields(&fields, FIELD_ACCEPT_ENCODING, SPAN("gzip;q=0,identity"));
        HOLDS(coding_choose(&fields) == CODING_IDENTITY);
    }
    return 0;
}
