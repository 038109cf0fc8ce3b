/*
 * http/fields: a field section, whole and octet by octet.
 */
#include "http/fields.h"

#include "http/status.h"
#include "unit.h"

enum { WHOLE = 1, MORE = 0 };

/* result: WHOLE, MORE, or a negative status. seen: the fields as "name=value|", then what is left
 * behind the section. */
static const struct {
    struct span input;
    int result;
    struct span seen;
} rows[] = {
    {SPAN(""), MORE, SPAN("")},
    {SPAN("\r"), MORE, SPAN("")},
    {SPAN("\r\n"), WHOLE, SPAN("")},
    {SPAN("\r\nrest"), WHOLE, SPAN("rest")},
    {SPAN("a:b\r\n"), MORE, SPAN("")},
    {SPAN("a:b\r\n\r"), MORE, SPAN("")},
    {SPAN("a:b\r\n\r\n"), WHOLE, SPAN("a=b|")},
    {SPAN("a:b\r\n\r\nc:d\r\n"), WHOLE, SPAN("a=b|c:d\r\n")},
    {SPAN("A: \t b c\t \r\n\r\n"), WHOLE, SPAN("A=b c|")},
    {SPAN("a:\r\nb: \r\nc:\t\t\r\n\r\n"), WHOLE, SPAN("a=|b=|c=|")},
    {SPAN("a:b:c\r\n\r\n"), WHOLE, SPAN("a=b:c|")},
    {SPAN("a::\r\n\r\n"), WHOLE, SPAN("a=:|")},
    {SPAN("!#$%&'*+-.^_`|~09:v\r\n\r\n"), WHOLE, SPAN("!#$%&'*+-.^_`|~09=v|")},
    {SPAN("a:\x80\xFF\r\n\r\n"), WHOLE, SPAN("a=\x80\xFF|")},
    {SPAN("a:b\tc\r\n\r\n"), WHOLE, SPAN("a=b\tc|")},
    {SPAN("a:1\r\na:2\r\n\r\n"), WHOLE, SPAN("a=1|a=2|")},
    {SPAN(" a:b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("\ta:b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\r\n c\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\r\n\tc\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN(" \r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a :b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\t:b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a b:c\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN(":b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a@b:c\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a\x80:b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("(a):b\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\r\n\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\rc\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\0\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\x01\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\x7F\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
    {SPAN("a:b\x0B\r\n\r\n"), -S_BAD_REQUEST, SPAN("")},
};

/* Everything that a result says, as text; its first octet is the result. */
static void render(struct unit_text *out, const struct fields *fields, int result,
                   struct span input)
{
    out->len = 0;
    if (result <= 0)
        return;
    for (unsigned i = 0; i < fields->count; i++) {
        unit_append(out, fields->rows[i].name);
        unit_append(out, SPAN("="));
        unit_append(out, fields->rows[i].value);
        unit_append(out, SPAN("|"));
    }
    unit_append(out, span_after(input, (size_t)result));
}

static int parse_growing(struct fields *fields, struct span input, char *room, size_t max)
{
    int result = 0;
    fields_begin(fields, 0);
    for (size_t len = 0; len < input.len && result == 0; len++) {
        room[len] = input.at[len];
        result = fields_parse(fields, room, len + 1, max);
    }
    return result;
}

static int sign_or_status(int result)
{
    return result > 0 ? WHOLE : result;
}

static void check_row(enum guard side, struct span text, int expected, struct span seen)
{
    char whole_room[128], grown_room[128];
    struct unit_text whole = {whole_room, 0, sizeof whole_room};
    struct unit_text grown = {grown_room, 0, sizeof grown_room};
    struct fields fields;
    struct span input = guard_copy(side, text);
    unit_about(input);

    fields_begin(&fields, 0);
    int result = fields_parse(&fields, input.at, input.len, HEAD_MAX);
    render(&whole, &fields, result, input);
    CHECK(sign_or_status(result) == expected);
    CHECK(span_equal(unit_span(&whole), seen));
    CHECK(result >= 0 || fields.why);

    int again = parse_growing(&fields, input, guard_room(GUARD_BEHIND, input.len), HEAD_MAX);
    render(&grown, &fields, again, input);
    CHECK(again == result);
    CHECK(span_equal(unit_span(&grown), seen));
}

/* The same section behind something else in the buffer. */
static void check_offsets(void)
{
    struct fields fields;
    struct span input = guard_copy(GUARD_BEHIND, SPAN("GET / HTTP/1.1\r\nhOsT: x\r\n\r\nmore"));
    unit_about(input);
    fields_begin(&fields, 16);
    CHECK(fields_parse(&fields, input.at, input.len, HEAD_MAX) == 27);
    CHECK(fields.count == 1 && fields.rows[0].id == FIELD_HOST);
    CHECK(fields.rows[0].name.at == input.at + 16);
}

/* ---- Limits ---- */

static int parse_text(const struct unit_text *text, size_t max)
{
    static struct fields fields, again;
    struct span input = guard_copy(GUARD_BEHIND, unit_span(text));
    fields_begin(&fields, 0);
    int result = fields_parse(&fields, input.at, input.len, max);
    CHECK(parse_growing(&again, input, guard_room(GUARD_BEHIND, input.len), max) == result);
    CHECK(result <= 0 || again.count == fields.count);
    return result;
}

static void check_the_number_of_lines(void)
{
    char room[1024] = "";
    for (unsigned lines = FIELDS_MAX - 1; lines <= FIELDS_MAX + 1; lines++) {
        struct unit_text text = {room, 0, sizeof room};
        for (unsigned i = 0; i < lines; i++)
            unit_append(&text, SPAN("a:b\r\n"));
        unit_append(&text, SPAN("\r\n"));
        unit_about(unit_span(&text));
        int result = parse_text(&text, HEAD_MAX);
        CHECK(result == (lines <= FIELDS_MAX ? (int)text.len : -S_FIELDS_TOO_LARGE));
    }
}

/* A section of exactly so many octets. */
static void check_the_size(void)
{
    static char room[HEAD_MAX + 8];
    for (size_t len = HEAD_MAX - 2; len <= HEAD_MAX + 2; len++) {
        struct unit_text text = {room, 0, sizeof room};
        unit_append(&text, SPAN("a:"));
        unit_append_times(&text, 'x', len - 6);
        unit_append(&text, SPAN("\r\n\r\n"));
        unit_about(unit_span(&text));
        CHECK(parse_text(&text, HEAD_MAX) == (len <= HEAD_MAX ? (int)len : -S_FIELDS_TOO_LARGE));
        text.len -= 1;
        CHECK(parse_text(&text, HEAD_MAX) == (len <= HEAD_MAX ? 0 : -S_FIELDS_TOO_LARGE));
    }
}

/* ---- Names and lists ---- */

static const struct {
    struct span name;
    enum field_id id;
} names[] = {
    {SPAN("Accept-Encoding"), FIELD_ACCEPT_ENCODING},
    {SPAN("connection"), FIELD_CONNECTION},
    {SPAN("CONTENT-LENGTH"), FIELD_CONTENT_LENGTH},
    {SPAN("content-Range"), FIELD_CONTENT_RANGE},
    {SPAN("expect"), FIELD_EXPECT},
    {SPAN("hosT"), FIELD_HOST},
    {SPAN("if-match"), FIELD_IF_MATCH},
    {SPAN("IF-MODIFIED-SINCE"), FIELD_IF_MODIFIED_SINCE},
    {SPAN("If-None-match"), FIELD_IF_NONE_MATCH},
    {SPAN("If-range"), FIELD_IF_RANGE},
    {SPAN("If-Unmodified-Since"), FIELD_IF_UNMODIFIED_SINCE},
    {SPAN("origin"), FIELD_ORIGIN},
    {SPAN("RANGE"), FIELD_RANGE},
    {SPAN("Sec-fetch-Site"), FIELD_SEC_FETCH_SITE},
    {SPAN("Ranges"), FIELD_OTHER},
    {SPAN("Transfer-encoding"), FIELD_TRANSFER_ENCODING},
    {SPAN("user-agent"), FIELD_USER_AGENT},
    {SPAN("Hos"), FIELD_OTHER},
    {SPAN("Hostile"), FIELD_OTHER},
    {SPAN("X-Host"), FIELD_OTHER},
    {SPAN("Content_Length"), FIELD_OTHER},
    {SPAN("Content-Lengt"), FIELD_OTHER},
};

static void check_names(void)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char room[64];
        struct unit_text text = {room, 0, sizeof room};
        struct fields fields;
        unit_append(&text, names[i].name);
        unit_append(&text, SPAN(": v \r\n\r\n"));
        struct span input = guard_copy(GUARD_BEHIND, unit_span(&text));
        unit_about(input);
        fields_begin(&fields, 0);
        CHECK(fields_parse(&fields, input.at, input.len, HEAD_MAX) == (int)input.len);
        CHECK(fields.rows[0].id == names[i].id);
        CHECK(fields.lines_of[names[i].id] == 1);
        CHECK(span_equal(fields_value(&fields, names[i].id), SPAN("v")));
    }
}

static void check_lists(void)
{
    static const char *const members[] = {"a", "b", "c d", "e"};
    struct fields fields;
    struct span input = guard_copy(GUARD_BEHIND, SPAN("Connection: a,,b ,\r\n"
                                                      "X: y\r\n"
                                                      "connection:\r\n"
                                                      "Expect: 100-continue\r\n"
                                                      "CONNECTION: , c d\t,e\r\n\r\n"));
    struct span member;
    unit_about(input);
    fields_begin(&fields, 0);
    CHECK(fields_parse(&fields, input.at, input.len, HEAD_MAX) == (int)input.len);
    CHECK(fields.lines_of[FIELD_CONNECTION] == 3 && fields.lines_of[FIELD_OTHER] == 1);
    struct field_members walk = fields_members(&fields, FIELD_CONNECTION);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        CHECK(fields_next_member(&walk, &member) && span_equal(member, span_of(members[i])));
    CHECK(!fields_next_member(&walk, &member));
    CHECK(!fields_next_member(&walk, &member));

    walk = fields_members(&fields, FIELD_HOST);
    CHECK(!fields_next_member(&walk, &member));
    CHECK(!fields_value(&fields, FIELD_HOST).at && fields_value(&fields, FIELD_HOST).len == 0);
    CHECK(span_equal(fields_value(&fields, FIELD_CONNECTION), SPAN("a,,b ,")));
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            check_row(side, rows[i].input, rows[i].result, rows[i].seen);
    check_offsets();
    check_the_number_of_lines();
    check_the_size();
    check_names();
    check_lists();
    return unit_end();
}
