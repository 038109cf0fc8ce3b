/*
 * Content whose length is not known when its head is written: in chunks (RFC 9112 §7.1), or, to a
 * client of HTTP/1.0, up to the end of the connection.
 */
#ifndef PERCH_SERVE_STREAM_H
#define PERCH_SERVE_STREAM_H

#include "bounds.h"
#include "serve/exchange.h"
#include "serve/reply.h"

struct stream {
    struct exchange *exchange;
    bool chunked;
    bool silent; /* the request's method gets no content */
};

/* Writes the head. The reply is one with .streamed. */
void stream_begin(struct stream *stream, struct exchange *exchange, struct reply *reply);

/* Room for n octets, at most STREAM_ROOM, of content; NULL where nobody takes any more. What was
 * written there, at least one octet, is told to stream_commit(). */
enum { STREAM_ROOM = WIRE_OUT_BYTES - 64 };
char *stream_room(struct stream *stream, size_t n);
void stream_commit(struct stream *stream, size_t n);

void stream_put(struct stream *stream, struct span text);

/* The end of the content. Without it the client sees that something is missing. */
void stream_end(struct stream *stream);

#endif
