/*
 * The gzip content coding (RFC 9110 §8.4.1.3, RFC 1952). The only user of zlib.
 */
#include "os/coder.h"

#include "base/rare.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

enum {
    /* 8 KiB: as long as the longest text of a request line, which is what is coded most. */
    WINDOW_BITS = 13,
    GZIP_FORMAT = 16, /* added to the window bits: zlib then writes gzip's head and trailer */
    MEMORY_LEVEL = 6, /* with this window the state is 72 KB, and few pages of it are touched */
    LEVEL = 2,        /* 64 KiB of prose: half the time of level 6, and a tenth more bytes */
    ARENA_BYTES = 98304,
};

static RARE alignas(max_align_t) unsigned char arena[ARENA_BYTES];
static size_t arena_used;

static voidpf arena_alloc(voidpf opaque, uInt items, uInt size)
{
    (void)opaque;
    size_t bytes = ((size_t)items * size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (bytes > ARENA_BYTES - arena_used)
        return Z_NULL;
    voidpf taken = arena + arena_used;
    arena_used += bytes;
    return taken;
}

static void arena_free(voidpf opaque, voidpf taken)
{
    (void)opaque;
    (void)taken;
}

static z_stream coder = {.zalloc = arena_alloc, .zfree = arena_free};
static bool set_up;

void gzip_forget(void)
{
    explicit_bzero(arena, arena_used);
    arena_used = 0;
    set_up = false;
}

static z_stream *ready_stream(void)
{
    int done = set_up ? deflateReset(&coder)
                      : deflateInit2(&coder, LEVEL, Z_DEFLATED, WINDOW_BITS + GZIP_FORMAT,
                                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    set_up = set_up || done == Z_OK;
    return done == Z_OK ? &coder : NULL;
}

size_t gzip_bytes(struct span text, char *out, size_t room)
{
    z_stream *stream = ready_stream();
    if (!stream)
        return 0;
    stream->next_in = (z_const Bytef *)text.at;
    stream->avail_in = (uInt)text.len;
    stream->next_out = (Bytef *)out;
    stream->avail_out = (uInt)room;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? room - stream->avail_out : 0;
}

bool gzip_begin(void)
{
    return ready_stream() != NULL;
}

long gzip_step(struct span *text, bool end, char *out, size_t room)
{
    coder.next_in = (z_const Bytef *)text->at;
    coder.avail_in = (uInt)text->len;
    coder.next_out = (Bytef *)out;
    coder.avail_out = (uInt)room;
    int done = deflate(&coder, end ? Z_FINISH : Z_NO_FLUSH);
    *text = span_after(*text, text->len - coder.avail_in);
    /* Z_BUF_ERROR: there was nothing to do. */
    return done == Z_STREAM_ERROR ? -1 : (long)(room - coder.avail_out);
}
