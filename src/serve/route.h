/*
 * The table of endpoints: which path leads where, and what may be done there. A new endpoint is one
 * row in route.c and one file.
 */
#ifndef PERCH_SERVE_ROUTE_H
#define PERCH_SERVE_ROUTE_H

#include "serve/exchange.h"

/* Whether a resource has more than one content coding: then Vary goes with every status. */
enum negotiation { NEGOTIATES_NEVER, NEGOTIATES_ALWAYS, NEGOTIATES_GZIP_FILES };

struct route {
    struct span prefix;
    bool whole;           /* the path is the prefix, with nothing behind it */
    bool needs_directory; /* there only with --directory */
    enum negotiation negotiates;
    unsigned methods; /* a set of enum method, without OPTIONS, which all have */
    /* Answers a request whose method is one of these. 0: replied; else the status of an error
     * reply. */
    int (*answer)(struct exchange *exchange);
};

/* The route of exchange->target, or NULL; sets exchange->rest. */
const struct route *route_find(struct exchange *exchange);

/* What may be done there by this server: --read-only leaves the safe methods (RFC 9110 §9.2.1). */
unsigned route_methods(const struct route *route, const struct settings *settings);

/* Whether what is sent there depends on Accept-Encoding; route may be NULL. */
bool route_negotiates(const struct route *route, const struct settings *settings);

/* What may be done anywhere on this server, for OPTIONS *. */
unsigned route_all_methods(const struct settings *settings);

/* ---- The endpoints; each a file of its own ---- */

int root_answer(struct exchange *exchange);
int echo_answer(struct exchange *exchange);
int user_agent_answer(struct exchange *exchange);
int files_answer(struct exchange *exchange);
int uploads_answer(struct exchange *exchange);

#endif
