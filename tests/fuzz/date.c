/*
 * http/date: a date that is read and written is the same moment, in whatever form it came.
 */
#include "http/date.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = fuzz_span(data, size);
    int64_t any = (int64_t)fuzz_number(&input), now = 1700000000 + any % 100000000;
    char written[DATE_LEN], again[DATE_LEN], iso[DATE_ISO_LEN];
    int64_t seconds, read;

    date_format(any, written);
    date_format_iso(any, iso);
    HOLDS(date_parse((struct span){written, DATE_LEN}, now, &seconds));
    date_format(seconds, again);
    HOLDS(memcmp(written, again, DATE_LEN) == 0);
    HOLDS(memcmp(written + 17, iso + 11, 8) == 0 && memcmp(written + 12, iso, 4) == 0);

    if (!date_parse(input, now, &seconds))
        return 0;
    date_format(seconds, written);
    HOLDS(date_parse((struct span){written, DATE_LEN}, now, &read));
    HOLDS(read == seconds || seconds < -INT64_C(62135596800));
    /* A year of two digits is at most 50 years ahead (RFC 9110 §5.6.7). */
    if (span_find(input, '-') < input.len)
        HOLDS(seconds <= now + INT64_C(51) * 366 * 86400);
    return 0;
}
