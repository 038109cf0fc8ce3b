/*
 * Replies: head and content into the wire (RFC 9112 §4, RFC 9110 §6.6, §8). The only writer of
 * response fields. Nothing of a request is copied into a field.
 *
 * The answer to HEAD has the same fields and no content, whichever of these calls makes it.
 */
#ifndef PERCH_SERVE_REPLY_H
#define PERCH_SERVE_REPLY_H

#include "http/range.h"
#include "http/status.h"
#include "http/validator.h"
#include "serve/exchange.h"

/* What a reply's head says, besides what every head says. */
struct reply {
    enum status status;
    unsigned allow;                      /* methods of Allow; 0: no field */
    struct span type;                    /* Content-Type; empty: no field */
    struct span coding;                  /* Content-Encoding; empty: no field */
    struct span vary;                    /* Vary, besides what the route says; empty: no field */
    struct span policy;                  /* Content-Security-Policy; empty: no field */
    const char *location;                /* Location of this path below /files/; NULL: no field */
    const struct validators *validators; /* ETag; NULL: no field */
    const struct range *range;           /* Content-Range of this range; NULL: no field */
    uint64_t size;                       /* the whole that the range, or 416, is of */
    uint64_t length;                     /* Content-Length, where the status has one */
    bool streamed;                       /* the length is not known: serve/stream.h */
    bool of_file;                        /* Last-Modified, and what goes with a file's octets */
    bool is_inline;                      /* Content-Disposition: may be shown, not only stored */
    bool changes;                        /* made for this request alone: no cache keeps it */
};

/* The head; its content, where reply_has_content(), is put into the wire behind it. */
void reply_head(struct exchange *exchange, const struct reply *reply);

/* Whether the request's method gets any content at all. */
bool reply_has_content(const struct exchange *exchange);

/* A reply without content: 200, 204. */
void reply_empty(struct exchange *exchange, enum status status);

/* 204 with Allow. */
void reply_options(struct exchange *exchange, unsigned methods);

/* An error: one line that says why (exchange->why, or the status's own). */
void reply_error(struct exchange *exchange, enum status status);

/* 416, with the size of what there is. */
void reply_unsatisfied_range(struct exchange *exchange, uint64_t size);

#endif
