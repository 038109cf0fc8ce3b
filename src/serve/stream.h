/*
 * Content whose length is not known when its head is written: in chunks (RFC 9112 §7.1), or, to a
 * client of HTTP/1.0, up to the end of the connection.
 */
#ifndef PERCH_SERVE_STREAM_H
#define PERCH_SERVE_STREAM_H

#include "serve/exchange.h"
#include "serve/reply.h"

struct stream {
    struct exchange *exchange;
    bool chunked;
    bool silent; /* the request's method gets no content */
};

/* Writes the head. The reply is one with .streamed. */
void stream_begin(struct stream *stream, struct exchange *exchange, struct reply *reply);

/* Content, of any length, which leaves in chunks of at most WIRE_OUT_BYTES. */
void stream_put(struct stream *stream, struct span text);

/* The end of the content. Without it the client sees that something is missing. */
void stream_end(struct stream *stream);

#endif
