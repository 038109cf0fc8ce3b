/*
 * http/authority: host and port, and the addresses against the grammar of RFC 3986 §3.2.2.
 */
#include "http/authority.h"

#include "unit.h"

static const struct {
    struct span text;
    bool valid;
    struct span host, port;
} rows[] = {
    {SPAN("x"), true, SPAN("x"), SPAN("")},
    {SPAN("localhost:4221"), true, SPAN("localhost"), SPAN("4221")},
    {SPAN("Example.ORG"), true, SPAN("Example.ORG"), SPAN("")},
    {SPAN("example.org."), true, SPAN("example.org."), SPAN("")},
    {SPAN("127.0.0.1:80"), true, SPAN("127.0.0.1"), SPAN("80")},
    {SPAN("x:"), true, SPAN("x"), SPAN("")},
    {SPAN("x:0"), true, SPAN("x"), SPAN("0")},
    {SPAN("x:00080"), true, SPAN("x"), SPAN("00080")},
    {SPAN("x:65535"), true, SPAN("x"), SPAN("65535")},
    {SPAN("x:00000080"), true, SPAN("x"), SPAN("00000080")},
    {SPAN("a-._~!$&'()*+,;=b"), true, SPAN("a-._~!$&'()*+,;=b"), SPAN("")},
    {SPAN("a%20b"), true, SPAN("a%20b"), SPAN("")},
    {SPAN("%41%4a:1"), true, SPAN("%41%4a"), SPAN("1")},
    {SPAN("[::1]"), true, SPAN("[::1]"), SPAN("")},
    {SPAN("[::]:443"), true, SPAN("[::]"), SPAN("443")},
    {SPAN("[::1]:"), true, SPAN("[::1]"), SPAN("")},
    {SPAN("[fe80::ABCD:ef01]:1"), true, SPAN("[fe80::ABCD:ef01]"), SPAN("1")},
    {SPAN("[::ffff:1.2.3.4]"), true, SPAN("[::ffff:1.2.3.4]"), SPAN("")},
    {SPAN("[1111:2222:3333:4444:5555:6666:255.255.255.255]:65535"), true,
     SPAN("[1111:2222:3333:4444:5555:6666:255.255.255.255]"), SPAN("65535")},
    {.text = SPAN("")},
    {.text = SPAN(":")},
    {.text = SPAN(":80")},
    {.text = SPAN("x:65536")},
    {.text = SPAN("x:99999")},
    {.text = SPAN("x:00065536")},
    {.text = SPAN("x:-1")},
    {.text = SPAN("x:+1")},
    {.text = SPAN("x:8 0")},
    {.text = SPAN("x:a")},
    {.text = SPAN("x:80:")},
    {.text = SPAN("x:80:90")},
    {.text = SPAN("x::80")},
    {.text = SPAN("a@x")},
    {.text = SPAN("a:b@x")},
    {.text = SPAN("a:80@x")},
    {.text = SPAN("x y")},
    {.text = SPAN(" x")},
    {.text = SPAN("x\t")},
    {.text = SPAN("x/")},
    {.text = SPAN("x?")},
    {.text = SPAN("x#")},
    {.text = SPAN("x\\")},
    {.text = SPAN("x\0")},
    {.text = SPAN("x\x80")},
    {.text = SPAN("\"x\"")},
    {.text = SPAN("<x>")},
    {.text = SPAN("x]")},
    {.text = SPAN("x[::1]")},
    {.text = SPAN("%")},
    {.text = SPAN("a%")},
    {.text = SPAN("a%4")},
    {.text = SPAN("a%4g")},
    {.text = SPAN("a%g4")},
    {.text = SPAN("%%41")},
    {.text = SPAN("a%4:1")},
    {.text = SPAN("[")},
    {.text = SPAN("[]")},
    {.text = SPAN("[]:80")},
    {.text = SPAN("[::1")},
    {.text = SPAN("[::1]x")},
    {.text = SPAN("[::1]]")},
    {.text = SPAN("[[::1]]")},
    {.text = SPAN("[::1] ")},
    {.text = SPAN("[ ::1]")},
    {.text = SPAN("[::1]:x")},
    {.text = SPAN("[::1]:65536")},
    {.text = SPAN("[1.2.3.4]")},
    {.text = SPAN("[x]")},
    {.text = SPAN("[fe80::1%25eth0]")},
    {.text = SPAN("[fe80::1%eth0]")},
    {.text = SPAN("[::1%]")},
    {.text = SPAN("[v1.x]")},
    {.text = SPAN("[::12345]")},
    {.text = SPAN("[::g]")},
    {.text = SPAN("[:::]")},
    {.text = SPAN("[1::2::3]")},
    {.text = SPAN("[:1]")},
    {.text = SPAN("[1:]")},
    {.text = SPAN("[:1:2:3:4:5:6:7:8]")},
    {.text = SPAN("[1:2:3:4:5:6:7:8:]")},
    {.text = SPAN("[::1.2.3]")},
    {.text = SPAN("[::1.2.3.4.5]")},
    {.text = SPAN("[::1.2.3.256]")},
    {.text = SPAN("[::1.2.3.04]")},
    {.text = SPAN("[::1.2.3.4:5]")},
    {.text = SPAN("[::1.2..4]")},
    {.text = SPAN("[::.1.2.3]")},
    {.text = SPAN("[::1.2.3.]")},
    {.text = SPAN("[::1.2.3.0x4]")},
    {.text = SPAN("[::1\0]")},
    {.text = SPAN("[11111111111111111111111111111111111111111111111]")},
    {.text = SPAN("[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]")},
};

static void check_rows(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct authority authority;
        struct span text = guard_copy(side, rows[i].text);
        unit_about(text);
        CHECK(authority_parse(&authority, text) == rows[i].valid);
        if (!rows[i].valid)
            continue;
        CHECK(span_equal(authority.host, rows[i].host));
        CHECK(span_equal(authority.port, rows[i].port));
    }
}

/* Every octet alone, as a host. */
static void check_octets(void)
{
    static const char hosts[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~!$&'()*+,;=";
    for (unsigned i = 0; i < 256; i++) {
        char c = (char)i;
        struct authority authority;
        struct span text = guard_copy(GUARD_BEHIND, (struct span){&c, 1});
        unit_about(text);
        CHECK(authority_parse(&authority, text) == (i && strchr(hosts, c) != NULL));
    }
}

static void append_groups(struct unit_text *text, unsigned groups, bool dotted)
{
    static const char *const group[] = {"1", "23", "4a5", "BcDe"};
    for (unsigned i = 0; i < groups; i++) {
        if (i)
            unit_append(text, SPAN(":"));
        unit_append(text, span_of(group[i % 4]));
    }
    if (dotted)
        unit_append(text, groups ? SPAN(":0.19.200.255") : SPAN("0.19.200.255"));
}

/* So many groups before and behind "::", or without it; a dotted tail counts for two. */
static void check_address(unsigned before, unsigned behind, bool shortened, bool dotted)
{
    char room[128];
    struct unit_text text = {room, 0, sizeof room};
    struct authority authority;
    unit_append(&text, SPAN("["));
    append_groups(&text, before, !shortened && dotted);
    if (shortened) {
        unit_append(&text, SPAN("::"));
        append_groups(&text, behind, dotted);
    }
    unit_append(&text, SPAN("]"));
    unsigned groups = before + behind + (dotted ? 2 : 0);
    struct span input = guard_copy(GUARD_BEHIND, unit_span(&text));
    unit_about(input);
    CHECK(authority_parse(&authority, input) == (shortened ? groups <= 7 : groups == 8));
}

static void check_addresses(void)
{
    for (unsigned dotted = 0; dotted < 2; dotted++) {
        for (unsigned before = 0; before <= 9; before++) {
            check_address(before, 0, false, dotted);
            for (unsigned behind = 0; behind <= 9; behind++)
                check_address(before, behind, true, dotted);
        }
    }
}

/* ---- Loopback ---- */

static const struct {
    const char *host;
    bool loopback;
} loopback_hosts[] = {
    {"localhost", true},
    {"LocalHost", true},
    {"127.0.0.1", true},
    {"127.255.255.255", true},
    {"127.0.0.0", true},
    {"[::1]", true},
    {"[0:0:0:0:0:0:0:1]", true},
    {"", false},
    {"localhos", false},
    {"localhostt", false},
    {"localhost.", false},
    {"x.localhost", false},
    {"126.255.255.255", false},
    {"128.0.0.1", false},
    {"127.0.0", false},
    {"127.0.0.1.example", false},
    {"127.0.0.256", false},
    {"[::]", false},
    {"[::2]", false},
    {"[]", false},
    {"[", false},
    {"[127.0.0.1]", false},
    {"::1", false},
    {"evil.example", false},
};

static void check_loopback(enum guard side)
{
    for (size_t i = 0; i < sizeof loopback_hosts / sizeof loopback_hosts[0]; i++) {
        struct span host = guard_copy(side, span_of(loopback_hosts[i].host));
        unit_about(host);
        CHECK(authority_is_loopback(host) == loopback_hosts[i].loopback);
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++) {
        check_rows(side);
        check_loopback(side);
    }
    check_octets();
    check_addresses();
    return unit_end();
}
