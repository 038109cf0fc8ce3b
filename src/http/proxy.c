#include "http/proxy.h"

#include "bounds.h"
#include "http/line.h"
#include "http/status.h"

#include <arpa/inet.h>
#include <string.h>

static int refuse(struct proxy *proxy, const char *why)
{
    proxy->why = why;
    return -S_BAD_REQUEST;
}

/* Whether what is there of text does not contradict what it must begin with. */
static bool may_begin_with(struct span text, struct span start)
{
    return span_starts(text.len < start.len ? start : text, text.len < start.len ? text : start);
}

/* ---- Version 1: one line ---- */

/* No zeros in front, as the specification has it. */
static bool take_port(struct span text, uint16_t *port)
{
    uint64_t number;
    if (!span_decimal(text, 5, &number) || number > UINT16_MAX ||
        (text.len > 1 && text.at[0] == '0'))
        return false;
    *port = (uint16_t)number;
    return true;
}

static bool take_address(struct span text, int family, struct proxy_end *end)
{
    char copy[INET6_ADDRSTRLEN];
    if (text.len >= sizeof copy)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, end->address) == 1;
}

/* "192.0.2.1 192.0.2.2 50000 443", one SP between the parts and none behind. */
static bool take_ends(struct proxy *proxy, struct span rest, int family)
{
    struct span source = span_cut(&rest, ' ');
    struct span destination = span_cut(&rest, ' ');
    struct span source_port = span_cut(&rest, ' ');
    return take_address(source, family, &proxy->source) &&
           take_address(destination, family, &proxy->destination) &&
           take_port(source_port, &proxy->source.port) && take_port(rest, &proxy->destination.port);
}

static int parse_text(struct proxy *proxy, struct span header)
{
    struct line line = {0, 0};
    struct span rest;
    size_t len = header.len < PROXY_TEXT_MAX ? header.len : PROXY_TEXT_MAX;
    if (!may_begin_with(header, SPAN("PROXY ")))
        return refuse(proxy, "the connection does not begin with a PROXY header");
    int scanned = line_scan(&line, header.at, len, &rest, &proxy->why);
    if (scanned < 0)
        return scanned;
    if (scanned == 0)
        return len < PROXY_TEXT_MAX ? 0 : refuse(proxy, "the PROXY header is too long");
    rest = span_after(rest, sizeof "PROXY " - 1);
    struct span family = span_cut(&rest, ' ');
    bool is_ipv4 = span_equal(family, SPAN("TCP4"));
    if (span_equal(family, SPAN("UNKNOWN")))
        return scanned; /* "anything presented before the CRLF" is ignored then */
    if (!is_ipv4 && !span_equal(family, SPAN("TCP6")))
        return refuse(proxy, "the PROXY header names neither TCP4, TCP6 nor UNKNOWN");
    proxy->family = is_ipv4 ? PROXY_IPV4 : PROXY_IPV6;
    if (!take_ends(proxy, rest, is_ipv4 ? AF_INET : AF_INET6))
        return refuse(proxy, "the PROXY header's addresses or ports are none");
    return scanned;
}

/* ---- Version 2: binary ---- */

/*
 *   0            12      13       14       16
 *   | signature  | 2 cmd | family | length | addresses, then type-length-values: length octets
 *                 4 | 4    4 | 4    16 bits
 */
#define SIGNATURE SPAN("\r\n\r\n\0\r\nQUIT\n")

enum {
    BINARY_COMMAND = 12,
    BINARY_FAMILY = 13,
    BINARY_LENGTH = 14,
    BINARY_FIXED = 16,
    VERSION_2_LOCAL = 0x20,
    VERSION_2_PROXY = 0x21,
};

/* What stands for a family and a transport; UDP can't be what a connection came by. */
static const struct binary_family {
    unsigned char code;
    enum proxy_family family;
    unsigned address_len;  /* of each end */
    unsigned shortest_len; /* of what follows the fixed part */
} binary_families[] = {
    {0x00, PROXY_LOCAL, 0, 0}, /* unspecified */
    {0x11, PROXY_IPV4, 4, 12},
    {0x21, PROXY_IPV6, 16, 36},
    {0x31, PROXY_LOCAL, 0, 216}, /* a unix stream socket */
};

static unsigned octet_at(struct span text, size_t i)
{
    return (unsigned char)text.at[i];
}

static const struct binary_family *find_family(unsigned code)
{
    for (size_t i = 0; i < sizeof binary_families / sizeof binary_families[0]; i++)
        if (binary_families[i].code == code)
            return &binary_families[i];
    return NULL;
}

static void take_binary_ends(struct proxy *proxy, struct span rest, unsigned len)
{
    size_t ports = (size_t)2 * len;
    memcpy(proxy->source.address, rest.at, len);
    memcpy(proxy->destination.address, rest.at + len, len);
    proxy->source.port = (uint16_t)(octet_at(rest, ports) << 8 | octet_at(rest, ports + 1));
    proxy->destination.port =
        (uint16_t)(octet_at(rest, ports + 2) << 8 | octet_at(rest, ports + 3));
}

static int parse_binary(struct proxy *proxy, struct span header)
{
    if (!may_begin_with(header, SIGNATURE))
        return refuse(proxy, "the connection does not begin with a PROXY header");
    if (header.len < BINARY_FIXED)
        return 0;
    unsigned command = octet_at(header, BINARY_COMMAND);
    size_t rest = octet_at(header, BINARY_LENGTH) << 8 | octet_at(header, BINARY_LENGTH + 1);
    const struct binary_family *family = find_family(octet_at(header, BINARY_FAMILY));
    if (command != VERSION_2_LOCAL && command != VERSION_2_PROXY)
        return refuse(proxy, "the PROXY header's version or command is unknown");
    if (rest > PROXY_HEADER_MAX - BINARY_FIXED)
        return refuse(proxy, "the PROXY header is too long");
    /* LOCAL: "the receiver must [...] ignore the address block", its family with it. */
    if (command == VERSION_2_PROXY && !family)
        return refuse(proxy, "the PROXY header's family or transport is none of a connection");
    if (command == VERSION_2_PROXY && rest < family->shortest_len)
        return refuse(proxy, "the PROXY header is too short for its addresses");
    if (header.len < BINARY_FIXED + rest)
        return 0;
    if (command == VERSION_2_PROXY && family->family != PROXY_LOCAL) {
        proxy->family = family->family;
        take_binary_ends(proxy, span_after(header, BINARY_FIXED), family->address_len);
    }
    return (int)(BINARY_FIXED + rest);
}

/* The two begin with different octets. */
int proxy_parse(struct proxy *proxy, struct span header)
{
    *proxy = (struct proxy){.family = PROXY_LOCAL};
    if (header.len == 0)
        return 0;
    return header.at[0] == '\r' ? parse_binary(proxy, header) : parse_text(proxy, header);
}
