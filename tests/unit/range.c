/*
 * http/range: Range for representations of many sizes (RFC 9110 §14).
 */
#include "http/range.h"

#include "section.h"

/* The largest file that there can be. */
#define LARGEST UINT64_C(9223372036854775807)

/* parts: what Content-Range says of each, "whole" or "none". */
static const struct {
    const char *range; /* the field's value; NULL: no field */
    uint64_t size;
    const char *parts;
} rows[] = {
    {NULL, 10, "whole"},
    /* One */
    {"bytes=0-0", 10, "0-0"},
    {"bytes=0-9", 10, "0-9"},
    {"bytes=2-5", 10, "2-5"},
    {"bytes=9-9", 10, "9-9"},
    {"bytes=00-0009", 10, "0-9"},
    {"BYTES=2-5", 10, "2-5"},
    {"Bytes=2-5", 10, "2-5"},
    {"bytes=2-", 10, "2-9"},
    {"bytes=0-", 10, "0-9"},
    {"bytes=9-", 10, "9-9"},
    {"bytes=-1", 10, "9-9"},
    {"bytes=-10", 10, "0-9"},
    /* Clamped */
    {"bytes=0-10", 10, "0-9"},
    {"bytes=5-999999999999999999999999999999", 10, "5-9"},
    {"bytes=5-18446744073709551616", 10, "5-9"},
    {"bytes=-11", 10, "0-9"},
    {"bytes=-999999999999999999999999999999", 10, "0-9"},
    /* Nothing there */
    {"bytes=10-", 10, "none"},
    {"bytes=10-10", 10, "none"},
    {"bytes=10-20", 10, "none"},
    {"bytes=18446744073709551615-", 10, "none"},
    {"bytes=18446744073709551616-", 10, "none"},
    {"bytes=99999999999999999999-99999999999999999999", 10, "none"},
    {"bytes=-0", 10, "none"},
    {"bytes=-000", 10, "none"},
    {"bytes=10-,-0,20-30", 10, "none"},
    /* Several */
    {"bytes=0-0,2-2", 10, "0-0 2-2"},
    {"bytes=2-2,0-0", 10, "2-2 0-0"},
    {"bytes=0-0,-1", 10, "0-0 9-9"},
    {"bytes=0-0 ,\t9-", 10, "0-0 9-9"},
    {"bytes=,0-0,,9-,", 10, "0-0 9-9"},
    {"bytes= 0-0", 10, "0-0"},
    {"bytes=0-0,20-30", 10, "0-0"},
    {"bytes=20-30,0-0,-0", 10, "0-0"},
    {"bytes=0-3,2-5", 10, "0-3 2-5"},
    {"bytes=0-4,5-9", 10, "0-4 5-9"},
    {"bytes=0-0,0-0,0-0", 10, "0-0 0-0 0-0"},
    /* More than there is */
    {"bytes=0-5,4-9", 10, "whole"},
    {"bytes=0-,0-", 10, "whole"},
    {"bytes=0-9,-1", 10, "whole"},
    {"bytes=0-4,0-4", 10, "0-4 0-4"},
    {"bytes=0-4,0-5", 10, "whole"},
    {"bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,10-10,11-11,12-12,13-13,14-14,15-15", 100,
     "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7 8-8 9-9 10-10 11-11 12-12 13-13 14-14 15-15"},
    {"bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,10-10,11-11,12-12,13-13,14-14,15-15,16-16", 100,
     "whole"},
    {"bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,10-10,11-11,12-12,13-13,14-14,15-15,200-", 100,
     "whole"},
    /* Not by the grammar */
    {"", 10, "whole"},
    {"bytes", 10, "whole"},
    {"bytes=", 10, "whole"},
    {"bytes=,", 10, "whole"},
    {"bytes= , ,", 10, "whole"},
    {"=0-1", 10, "whole"},
    {"0-1", 10, "whole"},
    {"bytes 0-1", 10, "whole"},
    {"bytes: 0-1", 10, "whole"},
    {"bytes =0-1", 10, "whole"},
    {"byte=0-1", 10, "whole"},
    {"bytess=0-1", 10, "whole"},
    {"seconds=0-1", 10, "whole"},
    {"bytes=-", 10, "whole"},
    {"bytes=0", 10, "whole"},
    {"bytes=5-2", 10, "whole"},
    {"bytes=50-20", 10, "whole"},
    {"bytes=99999999999999999999-1", 10, "whole"},
    {"bytes=99999999999999999999-99999999999999999998", 10, "whole"},
    {"bytes=0099999999999999999999-99999999999999999999", 10, "none"},
    {"bytes=99999999999999999999-100000000000000000000", 10, "none"},
    {"bytes=0-1-2", 10, "whole"},
    {"bytes=--1", 10, "whole"},
    {"bytes=0--1", 10, "whole"},
    {"bytes=+0-1", 10, "whole"},
    {"bytes=0-+1", 10, "whole"},
    {"bytes=0x0-1", 10, "whole"},
    {"bytes=a-b", 10, "whole"},
    {"bytes=0-a", 10, "whole"},
    {"bytes=-a", 10, "whole"},
    {"bytes=0 -1", 10, "whole"},
    {"bytes=0- 1", 10, "whole"},
    {"bytes=0-1;2-3", 10, "whole"},
    {"bytes=0-1 2-3", 10, "whole"},
    {"bytes=0-0,x", 10, "whole"},
    {"bytes=20-30,x", 10, "whole"},
    {"bytes=*", 10, "whole"},
    {"bytes=\"0-1\"", 10, "whole"},
    /* An empty file has a suffix, but no first octet */
    {"bytes=0-", 0, "none"},
    {"bytes=0-0", 0, "none"},
    {"bytes=-0", 0, "none"},
    {"bytes=-1", 0, "whole"},
    {"bytes=0-0,-1", 0, "whole"},
    {"bytes=-9223372036854775807", 0, "whole"},
    {"bytes=0-", 1, "0-0"},
    {"bytes=-1", 1, "0-0"},
    {"bytes=1-", 1, "none"},
    /* Large files */
    {"bytes=4294967295-4294967296", UINT64_C(1) << 33, "4294967295-4294967296"},
    {"bytes=4294967296-", UINT64_C(1) << 33, "4294967296-8589934591"},
    {"bytes=-1", UINT64_C(1) << 33, "8589934591-8589934591"},
    {"bytes=0-", LARGEST, "0-9223372036854775806"},
    {"bytes=-1", LARGEST, "9223372036854775806-9223372036854775806"},
    {"bytes=9223372036854775806-", LARGEST, "9223372036854775806-9223372036854775806"},
    {"bytes=9223372036854775806-9223372036854775807", LARGEST,
     "9223372036854775806-9223372036854775806"},
    {"bytes=9223372036854775807-", LARGEST, "none"},
    {"bytes=-9223372036854775807", LARGEST, "0-9223372036854775806"},
    {"bytes=-9223372036854775808", LARGEST, "0-9223372036854775806"},
    {"bytes=0-0,9223372036854775806-", LARGEST, "0-0 9223372036854775806-9223372036854775806"},
    {"bytes=0-9223372036854775806,0-0", LARGEST, "whole"},
    {"bytes=0-,0-,0-,0-", LARGEST, "whole"},
};

static void parse(struct fields *fields, enum guard side, const char *range, unsigned times)
{
    char room[512];
    struct unit_text text = {room, 0, sizeof room};
    for (; range && times; times--) {
        unit_append(&text, SPAN("range: "));
        unit_append(&text, span_of(range));
        unit_append(&text, SPAN("\r\n"));
    }
    unit_append(&text, SPAN("Content-Range: bytes=0-0\r\nRanges: bytes=0-0\r\n\r\n"));
    section_parse(fields, side, unit_span(&text));
    unit_about(span_of(range ? range : ""));
}

/* As the rows have it. The value that Content-Range gets is "bytes " PART "/" SIZE. */
static struct span say(const struct ranges *ranges, enum range_verdict verdict, uint64_t size,
                       struct unit_text *text)
{
    for (unsigned i = 0; verdict == RANGE_PARTS && i < ranges->count; i++) {
        char room[CONTENT_RANGE_MAX];
        struct span value = span_between(room, range_write(room, &ranges->rows[i], size));
        CHECK(span_starts(value, SPAN("bytes ")));
        value = span_after(value, 6);
        unit_append(text, i ? SPAN(" ") : SPAN(""));
        unit_append(text, span_cut(&value, '/'));
        uint64_t said;
        CHECK(span_decimal(value, 19, &said) && said == size);
    }
    if (verdict != RANGE_PARTS)
        unit_append(text, verdict == RANGE_NONE ? SPAN("none") : SPAN("whole"));
    return unit_span(text);
}

static void check_rows(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char room[512];
        struct unit_text text = {room, 0, sizeof room};
        struct fields fields;
        struct ranges ranges;
        parse(&fields, side, rows[i].range, 1);
        enum range_verdict verdict = range_choose(&fields, rows[i].size, &ranges);
        CHECK(span_equal(say(&ranges, verdict, rows[i].size, &text), span_of(rows[i].parts)));
    }
}

static void check_twice(void)
{
    struct fields fields;
    struct ranges ranges;
    parse(&fields, GUARD_BEHIND, "bytes=0-1", 2);
    CHECK(range_choose(&fields, 10, &ranges) == RANGE_WHOLE);
}

static void check_nothing_of_it(void)
{
    char room[CONTENT_RANGE_MAX];
    CHECK(span_equal(span_between(room, range_write(room, NULL, LARGEST)),
                     SPAN("bytes */9223372036854775807")));
    CHECK(span_equal(span_between(room, range_write(room, NULL, 0)), SPAN("bytes */0")));
}

/* All that can be asked of a small file, against the octets that it means. */
static void check_all_small(void)
{
    enum { SIZE = 7 };
    for (int first = -1; first <= SIZE + 1; first++)
        for (int last = -1; last <= SIZE + 1; last++) {
            char range[32];
            struct fields fields;
            struct ranges ranges;
            snprintf(range, sizeof range, "bytes=%.*d-%.*d", first < 0 ? 0 : 1,
                     first < 0 ? 0 : first, last < 0 ? 0 : 1, last < 0 ? 0 : last);
            parse(&fields, GUARD_BEHIND, range, 1);
            enum range_verdict verdict = range_choose(&fields, SIZE, &ranges);
            bool wrong = first < 0 ? last < 0 : last >= 0 && last < first;
            int from = first >= 0 ? first : last < SIZE ? SIZE - last : 0;
            int to = first < 0 || last < 0 || last >= SIZE ? SIZE : last + 1;
            if (wrong)
                CHECK(verdict == RANGE_WHOLE);
            else if (from >= to)
                CHECK(verdict == RANGE_NONE);
            else
                CHECK(verdict == RANGE_PARTS && ranges.count == 1 &&
                      ranges.rows[0].from == (uint64_t)from &&
                      ranges.rows[0].len == (uint64_t)(to - from));
        }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        check_rows(side);
    check_twice();
    check_nothing_of_it();
    check_all_small();
    return unit_end();
}
