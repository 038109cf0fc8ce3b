#include "http/authority.h"

#include "http/octet.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_reg_name(struct span host)
{
    for (size_t i = 0; i < host.len; i++) {
        if (octet_is(host.at[i], OCTET_HOST))
            continue;
        if (host.at[i] != '%' || host.len - i < 3 || span_hex_value(host.at[i + 1]) < 0 ||
            span_hex_value(host.at[i + 2]) < 0)
            return false;
        i += 2;
    }
    return host.len > 0;
}

/* An address of that family as its octets. */
static bool parse_address(int family, struct span address, void *parsed)
{
    char text[INET6_ADDRSTRLEN];
    if (address.len >= sizeof text || span_find(address, '\0') < address.len)
        return false;
    memcpy(text, address.at, address.len);
    text[address.len] = '\0';
    return inet_pton(family, text, parsed) == 1;
}

/* Without the brackets. No zone: RFC 6874 forbids it on the wire. */
static bool is_ipv6_address(struct span address)
{
    struct in6_addr parsed;
    return parse_address(AF_INET6, address, &parsed);
}

/* port = *DIGIT: zeros in front are allowed. */
static bool is_port(struct span port)
{
    uint64_t number;
    while (port.len > 1 && port.at[0] == '0')
        port = span_after(port, 1);
    return port.len == 0 || (span_decimal(port, 5, &number) && number <= 65535);
}

bool authority_parse(struct authority *authority, struct span text)
{
    size_t host_len;
    bool valid;
    if (text.len && text.at[0] == '[') {
        size_t bracket = span_find(text, ']');
        if (bracket == text.len)
            return false;
        host_len = bracket + 1;
        valid = is_ipv6_address((struct span){text.at + 1, bracket - 1});
    } else {
        host_len = span_find(text, ':');
        valid = is_reg_name((struct span){text.at, host_len});
    }
    authority->host = (struct span){text.at, host_len};
    struct span rest = span_after(text, host_len);
    if (rest.len && rest.at[0] != ':')
        return false;
    authority->port = span_after(rest, rest.len ? 1 : 0);
    return valid && is_port(authority->port);
}

bool authority_is_loopback(struct span host)
{
    unsigned char v4[sizeof(struct in_addr)];
    struct in6_addr v6;
    if (span_equal_nocase(host, SPAN("localhost")))
        return true;
    if (host.len > 2 && host.at[0] == '[')
        return parse_address(AF_INET6, (struct span){host.at + 1, host.len - 2}, &v6) &&
               memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
    return host.len && parse_address(AF_INET, host, v4) && v4[0] == 127;
}
