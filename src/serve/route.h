/*
 * The table of endpoints: which path leads where, and what may be done there. A new endpoint is one
 * row below, and a file with the function that the row names.
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

/* ---- The endpoints ---- */

enum {
    METHODS_READ = METHOD_GET | METHOD_HEAD,
    METHODS_WRITE = METHOD_POST | METHOD_PUT | METHOD_DELETE,
    METHODS_RESUME = METHOD_PATCH | METHOD_DELETE,
};

/* A row has the members of struct route. */
/* clang-format off */
#define ENDPOINTS(ROW) \
    /*  prefix         whole  dir.   negotiates             methods                        answer */ \
    ROW("/",           true,  false, NEGOTIATES_NEVER,      METHODS_READ,                  root_answer) \
    ROW("/echo/",      false, false, NEGOTIATES_ALWAYS,     METHODS_READ,                  echo_answer) \
    ROW("/user-agent", true,  false, NEGOTIATES_ALWAYS,     METHODS_READ,                  user_agent_answer) \
    ROW("/files/",     false, true,  NEGOTIATES_GZIP_FILES, METHODS_READ | METHODS_WRITE,  files_answer) \
    ROW("/uploads/",   false, true,  NEGOTIATES_NEVER,      METHODS_READ | METHODS_RESUME, uploads_answer)
/* clang-format on */

#define ENDPOINT_FUNCTION(prefix, whole, needs_directory, negotiates, methods, answer)             \
    int answer(struct exchange *exchange);
ENDPOINTS(ENDPOINT_FUNCTION)

/* ---- Finding one ---- */

/* The route of exchange->target, or NULL; sets exchange->rest. */
const struct route *route_find(struct exchange *exchange);

/* What may be done there by this server: --read-only leaves the safe methods (RFC 9110 §9.2.1). */
unsigned route_methods(const struct route *route, const struct settings *settings);

/* Whether what is sent there depends on Accept-Encoding; route may be NULL. */
bool route_negotiates(const struct route *route, const struct settings *settings);

/* What may be done anywhere on this server, for OPTIONS *. */
unsigned route_all_methods(const struct settings *settings);

#endif
