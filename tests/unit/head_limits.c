/*
 * http/head: the longest request line, the largest head, the most fields; and one more of each.
 */
#include "http/head.h"

#include "http/status.h"
#include "unit.h"

#define H "Host: x\r\n"

static int parse_whole(struct span input)
{
    struct head head;
    head_begin(&head);
    return head_parse(&head, input.at, input.len);
}

/* The first so many octets, then the others in steps, in the same place. */
static int parse_pieces(struct span input, size_t first, size_t step)
{
    char *room = guard_room(GUARD_BEHIND, input.len);
    struct head head;
    head_begin(&head);
    memcpy(room, input.at, first);
    int result = head_parse(&head, room, first);
    for (size_t len = first; result == 0 && len < input.len; len += step) {
        memcpy(room + len, input.at + len, step);
        result = head_parse(&head, room, len + step);
    }
    return result;
}

static char limits_room[2 * HEAD_MAX];

/* A head whose request line and whole have these lengths; lead: an empty line before it. */
static struct span make_head(bool lead, size_t line_len, size_t head_len)
{
    struct unit_text text = {limits_room, 0, sizeof limits_room};
    if (lead)
        unit_append(&text, SPAN("\r\n"));
    unit_append(&text, SPAN("GET /"));
    unit_append_times(&text, 'a', line_len - 14);
    unit_append(&text, SPAN(" HTTP/1.1\r\n" H "A:"));
    unit_append_times(&text, 'b', head_len - line_len - 2 - 9 - 2 - 4);
    unit_append(&text, SPAN("\r\n\r\n"));
    return unit_span(&text);
}

static void check_limit(struct span input, int expected)
{
    unit_about(input);
    CHECK(parse_whole(guard_copy(GUARD_BEHIND, input)) == expected);
    CHECK(parse_whole(guard_copy(GUARD_BEFORE, input)) == expected);
    CHECK(parse_pieces(input, 0, 1) == expected);
    for (size_t back = 1; back < 6; back++)
        CHECK(parse_pieces(input, input.len - back, back) == expected);
}

static void check_sizes(void)
{
    for (int lead = 0; lead < 2; lead++) {
        int skipped = 2 * lead;
        for (size_t len = REQUEST_LINE_MAX - 2; len <= REQUEST_LINE_MAX + 3; len++)
            check_limit(make_head(lead, len, 9000),
                        len <= REQUEST_LINE_MAX ? 9000 + skipped : -S_URI_TOO_LONG);
        for (size_t len = HEAD_MAX - 2; len <= HEAD_MAX + 3; len++)
            check_limit(make_head(lead, 100, len),
                        len <= HEAD_MAX ? (int)len + skipped : -S_FIELDS_TOO_LARGE);
        check_limit(make_head(lead, REQUEST_LINE_MAX, HEAD_MAX), HEAD_MAX + skipped);
        check_limit(make_head(lead, REQUEST_LINE_MAX, HEAD_MAX + 1), -S_FIELDS_TOO_LARGE);
    }
}

/* A line that never ends is refused when it can't end in time any more, not later. */
static void check_endless_lines(void)
{
    struct unit_text text = {limits_room, 0, sizeof limits_room};
    unit_append_times(&text, 'G', REQUEST_LINE_MAX + 1);
    CHECK(parse_whole(guard_copy(GUARD_BEHIND, unit_span(&text))) == 0);
    unit_append_times(&text, 'G', 1);
    CHECK(parse_whole(guard_copy(GUARD_BEHIND, unit_span(&text))) == -S_URI_TOO_LONG);
    text.len = 0;
    unit_append(&text, SPAN("GET / HTTP/1.1\r\nA"));
    unit_append_times(&text, 'a', HEAD_MAX - 1 - text.len);
    CHECK(parse_whole(guard_copy(GUARD_BEHIND, unit_span(&text))) == 0);
    unit_append_times(&text, 'a', 1);
    CHECK(parse_whole(guard_copy(GUARD_BEHIND, unit_span(&text))) == -S_FIELDS_TOO_LARGE);
}

static void check_the_number_of_fields(void)
{
    for (unsigned lines = FIELDS_MAX - 1; lines <= FIELDS_MAX + 1; lines++) {
        struct unit_text text = {limits_room, 0, sizeof limits_room};
        unit_append(&text, SPAN("GET / HTTP/1.1\r\n" H));
        for (unsigned i = 1; i < lines; i++)
            unit_append(&text, SPAN("a:b\r\n"));
        unit_append(&text, SPAN("\r\n"));
        check_limit(unit_span(&text), lines <= FIELDS_MAX ? (int)text.len : -S_FIELDS_TOO_LARGE);
    }
}

int main(void)
{
    check_sizes();
    check_endless_lines();
    check_the_number_of_fields();
    return unit_end();
}
