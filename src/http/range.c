#include "http/range.h"

#include <string.h>

/* What was asked for, before it is held against a size. */
struct asked {
    bool has_first, has_last;
    uint64_t first, last; /* last is the length of a suffix where there is no first */
};

/* 1*DIGIT, not empty, of any length: what is beyond all files is as good as the end of all numbers.
 * False where it is no number. Takes zeros off its front. */
static bool parse_position(struct span *text, uint64_t *position)
{
    while (text->len > 1 && text->at[0] == '0')
        *text = span_after(*text, 1);
    for (size_t i = 0; i < text->len; i++)
        if (text->at[i] < '0' || text->at[i] > '9')
            return false;
    if (!span_decimal(*text, 19, position))
        *position = UINT64_MAX;
    return true;
}

/* Of digits without zeros in front: also where no integer could hold them. */
static bool is_greater(struct span number, struct span other)
{
    return number.len != other.len ? number.len > other.len
                                   : memcmp(number.at, other.at, number.len) > 0;
}

/* int-range = first-pos "-" [ last-pos ]; suffix-range = "-" suffix-length. */
static bool parse_range(struct span member, struct asked *asked)
{
    struct span last = member;
    struct span first = span_cut(&last, '-');
    if (first.len == member.len)
        return false;
    asked->has_first = first.len > 0;
    asked->has_last = last.len > 0;
    if (asked->has_first && !parse_position(&first, &asked->first))
        return false;
    if (asked->has_last && !parse_position(&last, &asked->last))
        return false;
    if (!asked->has_first || !asked->has_last)
        return asked->has_first || asked->has_last;
    return !is_greater(first, last);
}

/* False where nothing of it is there. */
static bool resolve(const struct asked *asked, uint64_t size, struct range *range)
{
    if (!asked->has_first) {
        range->len = asked->last < size ? asked->last : size;
        range->from = size - range->len;
        return asked->last > 0;
    }
    if (asked->first >= size)
        return false;
    uint64_t last = asked->has_last && asked->last < size ? asked->last : size - 1;
    *range = (struct range){asked->first, last - asked->first + 1};
    return true;
}

/* bytes-unit "=" range-set; the set, or an empty span. */
static struct span range_set(const struct fields *fields)
{
    struct span set = fields_value(fields, FIELD_RANGE);
    struct span unit = span_cut(&set, '=');
    bool counts = fields->lines_of[FIELD_RANGE] == 1 && span_equal_nocase(unit, SPAN("bytes"));
    return counts ? set : (struct span){NULL, 0};
}

enum range_verdict range_choose(const struct fields *fields, uint64_t size, struct ranges *ranges)
{
    struct span rest = range_set(fields), member;
    unsigned members = 0;
    uint64_t left = size;
    ranges->count = 0;
    while (span_next_member(&rest, &member)) {
        struct asked asked;
        struct range range;
        if (++members > RANGES_MAX || !parse_range(member, &asked))
            return RANGE_WHOLE;
        if (!resolve(&asked, size, &range))
            continue;
        /* An empty file has a suffix, but no range that Content-Range could name. */
        if (range.len == 0 || range.len > left)
            return RANGE_WHOLE;
        left -= range.len;
        ranges->rows[ranges->count++] = range;
    }
    if (members == 0)
        return RANGE_WHOLE;
    return ranges->count ? RANGE_PARTS : RANGE_NONE;
}

char *range_write(char *at, const struct range *range, uint64_t size)
{
    at = put_span(at, SPAN("bytes "));
    if (range) {
        at = put_number(at, range->from, 10);
        *at++ = '-';
        at = put_number(at, range->from + (range->len - 1), 10);
    } else {
        *at++ = '*';
    }
    *at++ = '/';
    return put_number(at, size, 10);
}
