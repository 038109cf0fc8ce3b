#include "serve/stream.h"

#include "base/put.h"
#include "bounds.h"

/* "ffff\r\n": the size of a chunk is written when it is known, in so many digits. */
enum {
    SIZE_DIGITS = 4,
    SIZE_LINE = SIZE_DIGITS + 2,
    CHUNK_END = 2,
    PIECE_MAX = WIRE_OUT_BYTES - SIZE_LINE - CHUNK_END,
};
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

static void put_chunk(struct wire *wire, struct span piece)
{
    char *size = wire_room(wire, SIZE_LINE + piece.len + CHUNK_END);
    if (!size)
        return;
    for (int digit = 0; digit < SIZE_DIGITS; digit++)
        size[digit] = "0123456789abcdef"[piece.len >> 4 * (SIZE_DIGITS - 1 - digit) & 15];
    char *at = put_span(size + SIZE_DIGITS, SPAN("\r\n"));
    put_span(put_span(at, piece), SPAN("\r\n"));
    wire_commit(wire, SIZE_LINE + piece.len + CHUNK_END);
}

void stream_put(struct stream *stream, struct span text)
{
    struct wire *wire = stream->exchange->wire;
    while (text.len && !stream->silent && !wire->broken) {
        struct span piece = {text.at, text.len < PIECE_MAX ? text.len : PIECE_MAX};
        if (stream->chunked)
            put_chunk(wire, piece);
        else
            wire_put(wire, piece);
        text = span_after(text, piece.len);
    }
}

void stream_end(struct stream *stream)
{
    if (stream->chunked && !stream->silent)
        wire_put(stream->exchange->wire, SPAN("0\r\n\r\n"));
}
