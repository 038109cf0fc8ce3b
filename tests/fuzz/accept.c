/*
 * http/accept: what is chosen is one of the offers, and empty members change nothing.
 */
#include "http/accept.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct span offers[] = {SPAN("text/plain"), SPAN("application/json"),
                                         SPAN("text/html")};
    enum { OFFERS = sizeof offers / sizeof offers[0] };
    static struct fields fields;
    fields_begin(&fields, 0);
    fuzz_fields(&fields, FIELD_ACCEPT, fuzz_span(data, size));
    size_t chosen = accept_choose(&fields, offers, OFFERS);
    HOLDS(chosen < OFFERS && accept_choose(&fields, offers, 1) == 0);
    if (fields.count < FIELDS_MAX) {
        fuzz_fields(&fields, FIELD_ACCEPT, SPAN(", ,,a/b;q=0.3"));
        HOLDS(accept_choose(&fields, offers, OFFERS) == chosen);
    }
    return 0;
}
