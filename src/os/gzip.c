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
    GZIP_FORMAT = 16, /* added to the window bits: zlib then writes gzip's head and trailer */
    /*
     * 63 KB of prose with the long state, us of CPU and octets left: level 1, 490 and 23,780; 2,
     * 580 and 22,590; 3, 850 and 21,710; 4, 860 and 20,590; 6, 2290 and 19,610. From 1 to 2 an
     * octet is saved for less than any line but the fastest takes to send it.
     */
    LEVEL = 2,
    /*
     * What a long text is told beyond that; the level's own figures are 4, 5, 16 and 8. Of 13
     * texts, from prose to JSON, that saves 8 % of the time, and half a percent of the octets, on
     * average.
     */
    LONG_GOOD = 4,      /* only the levels from 4 up go by it, but it must be no less */
    LONG_INSERTED = 16, /* of a longer match the octets are not looked up later */
    LONG_NICE = 10,     /* a match so long is good enough */
    LONG_CHAIN = 3,     /* so many places are compared */
    SHORT_BYTES = 98304,
    LONG_BYTES = 327680,
};

/*
 * What zlib needs, set up once and then reset. A short text has one of its own, on fewer pages: the
 * first 1 KiB of a connection takes 43 us, with the long one 75. A long text gains a fifth of the
 * time, and 6 octets in 100, by the largest window and tables: the figures above were 720 and
 * 24,060 at level 2.
 */
struct state {
    z_stream stream;
    int window_bits, memory_level;
    unsigned char *arena;
    size_t size, used;
    bool is_set_up;
};

static RARE alignas(max_align_t) unsigned char short_arena[SHORT_BYTES];
static RARE alignas(max_align_t) unsigned char long_arena[LONG_BYTES];

/* 8 KiB: as long as the longest text of a request line. */
static struct state short_state = {
    .window_bits = 13, .memory_level = 6, .arena = short_arena, .size = SHORT_BYTES};
static struct state long_state = {
    .window_bits = 15, .memory_level = 8, .arena = long_arena, .size = LONG_BYTES};

static voidpf arena_alloc(voidpf opaque, uInt items, uInt size)
{
    struct state *state = opaque;
    size_t bytes = ((size_t)items * size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (bytes > state->size - state->used)
        return Z_NULL;
    voidpf taken = state->arena + state->used;
    state->used += bytes;
    return taken;
}

static void arena_free(voidpf opaque, voidpf taken)
{
    (void)opaque;
    (void)taken;
}

static void forget(struct state *state)
{
    explicit_bzero(state->arena, state->used);
    state->used = 0;
    state->is_set_up = false;
}

void gzip_forget(void)
{
    forget(&short_state);
    forget(&long_state);
}

static bool set_up(struct state *state)
{
    state->stream.zalloc = arena_alloc;
    state->stream.zfree = arena_free;
    state->stream.opaque = state;
    return deflateInit2(&state->stream, LEVEL, Z_DEFLATED, state->window_bits + GZIP_FORMAT,
                        state->memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
}

static bool make_ready(struct state *state)
{
    if (state->is_set_up)
        return deflateReset(&state->stream) == Z_OK;
    state->is_set_up = set_up(state);
    return state->is_set_up;
}

static void give(struct state *state, struct span text, char *out, size_t room)
{
    state->stream.next_in = (z_const Bytef *)text.at;
    state->stream.avail_in = (uInt)text.len;
    state->stream.next_out = (Bytef *)out;
    state->stream.avail_out = (uInt)room;
}

size_t gzip_bytes(struct span text, char *out, size_t room)
{
    if (!make_ready(&short_state))
        return 0;
    give(&short_state, text, out, room);
    return deflate(&short_state.stream, Z_FINISH) == Z_STREAM_END
               ? room - short_state.stream.avail_out
               : 0;
}

bool gzip_begin(void)
{
    return make_ready(&long_state) &&
           deflateTune(&long_state.stream, LONG_GOOD, LONG_INSERTED, LONG_NICE, LONG_CHAIN) == Z_OK;
}

long gzip_step(struct span *text, bool end, char *out, size_t room)
{
    give(&long_state, *text, out, room);
    int done = deflate(&long_state.stream, end ? Z_FINISH : Z_NO_FLUSH);
    *text = span_after(*text, text->len - long_state.stream.avail_in);
    /* Z_BUF_ERROR: there was nothing to do. */
    return done == Z_STREAM_ERROR ? -1 : (long)(room - long_state.stream.avail_out);
}
