#include "serve/stream.h"

#include "base/put.h"

#include <string.h>

/* "ffff\r\n": the size of a chunk is written when it is known, in so many digits. */
enum { SIZE_DIGITS = 4, SIZE_LINE = SIZE_DIGITS + 2 };
_Static_assert(WIRE_OUT_BYTES <= 1 << 4 * SIZE_DIGITS, "a chunk's size fits its digits");

void stream_begin(struct stream *stream, struct exchange *exchange, struct reply *reply)
{
    *stream = (struct stream){
        .exchange = exchange,
        .chunked = exchange->head.minor > 0,
        .silent = !reply_has_content(exchange),
    };
    if (!stream->chunked)
        exchange->keep = false;
    reply_head(exchange, reply);
}

char *stream_room(struct stream *stream, size_t n)
{
    if (stream->silent)
        return NULL;
    size_t framing = stream->chunked ? SIZE_LINE + 2 : 0;
    char *room = wire_room(stream->exchange->wire, n + framing);
    return room && stream->chunked ? room + SIZE_LINE : room;
}

void stream_commit(struct stream *stream, size_t n)
{
    struct wire *wire = stream->exchange->wire;
    if (stream->chunked) {
        char *size = wire_room(wire, 0);
        for (int digit = 0; digit < SIZE_DIGITS; digit++)
            size[digit] = "0123456789abcdef"[n >> 4 * (SIZE_DIGITS - 1 - digit) & 15];
        memcpy(size + SIZE_DIGITS, "\r\n", 2);
        memcpy(size + SIZE_LINE + n, "\r\n", 2);
        n += SIZE_LINE + 2;
    }
    wire_commit(wire, n);
}

void stream_put(struct stream *stream, struct span text)
{
    while (text.len) {
        size_t step = text.len < STREAM_ROOM ? text.len : STREAM_ROOM;
        char *room = stream_room(stream, step);
        if (!room)
            return;
        memcpy(room, text.at, step);
        stream_commit(stream, step);
        text = span_after(text, step);
    }
}

void stream_end(struct stream *stream)
{
    if (stream->chunked && !stream->silent)
        wire_put(stream->exchange->wire, SPAN("0\r\n\r\n"));
}
