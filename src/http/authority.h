/*
 * uri-host [":" port]: the value of Host, and the authority of a target (RFC 9110 §7.2, RFC 3986
 * §3.2). Pure.
 */
#ifndef PERCH_HTTP_AUTHORITY_H
#define PERCH_HTTP_AUTHORITY_H

#include "base/span.h"

struct authority {
    struct span host; /* brackets of an IP-literal included */
    struct span port; /* the digits; empty where there are none */
};

/*
 * Reads the whole span. False where it is none: an empty host, userinfo, a port that is no number
 * up to 65535, a bracket without an IPv6 address in it, or any octet that the grammar does not
 * have. A host that ends with ":" and no port is allowed by the grammar, and so here.
 */
bool authority_parse(struct authority *authority, struct span text);

/* Whether a host is a name or an address that always means the machine itself: localhost,
 * 127.0.0.0/8, [::1]. */
bool authority_is_loopback(struct span host);

#endif
