/*
 * http/target: the forms of a target, prefixes of paths, and percent-escapes.
 */
#include "http/target.h"

#include "bounds.h"
#include "http/status.h"
#include "unit.h"

#define G METHOD_GET
#define O METHOD_OPTIONS
#define U METHOD_UNKNOWN
#define C METHOD_CONNECT

/* clang-format off */
static const struct {
    enum method method;
    struct span text;
    int result;
    enum target_form form;
    struct span authority, path, query;
} rows[] = {
    {G, SPAN("/"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/"), SPAN("")},
    {G, SPAN("/a/b%20c"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/a/b%20c"), SPAN("")},
    {G, SPAN("/a?b"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/a"), SPAN("b")},
    {G, SPAN("/a?"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/a"), SPAN("")},
    {G, SPAN("/?"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/"), SPAN("")},
    {G, SPAN("/a?b?c/d"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/a"), SPAN("b?c/d")},
    {G, SPAN("/a%3Fb"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/a%3Fb"), SPAN("")},
    {G, SPAN("//x/y"), 0, TARGET_ORIGIN, SPAN(""), SPAN("//x/y"), SPAN("")},
    {G, SPAN("/http://x/"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/http://x/"), SPAN("")},
    {G, SPAN("/a@b:c"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/a@b:c"), SPAN("")},
    {G, SPAN("/*"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/*"), SPAN("")},
    {O, SPAN("/"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/"), SPAN("")},
    {O, SPAN("*"), 0, TARGET_ASTERISK, SPAN(""), SPAN(""), SPAN("")},
    {U, SPAN("/x"), 0, TARGET_ORIGIN, SPAN(""), SPAN("/x"), SPAN("")},
    {G, SPAN("http://x"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/"), SPAN("")},
    {G, SPAN("http://x/"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/"), SPAN("")},
    {G, SPAN("HTTP://x/a?b"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/a"), SPAN("b")},
    {G, SPAN("hTTpS://x:1/a"), 0, TARGET_ABSOLUTE, SPAN("x:1"), SPAN("/a"), SPAN("")},
    {G, SPAN("http://x?b"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/"), SPAN("b")},
    {G, SPAN("http://x?b/c"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/"), SPAN("b/c")},
    {G, SPAN("http://x/?"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/"), SPAN("")},
    {G, SPAN("http://[::1]:80/a"), 0, TARGET_ABSOLUTE, SPAN("[::1]:80"), SPAN("/a"), SPAN("")},
    {G, SPAN("http://x//a"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("//a"), SPAN("")},
    {G, SPAN("http://x/a@b"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/a@b"), SPAN("")},
    {O, SPAN("http://x"), 0, TARGET_ABSOLUTE, SPAN("x"), SPAN("/"), SPAN("")},
    {.method = G, .text = SPAN("*"), .result = -S_BAD_REQUEST},
    {.method = U, .text = SPAN("*"), .result = -S_BAD_REQUEST},
    {.method = O, .text = SPAN("**"), .result = -S_BAD_REQUEST},
    {.method = O, .text = SPAN("*/"), .result = -S_BAD_REQUEST},
    {.method = O, .text = SPAN("*?a"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http:///"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://?a"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http:/x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http:x"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http:"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("httpx://x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("ftp://x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("ws://x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://a@x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://a:b@x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://a:1@x/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://x:y/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://x:65536/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://x\\y/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://[::1/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("http://x%zz/"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("a"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("a/b"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("?a"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("%2F"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("\\"), .result = -S_BAD_REQUEST},
    {.method = G, .text = SPAN("x:80"), .result = -S_NOT_IMPLEMENTED},
    {.method = G, .text = SPAN("[::1]:80"), .result = -S_NOT_IMPLEMENTED},
    {.method = O, .text = SPAN("x:80"), .result = -S_NOT_IMPLEMENTED},
    {.method = C, .text = SPAN("x:80"), .result = -S_NOT_IMPLEMENTED},
    {.method = C, .text = SPAN("/"), .result = -S_NOT_IMPLEMENTED},
    {.method = C, .text = SPAN("*"), .result = -S_NOT_IMPLEMENTED},
    {.method = C, .text = SPAN("http://x/"), .result = -S_NOT_IMPLEMENTED},
};
/* clang-format on */

static void check_rows(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct target target;
        struct span text = guard_copy(side, rows[i].text);
        unit_about(text);
        CHECK(target_parse(&target, text, rows[i].method) == rows[i].result);
        if (rows[i].result != 0) {
            CHECK(target.why);
            continue;
        }
        CHECK(target.form == rows[i].form);
        CHECK(span_equal_nocase(target.authority, rows[i].authority));
        CHECK(span_equal_nocase(target.path, rows[i].path));
        CHECK(span_equal_nocase(target.query, rows[i].query));
    }
}

/* ---- Prefixes ---- */

static const struct {
    struct span path, prefix;
    bool starts;
    struct span rest;
} prefixes[] = {
    {SPAN("/"), SPAN("/"), true, SPAN("")},
    {SPAN("/echo/abc"), SPAN("/echo/"), true, SPAN("abc")},
    {SPAN("/echo/"), SPAN("/echo/"), true, SPAN("")},
    {SPAN("/echo//a"), SPAN("/echo/"), true, SPAN("/a")},
    {SPAN("/%65cho/%61"), SPAN("/echo/"), true, SPAN("%61")},
    {SPAN("/%65%63%68%6f/%"), SPAN("/echo/"), true, SPAN("%")},
    {SPAN("/user%2Dagent"), SPAN("/user-agent"), true, SPAN("")},
    {SPAN("/user%2dagent/"), SPAN("/user-agent"), true, SPAN("/")},
    {SPAN(""), SPAN("/"), false, SPAN("")},
    {SPAN("/echo"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/Echo/"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("%2Fecho/"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/echo%2Fabc"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/echo%2fabc"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/%2565cho/"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/%45cho/"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/%"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/%6"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/%6gcho/"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/%g5cho/"), SPAN("/echo/"), false, SPAN("")},
    {SPAN("/echo%00/"), SPAN("/echo/"), false, SPAN("")},
};

static void check_prefixes(enum guard side)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct span path = guard_copy(side, prefixes[i].path);
        struct span prefix = guard_copy(side, prefixes[i].prefix), rest;
        unit_about(path);
        CHECK(target_path_starts(path, prefix, &rest) == prefixes[i].starts);
        CHECK(!prefixes[i].starts || span_equal(rest, prefixes[i].rest));
    }
}

/* ---- Escapes ---- */

static const struct {
    struct span text;
    long len;
    struct span decoded;
} escapes[] = {
    {SPAN(""), 0, SPAN("")},
    {SPAN("abc"), 3, SPAN("abc")},
    {SPAN("a+b"), 3, SPAN("a+b")},
    {SPAN("a%20b%2fc"), 5, SPAN("a b/c")},
    {SPAN("%41"), 1, SPAN("A")},
    {SPAN("%2525"), 3, SPAN("%25")},
    {SPAN("%25"), 1, SPAN("%")},
    {SPAN("%00"), 1, SPAN("\0")},
    {SPAN("%C3%a4"), 2, SPAN("\xC3\xA4")},
    {SPAN("%ff%FF"), 2, SPAN("\xFF\xFF")},
    {SPAN("%"), -1, SPAN("")},
    {SPAN("a%"), -1, SPAN("")},
    {SPAN("%4"), -1, SPAN("")},
    {SPAN("a%4"), -1, SPAN("")},
    {SPAN("%4g"), -1, SPAN("")},
    {SPAN("%g4"), -1, SPAN("")},
    {SPAN("%%41"), -1, SPAN("")},
    {SPAN("%-1"), -1, SPAN("")},
    {SPAN("% 1"), -1, SPAN("")},
    {SPAN("%0x"), -1, SPAN("")},
    {SPAN("%41%"), -1, SPAN("")},
    {SPAN("abc%4"), -1, SPAN("")},
};

/* The output has as much room as the header asks for, and no octet more. */
static void check_escapes(enum guard side)
{
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        struct span text = guard_copy(side, escapes[i].text);
        char *out = guard_room(GUARD_BEHIND, text.len);
        unit_about(text);
        long len = target_decode(text, out);
        CHECK(len == escapes[i].len);
        CHECK(len < 0 || span_equal((struct span){out, (size_t)len}, escapes[i].decoded));
    }
}

static void check_all_pairs_behind_a_percent_sign(void)
{
    for (unsigned i = 0; i < 65536; i++) {
        char octets[] = {'%', (char)(i >> 8), (char)(i & 255)};
        struct span text = guard_copy(GUARD_BEHIND, (struct span){octets, 3});
        int high = span_hex_value(octets[1]), low = span_hex_value(octets[2]);
        char out[3];
        unit_about(text);
        long len = target_decode(text, out);
        SWEEP(len == (high < 0 || low < 0 ? -1 : 1));
        SWEEP(len < 0 || out[0] == (char)(high * 16 + low));
    }
    CHECK(unit_swept() == 2UL * 65536);
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++) {
        check_rows(side);
        check_prefixes(side);
        check_escapes(side);
    }
    check_all_pairs_behind_a_percent_sign();
    return unit_end();
}
