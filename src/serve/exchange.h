/*
 * One request and where its answer goes: what an endpoint is given.
 */
#ifndef PERCH_SERVE_EXCHANGE_H
#define PERCH_SERVE_EXCHANGE_H

#include "http/framing.h"
#include "http/head.h"
#include "http/target.h"
#include "os/client.h"
#include "os/store.h"
#include "os/wire.h"
#include "serve/body.h"
#include "serve/settings.h"

struct route;

struct exchange {
    /* What most requests touch lies together: body begins, and head ends, with rows of fields, of
     * which they touch few. */
    struct body body;
    const struct settings *settings;
    const struct store *store;
    struct wire *wire;
    struct client *client; /* of the connection: the same for all its requests */

    struct framing framing;
    struct target target;

    unsigned wrong_tokens;     /* of the connection so far */
    const struct route *route; /* NULL where the path leads nowhere */
    struct span rest;          /* of the path, behind the route's prefix; still encoded */
    const char *why;           /* for the error reply, where there is more to say than the status */
    struct span fields;        /* field lines that go with whatever reply is given */
    enum status status;        /* of the final reply whose head was written last */
    struct {
        struct span line;      /* the request line as it was sent; empty: none */
        uint64_t content_from; /* what the wire had put before the content */
        int64_t begun;         /* of clock_us() */
        int64_t microseconds;  /* from the first octet of the head to the end of the reply */
        unsigned number;       /* of the connection's requests */
    } log;                     /* set only where there is one */
    int64_t last_moment;       /* the connection is kept until then (clock_ms()) */
    bool keep;                 /* the connection stays after this reply; the session's to decide */
    struct head head;
};

#endif
