/*
 * base/escape: what strangers send can't be taken for anything but text.
 */
#include "base/escape.h"

#include "unit.h"

static bool becomes(enum escape how, struct span text, const char *expected)
{
    bool right = true;
    for (enum guard side = 0; side < GUARDS; side++) {
        size_t room = strlen(expected);
        bool whole = true;
        char *out = guard_room(side, room ? room : 1);
        size_t len = escape_append(how, text, out, 0, room, &whole);
        unit_about((struct span){out, len});
        right = right && whole && span_equal((struct span){out, len}, span_of(expected));
    }
    return right;
}

static void known(void)
{
    struct span nasty = SPAN("a\"b\\c\n\x1b[31m\x7f\xc3\xa4");
    CHECK(becomes(ESCAPE_LOG, nasty, "a\\x22b\\x5cc\\x0a\\x1b[31m\\x7f\\xc3\\xa4"));
    CHECK(becomes(ESCAPE_JSON, nasty, "a\\u0022b\\u005cc\\u000a\\u001b[31m\\u007f\\u00c3\\u00a4"));
    CHECK(becomes(ESCAPE_UTF8, nasty, "a\\u0022b\\u005cc\\u000a\\u001b[31m\\u007f\xc3\xa4"));
    CHECK(becomes(ESCAPE_HTML, SPAN("<img src=x onerror='a&b'>\"\xc3\xa4"),
                  "&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;&#34;\xc3\xa4"));
    CHECK(becomes(ESCAPE_LOG, (struct span){NULL, 0}, ""));
    CHECK(becomes(ESCAPE_LOG, SPAN("\0"), "\\x00"));
    /* What is no UTF-8 after all is not cut out of bounds. */
    CHECK(becomes(ESCAPE_UTF8, SPAN("\x80\x80\x80\x80\x80\xff"), "\x80\x80\x80\x80\x80\xff"));
}

/* Whatever the room: a beginning of the whole, cut between characters. */
static void cut(void)
{
    static const enum escape all[] = {ESCAPE_LOG, ESCAPE_JSON, ESCAPE_UTF8, ESCAPE_HTML};
    struct span text = SPAN("x\"<\xf0\x9f\x98\x80\\\xc3\xa4&\nz");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char full[256];
        bool whole = true;
        size_t len = escape_append(all[i], text, full, 0, sizeof full, &whole);
        CHECK(whole);
        for (size_t room = 0; room < len; room++) {
            char *out = guard_room(GUARD_BEHIND, room ? room : 1);
            whole = true;
            size_t short_len = escape_append(all[i], text, out, 0, room, &whole);
            SWEEP(!whole && short_len <= room && memcmp(out, full, short_len) == 0);
            SWEEP(((unsigned char)full[short_len] & 0xC0) != 0x80);
        }
    }
}

/* No octet gets through that ends a line or a string. */
static void every_octet(void)
{
    for (int octet = 0; octet < 256; octet++) {
        char in = (char)octet, out[ESCAPE_FACTOR];
        struct span text = {&in, 1};
        for (enum escape how = ESCAPE_LOG; how <= ESCAPE_UTF8; how++) {
            size_t len = escape_append(how, text, out, 0, sizeof out, NULL);
            SWEEP(len >= 1);
            for (size_t i = 0; i < len; i++)
                SWEEP((unsigned char)out[i] >= ' ' && out[i] != '"' && out[i] != 0x7f &&
                      (how == ESCAPE_UTF8 || (unsigned char)out[i] < 0x80));
        }
    }
}

int main(void)
{
    known();
    cut();
    every_octet();
    return unit_end();
}
