/*
 * http/line: one line, and nothing but CRLF ends it.
 */
#include "http/line.h"

#include "http/status.h"
#include "unit.h"

/* result: > 0 whole, and so many octets; 0 more is needed; < 0 refused. */
static const struct {
    struct span input;
    int result;
    struct span text;
} rows[] = {
    {SPAN(""), 0, SPAN("")},
    {SPAN("\r"), 0, SPAN("")},
    {SPAN("\r\n"), 2, SPAN("")},
    {SPAN("a"), 0, SPAN("")},
    {SPAN("a\r"), 0, SPAN("")},
    {SPAN("a\r\n"), 3, SPAN("a")},
    {SPAN("a\r\nb"), 3, SPAN("a")},
    {SPAN("\t \x80\xFF\r\n"), 6, SPAN("\t \x80\xFF")},
    {SPAN("\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\nb\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("\r\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\rb\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("\r\0"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\0\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("\x7F\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("\x1B[m\r\n"), -S_BAD_REQUEST, SPAN("")},
};

static int scan(struct span input, struct span *text)
{
    struct line line = {0, 0};
    const char *why = NULL;
    int result = line_scan(&line, input.at, input.len, text, &why);
    CHECK((result < 0) == (why != NULL));
    CHECK(result <= 0 || (line.at == (size_t)result && line.scanned == (size_t)result));
    return result;
}

/* The first answer other than "more is needed", octet by octet in the same place. */
static int scan_growing(struct span input, struct span *text)
{
    char *room = guard_room(GUARD_BEHIND, input.len);
    struct line line = {0, 0};
    const char *why = NULL;
    int result = 0;
    for (size_t len = 0; len < input.len && result == 0; len++) {
        room[len] = input.at[len];
        result = line_scan(&line, room, len + 1, text, &why);
        CHECK(line.scanned <= len + 1);
    }
    return result;
}

static void check_rows(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span text = {NULL, 0}, grown = {NULL, 0};
        struct span input = guard_copy(side, rows[i].input);
        unit_about(input);
        CHECK(scan(input, &text) == rows[i].result);
        CHECK(rows[i].result <= 0 || span_equal(text, rows[i].text));
        CHECK(scan_growing(input, &grown) == rows[i].result);
        CHECK(rows[i].result <= 0 || span_equal(grown, rows[i].text));
    }
}

/* Each octet is refused as soon as it is there, or not at all. */
static void check_every_octet(void)
{
    for (unsigned i = 0; i < 256; i++) {
        char octets[] = {'a', (char)i};
        struct span text, input = guard_copy(GUARD_BEHIND, (struct span){octets, 2});
        bool allowed = i == '\t' || i == '\r' || (i >= 0x20 && i != 0x7F);
        unit_about(input);
        CHECK(scan(input, &text) == (allowed ? 0 : -S_BAD_REQUEST));
    }
}

static void check_lines_in_a_row(void)
{
    struct span input = guard_copy(GUARD_BEHIND, SPAN("one\r\n\r\ntwo\r\nthr")), text;
    struct line line = {0, 0};
    const char *why = NULL;
    unit_about(input);
    CHECK(line_scan(&line, input.at, input.len, &text, &why) == 5);
    CHECK(span_equal(text, SPAN("one")));
    CHECK(line_scan(&line, input.at, input.len, &text, &why) == 2);
    CHECK(text.len == 0 && text.at == input.at + 5);
    CHECK(line_scan(&line, input.at, input.len, &text, &why) == 5);
    CHECK(span_equal(text, SPAN("two")));
    CHECK(line_scan(&line, input.at, input.len, &text, &why) == 0);
    CHECK(line.at == 12 && line.scanned == input.len);
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        check_rows(side);
    check_every_octet();
    check_lines_in_a_row();
    return unit_end();
}
