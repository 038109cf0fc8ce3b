/*
 * base/span: text as pointer and length.
 */
#include "base/span.h"

#include "unit.h"

/* ---- Comparing ---- */

static const struct {
    struct span text, prefix;
    bool starts, starts_nocase;
} prefixes[] = {
    {SPAN(""), SPAN(""), true, true},
    {SPAN("a"), SPAN(""), true, true},
    {SPAN(""), SPAN("a"), false, false},
    {SPAN("abc"), SPAN("ab"), true, true},
    {SPAN("abc"), SPAN("aB"), false, true},
    {SPAN("abc"), SPAN("abc"), true, true},
    {SPAN("abc"), SPAN("abcd"), false, false},
    {SPAN("abc"), SPAN("bc"), false, false},
    {SPAN("HTTP://x"), SPAN("http://"), false, true},
    {SPAN("HTTP:/"), SPAN("http://"), false, false},
};

static void check_prefixes(enum guard side)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct span text = guard_copy(side, prefixes[i].text);
        struct span prefix = guard_copy(side, prefixes[i].prefix);
        bool same_length = text.len == prefix.len;
        unit_about(text);
        CHECK(span_starts(text, prefix) == prefixes[i].starts);
        CHECK(span_starts_nocase(text, prefix) == prefixes[i].starts_nocase);
        struct span rest = text;
        CHECK(span_take(&rest, prefix) == prefixes[i].starts);
        CHECK(rest.len == text.len - (prefixes[i].starts ? prefix.len : 0));
        CHECK(rest.at + rest.len == text.at + text.len);
        CHECK(span_equal(text, prefix) == (same_length && prefixes[i].starts));
        CHECK(span_equal_nocase(text, prefix) == (same_length && prefixes[i].starts_nocase));
    }
}

static bool is_letter(unsigned c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void check_all_pairs_of_octets(void)
{
    for (unsigned i = 0; i < 65536; i++) {
        char a = (char)(i >> 8), b = (char)(i & 255);
        struct span first = {&a, 1}, second = {&b, 1};
        bool same_letter = is_letter(i >> 8) && is_letter(i & 255) && ((i >> 8 ^ i) & 0xDF) == 0;
        unit_about(first);
        SWEEP(span_equal(first, second) == (a == b));
        SWEEP(span_equal_nocase(first, second) == (a == b || same_letter));
    }
    CHECK(unit_swept() == 2UL * 65536);
}

/* ---- Finding and cutting ---- */

static const struct {
    struct span text, trimmed;
} trims[] = {
    {SPAN(""), SPAN("")},
    {SPAN(" "), SPAN("")},
    {SPAN("\t \t"), SPAN("")},
    {SPAN("a"), SPAN("a")},
    {SPAN(" a"), SPAN("a")},
    {SPAN("a\t"), SPAN("a")},
    {SPAN("\t a b \t"), SPAN("a b")},
    {SPAN("\ra\n"), SPAN("\ra\n")},
    {SPAN("\xA0"), SPAN("\xA0")},
};

static void check_trims(enum guard side)
{
    for (size_t i = 0; i < sizeof trims / sizeof trims[0]; i++) {
        struct span text = guard_copy(side, trims[i].text);
        unit_about(text);
        CHECK(span_equal(span_trim(text), trims[i].trimmed));
    }
}

static const struct {
    struct span text;
    size_t found;
    struct span piece, rest;
} cuts[] = {
    {SPAN(""), 0, SPAN(""), SPAN("")},          {SPAN(","), 0, SPAN(""), SPAN("")},
    {SPAN("a"), 1, SPAN("a"), SPAN("")},        {SPAN("a,"), 1, SPAN("a"), SPAN("")},
    {SPAN(",a"), 0, SPAN(""), SPAN("a")},       {SPAN("a,b,c"), 1, SPAN("a"), SPAN("b,c")},
    {SPAN("a\0,b"), 2, SPAN("a\0"), SPAN("b")},
};

static void check_cuts(enum guard side)
{
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct span rest = guard_copy(side, cuts[i].text);
        unit_about(rest);
        CHECK(span_find(rest, ',') == cuts[i].found);
        CHECK(span_equal(span_cut(&rest, ','), cuts[i].piece));
        CHECK(span_equal(rest, cuts[i].rest));
    }
}

/* Members, each in brackets. */
static const struct {
    struct span list, members;
} lists[] = {
    {SPAN(""), SPAN("")},
    {SPAN(","), SPAN("")},
    {SPAN(" ,\t, "), SPAN("")},
    {SPAN("a"), SPAN("[a]")},
    {SPAN("a,b"), SPAN("[a][b]")},
    {SPAN(" a ,, b\t,"), SPAN("[a][b]")},
    {SPAN(",a b,"), SPAN("[a b]")},
    {SPAN("close, foo ,Keep-Alive"), SPAN("[close][foo][Keep-Alive]")},
};

static void check_lists(enum guard side)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char room[64];
        struct unit_text seen = {room, 0, sizeof room};
        struct span rest = guard_copy(side, lists[i].list), member;
        unit_about(rest);
        while (span_next_member(&rest, &member)) {
            unit_append(&seen, SPAN("["));
            unit_append(&seen, member);
            unit_append(&seen, SPAN("]"));
        }
        CHECK(span_equal(unit_span(&seen), lists[i].members));
        CHECK(!span_next_member(&rest, &member));
    }
}

/* A field that is not there has such a value. */
static void check_the_span_of_nothing(void)
{
    struct span nothing = {NULL, 0}, rest = nothing, member;
    unit_about(SPAN("NULL"));
    CHECK(span_equal(nothing, SPAN("")));
    CHECK(span_equal(nothing, nothing));
    CHECK(span_equal_nocase(nothing, SPAN("")));
    CHECK(span_starts(nothing, nothing));
    CHECK(!span_starts(nothing, SPAN("a")));
    CHECK(span_find(nothing, 'a') == 0);
    CHECK(span_trim(nothing).len == 0);
    CHECK(!span_next_member(&rest, &member));
}

/* ---- Numbers ---- */

static const struct {
    struct span text;
    size_t digits_max;
    bool valid;
    uint64_t value;
} decimals[] = {
    {SPAN("0"), 1, true, 0},
    {SPAN("9"), 1, true, 9},
    {SPAN("10"), 1, false, 0},
    {SPAN("007"), 3, true, 7},
    {SPAN("0000"), 3, false, 0},
    {SPAN(""), 5, false, 0},
    {SPAN("5,"), 5, false, 0},
    {SPAN("5, 6"), 5, false, 0},
    {SPAN("+5"), 5, false, 0},
    {SPAN("-5"), 5, false, 0},
    {SPAN(" 5"), 5, false, 0},
    {SPAN("5 "), 5, false, 0},
    {SPAN("0x5"), 5, false, 0},
    {SPAN("5\0"), 5, false, 0},
    {SPAN("1e3"), 5, false, 0},
    {SPAN("/"), 5, false, 0},
    {SPAN(":"), 5, false, 0},
    {SPAN("\xB2"), 5, false, 0},
    {SPAN("999999999999999999"), 18, true, UINT64_C(999999999999999999)},
    {SPAN("1000000000000000000"), 18, false, 0},
    {SPAN("0000000000000000000"), 18, false, 0},
    {SPAN("9999999999999999999"), 19, true, UINT64_C(9999999999999999999)},
    {SPAN("10000000000000000000"), 19, false, 0},
};

static void check_decimals(enum guard side)
{
    for (size_t i = 0; i < sizeof decimals / sizeof decimals[0]; i++) {
        struct span text = guard_copy(side, decimals[i].text);
        uint64_t value = 0;
        unit_about(text);
        CHECK(span_decimal(text, decimals[i].digits_max, &value) == decimals[i].valid);
        CHECK(value == decimals[i].value);
    }
}

static void check_hex_digits(void)
{
    static const char upper[] = "0123456789ABCDEF", lower[] = "0123456789abcdef";
    for (unsigned i = 0; i < 256; i++) {
        char c = (char)i;
        const char *found = i ? strchr(upper, c) : NULL;
        int value = found ? (int)(found - upper) : -1;
        found = i ? strchr(lower, c) : NULL;
        if (found)
            value = (int)(found - lower);
        unit_about((struct span){&c, 1});
        CHECK(span_hex_value(c) == value);
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++) {
        check_prefixes(side);
        check_trims(side);
        check_cuts(side);
        check_lists(side);
        check_decimals(side);
    }
    check_all_pairs_of_octets();
    check_the_span_of_nothing();
    check_hex_digits();
    CHECK(span_of("abc").len == 3);
    return unit_end();
}
