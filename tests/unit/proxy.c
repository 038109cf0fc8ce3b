/*
 * http/proxy: the header of both versions, by tables, and cut everywhere.
 */
#include "http/proxy.h"

#include "bounds.h"
#include "http/status.h"
#include "unit.h"

enum { BAD = -S_BAD_REQUEST };

/* The result, however it was cut: what comes before the last octet that decides is 0. */
static int parse_cut(struct proxy *proxy, struct span input)
{
    int parsed = 0;
    for (size_t len = 0; len <= input.len && parsed == 0; len++)
        for (enum guard side = GUARD_BEFORE; side < GUARDS; side++) {
            int now = proxy_parse(proxy, guard_copy(side, (struct span){input.at, len}));
            SWEEP(side == 0 || now == parsed);
            SWEEP(now <= (int)len && (now < 0) == (proxy->why != NULL));
            parsed = now;
        }
    return parsed;
}

static int parse_checked(struct proxy *proxy, struct span input)
{
    struct proxy whole;
    unit_about(input);
    int parsed = parse_cut(proxy, input);
    int at_once = proxy_parse(&whole, guard_copy(GUARD_BEHIND, input));
    CHECK(at_once == parsed);
    CHECK(whole.family == proxy->family);
    CHECK(memcmp(&whole.source, &proxy->source, sizeof whole.source) == 0);
    CHECK(memcmp(&whole.destination, &proxy->destination, sizeof whole.destination) == 0);
    return parsed;
}

static bool is_ipv4(const struct proxy_end *end, const char *address, unsigned port)
{
    return memcmp(end->address, address, 4) == 0 && end->port == port;
}

/* ---- Version 1 ---- */

#define LONGEST                                                                                    \
    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "                                       \
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"

static const struct {
    struct span text;
    int result; /* BAD, 0, or 1: the whole of it is a header */
    enum proxy_family family;
} lines[] = {
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n"), 1, PROXY_IPV4},
    {SPAN("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n"), 1, PROXY_IPV4},
    {SPAN("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"), 1, PROXY_IPV6},
    {SPAN("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"), 1, PROXY_IPV6},
    {SPAN("PROXY UNKNOWN\r\n"), 1, PROXY_LOCAL},
    {SPAN("PROXY UNKNOWN what ever  stands here\r\n"), 1, PROXY_LOCAL},
    {SPAN(LONGEST "\r\n"), 1, PROXY_LOCAL},
    {.text = SPAN("")},
    {.text = SPAN("PRO")},
    {.text = SPAN("PROXY ")},
    {.text = SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443")},
    {.text = SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r")},
    {.text = SPAN(LONGEST "\r")},
    {SPAN(LONGEST "0\r\n"), BAD, 0},
    {SPAN("GET / HTTP/1.1\r\n"), BAD, 0},
    {SPAN("\n"), BAD, 0},
    {SPAN("proxy TCP4 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY\r\n"), BAD, 0},
    {SPAN("PROXY \r\n"), BAD, 0},
    {SPAN("PROXY  TCP4 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY\tTCP4 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4\r\n"), BAD, 0},
    {SPAN("PROXY TCP5 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY UDP4 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY tcp4 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY UNKNOWNS\r\n"), BAD, 0},
    {SPAN("PROXY UNKNOWN\n"), BAD, 0},
    {SPAN("PROXY UNKNOWN \1\r\n"), BAD, 0},
    {SPAN("PROXY UNKNOWN \r \r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443 \r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443 1\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1  198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 50000 \r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 050 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 +50 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.01 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2.256 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 192.0.2 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 ::1 ::1 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP6 192.0.2.1 198.51.100.2 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP6 [::1] ::1 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP6 fe80::1%1 ::1 50000 443\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 a b c d\r\n"), BAD, 0},
    {SPAN("PROXY TCP4 0000000000000000000000000000000000000000000000000001 b c d\r\n"), BAD, 0},
};

static void check_lines(void)
{
    _Static_assert(sizeof LONGEST + 1 == PROXY_TEXT_MAX, "the longest line of all");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct proxy proxy;
        int parsed = parse_checked(&proxy, lines[i].text);
        CHECK(parsed == (lines[i].result == 1 ? (int)lines[i].text.len : lines[i].result));
        CHECK(parsed <= 0 || proxy.family == lines[i].family);
    }
    struct proxy proxy;
    parse_checked(&proxy, lines[0].text);
    CHECK(is_ipv4(&proxy.source, "\xC0\0\2\1", 50000));
    CHECK(is_ipv4(&proxy.destination, "\xC6\x33\x64\2", 443));
    parse_checked(&proxy, lines[2].text);
    CHECK(memcmp(proxy.source.address, "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1", 16) == 0);
    CHECK(proxy.source.port == 1 && proxy.destination.port == 2);
}

/* ---- Version 2 ---- */

#define SIGNED  "\r\n\r\n\0\r\nQUIT\n"
#define IPV4    "\xC0\0\2\1\xC6\x33\x64\2\xC3\x50\1\xBB"
#define IPV6    "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\1\0\2"
#define SIXTEEN "0123456789abcdef"
#define UNIX                                                                                       \
    SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN        \
        SIXTEEN SIXTEEN "01234567"

static const struct {
    struct span text;
    int result;
    enum proxy_family family;
} binaries[] = {
    {SPAN(SIGNED "\x21\x11\0\x0C" IPV4), 1, PROXY_IPV4},
    {SPAN(SIGNED "\x21\x21\0\x24" IPV6), 1, PROXY_IPV6},
    {SPAN(SIGNED "\x21\x11\0\x10" IPV4 "\4\0\1\0"), 1, PROXY_IPV4}, /* a TLV: NOOP */
    {SPAN(SIGNED "\x21\x11\0\x0E" IPV4 "\4\xFF"), 1, PROXY_IPV4},   /* and half of one */
    {SPAN(SIGNED "\x21\x31\0\xD8" UNIX), 1, PROXY_LOCAL},
    {SPAN(SIGNED "\x21\0\0\0"), 1, PROXY_LOCAL},
    {SPAN(SIGNED "\x21\0\0\3abc"), 1, PROXY_LOCAL},
    {SPAN(SIGNED "\x20\0\0\0"), 1, PROXY_LOCAL},
    {SPAN(SIGNED "\x20\x11\0\x0C" IPV4), 1, PROXY_LOCAL},
    {SPAN(SIGNED "\x20\x12\0\0"), 1, PROXY_LOCAL},
    {.text = SPAN("\r")},
    {.text = SPAN("\r\n\r\n\0\r\nQUIT")},
    {.text = SPAN(SIGNED)},
    {.text = SPAN(SIGNED "\x21\x11\0")},
    {.text = SPAN(SIGNED "\x21\x11\0\x0C")},
    {.text = SPAN(SIGNED "\x21\x11\0\x0D" IPV4)},
    {.text = SPAN(SIGNED "\x20\x11\x0F\xF0" IPV4)}, /* 4080 and 16 */
    {SPAN("\r\nGET / HTTP/1.1\r\n"), BAD, 0},
    {SPAN("\r\n\r\n\0\r\nQUIT\r"), BAD, 0},
    {SPAN(SIGNED "\x11\x11\0\x0C" IPV4), BAD, 0},
    {SPAN(SIGNED "\x22\x11\0\x0C" IPV4), BAD, 0},
    {SPAN(SIGNED "\x31\x11\0\x0C" IPV4), BAD, 0},
    {SPAN(SIGNED "\x21\x10\0\x0C" IPV4), BAD, 0},
    {SPAN(SIGNED "\x21\x12\0\x0C" IPV4), BAD, 0},
    {SPAN(SIGNED "\x21\x41\0\x0C" IPV4), BAD, 0},
    {SPAN(SIGNED "\x21\1\0\0"), BAD, 0},
    {SPAN(SIGNED "\x21\x11\0\x0B" IPV4), BAD, 0},
    {SPAN(SIGNED "\x21\x11\0\0"), BAD, 0},
    {SPAN(SIGNED "\x21\x21\0\x23" IPV6), BAD, 0},
    {SPAN(SIGNED "\x21\x31\0\xD7" UNIX), BAD, 0},
    {SPAN(SIGNED "\x21\x11\x0F\xF1" IPV4), BAD, 0},
    {SPAN(SIGNED "\x20\x11\xFF\xFF" IPV4), BAD, 0},
};

static void check_binaries(void)
{
    for (size_t i = 0; i < sizeof binaries / sizeof binaries[0]; i++) {
        struct proxy proxy;
        int parsed = parse_checked(&proxy, binaries[i].text);
        CHECK(parsed == (binaries[i].result == 1 ? (int)binaries[i].text.len : binaries[i].result));
        CHECK(parsed <= 0 || proxy.family == binaries[i].family);
    }
    struct proxy proxy;
    parse_checked(&proxy, binaries[0].text);
    CHECK(is_ipv4(&proxy.source, "\xC0\0\2\1", 50000));
    CHECK(is_ipv4(&proxy.destination, "\xC6\x33\x64\2", 443));
    parse_checked(&proxy, binaries[1].text);
    CHECK(memcmp(proxy.source.address, "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1", 16) == 0);
    CHECK(proxy.source.port == 1 && proxy.destination.port == 2);
}

/* The longest that is taken; what follows it is not its own. */
static void check_longest(void)
{
    static char room[PROXY_HEADER_MAX + 100];
    struct unit_text text = {room, 0, sizeof room};
    struct proxy proxy;
    unit_append(&text, SPAN(SIGNED "\x21\x11\x0F\xF0" IPV4));
    unit_append_times(&text, 'x', sizeof room - text.len);
    CHECK(parse_checked(&proxy, unit_span(&text)) == PROXY_HEADER_MAX);
    CHECK(proxy.family == PROXY_IPV4);
}

/* Whatever stands in one octet of a good header: it is read whole, or refused, and never more is
 * asked for than its length says. */
static void check_each_octet(void)
{
    static char room[] = SIGNED "\x21\x11\0\x0C" IPV4;
    struct span input = {room, sizeof room - 1};
    struct proxy proxy;
    for (size_t at = 0; at < input.len; at++) {
        char was = room[at];
        for (int c = 0; c < 256; c++) {
            room[at] = (char)c;
            int parsed = proxy_parse(&proxy, guard_copy(GUARD_BEHIND, input));
            unit_about(input);
            SWEEP(parsed == BAD || (parsed >= 0 && parsed <= (int)input.len));
            SWEEP(parsed != 0 || at == 14 || at == 15);
        }
        room[at] = was;
    }
    CHECK(unit_swept() > 28UL * 256);
}

int main(void)
{
    check_lines();
    check_binaries();
    check_longest();
    check_each_octet();
    return unit_end();
}
