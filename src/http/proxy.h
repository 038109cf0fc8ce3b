/*
 * The header of the PROXY protocol, versions 1 (text) and 2 (binary): what a proxy writes before
 * anything else to say whose connection it passes on (haproxy's proxy-protocol.txt, of 2020).
 *
 * Pure: no I/O, no allocation. Whether to believe a header is the caller's to know: anybody can
 * write one.
 */
#ifndef PERCH_HTTP_PROXY_H
#define PERCH_HTTP_PROXY_H

#include "base/span.h"

/* PROXY_LOCAL: the connection's own ends count. The proxy speaks for itself (LOCAL: a health
 * check), or for a client that has no address of these families (UNKNOWN, a unix socket). */
enum proxy_family { PROXY_LOCAL, PROXY_IPV4, PROXY_IPV6 };

struct proxy_end {
    unsigned char address[16]; /* in network order; of IPv4 the first four */
    uint16_t port;
};

struct proxy {
    enum proxy_family family;
    struct proxy_end source;      /* the client; zeros where the family is PROXY_LOCAL */
    struct proxy_end destination; /* what it connected to; likewise */
    const char *why;              /* after a refusal: what was wrong, a string that stays */
};

/*
 * Reads a header from the start of header, which may be longer; to be called again with more of it
 * as long as it returns 0. The result is the same however the octets were cut.
 * > 0: its length, at most PROXY_HEADER_MAX. 0: more is needed.
 * -S_BAD_REQUEST: this is no such header. The type-length-values of version 2 are passed over, not
 * judged.
 */
int proxy_parse(struct proxy *proxy, struct span header);

#endif
