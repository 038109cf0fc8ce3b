/*
 * Requests that are turned away whatever they ask for: those for another host, and those that a
 * page of another site made a browser send (protocol.md, "Browsers").
 */
#ifndef PERCH_SERVE_GATE_H
#define PERCH_SERVE_GATE_H

#include "serve/exchange.h"

/* With --allow-host: 0 where the request names one of those hosts, else 421. */
int gate_host(const struct exchange *exchange);

/*
 * Of a request that would change something: 0, or 403 where a page of another site sent it. DNS
 * rebinding lets such a page name itself as the host of a server on loopback; so there a browser
 * must use a name that is known to be ours.
 */
int gate_origin(struct exchange *exchange);

#endif
