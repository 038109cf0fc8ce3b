/*
 * http/range: each range lies within the representation, and all of them are no more than it.
 */
#include "http/range.h"

#include "fuzz.h"

static void check_written(const struct range *range, uint64_t size)
{
    char written[CONTENT_RANGE_MAX + 1], expected[CONTENT_RANGE_MAX + 32];
    char *end = range_write(written, range, size);
    HOLDS((size_t)(end - written) <= CONTENT_RANGE_MAX);
    *end = '\0';
    snprintf(expected, sizeof expected, "bytes %llu-%llu/%llu", (unsigned long long)range->from,
             (unsigned long long)(range->from + range->len - 1), (unsigned long long)size);
    HOLDS(strcmp(written, expected) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields fields;
    struct ranges ranges;
    struct span input = fuzz_span(data, size);
    uint64_t octets = fuzz_number(&input);
    octets = (octets & 1 ? octets >> 1 : octets >> 1 & 0xFFF);
    uint64_t left = octets;
    fields_begin(&fields, 0);
    fuzz_fields(&fields, FIELD_RANGE, input);
    enum range_verdict verdict = range_choose(&fields, octets, &ranges);
    HOLDS(verdict == RANGE_WHOLE || fields.count == 1);
    if (verdict != RANGE_PARTS)
        return 0;
    HOLDS(ranges.count >= 1 && ranges.count <= RANGES_MAX);
    for (unsigned i = 0; i < ranges.count; i++) {
        const struct range *range = &ranges.rows[i];
        HOLDS(range->len > 0 && range->from < octets && range->len <= octets - range->from);
        HOLDS(range->len <= left);
        left -= range->len;
        check_written(range, octets);
    }
    return 0;
}
