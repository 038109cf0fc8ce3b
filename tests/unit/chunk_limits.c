/*
 * http/chunk: the longest extension, the most octets of extensions; and one more of each.
 */
#include "http/chunk.h"

#include "bounds.h"
#include "http/status.h"
#include "unit.h"

enum { BAD = -S_BAD_REQUEST };

static int status_of(const struct unit_text *text, size_t step)
{
    struct chunk chunk;
    struct span input = guard_copy(GUARD_BEHIND, unit_span(text)), data;
    chunk_begin(&chunk);
    while (input.len && !chunk_is_last(&chunk)) {
        struct span piece = {input.at, input.len < step ? input.len : step};
        int taken = chunk_parse(&chunk, piece, &data);
        if (taken < 0)
            return taken;
        input = span_after(input, (size_t)taken);
    }
    return chunk_is_last(&chunk) ? 0 : 1;
}

/* Extensions of these lengths, each from its ";" on, `times` in each of two chunks' lines. */
static void append_chunks(struct unit_text *text, size_t len, unsigned times)
{
    for (unsigned line = 0; line < 2; line++) {
        unit_append(text, line ? SPAN("0") : SPAN("1"));
        for (unsigned i = 0; i < times; i++) {
            unit_append(text, SPAN(";"));
            unit_append_times(text, 'a', len - 1);
        }
        unit_append(text, line ? SPAN("\r\n") : SPAN("\r\nx\r\n"));
    }
}

static const struct {
    size_t len;
    unsigned times;
    int status;
} limits[] = {
    {CHUNK_EXTENSION_MAX, 1, 0},
    {CHUNK_EXTENSION_MAX + 1, 1, BAD},
    {CHUNK_EXTENSION_MAX, 8, 0},
    {CHUNK_EXTENSION_MAX, 9, BAD},
    {CHUNK_EXTENSION_MAX + 1, 2, BAD},
    {2, 1024, 0},
    {2, 1025, BAD},
};

static void check_limits(void)
{
    static char room[16384];
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct unit_text text = {room, 0, sizeof room};
        append_chunks(&text, limits[i].len, limits[i].times);
        unit_about(unit_span(&text));
        CHECK(status_of(&text, text.len) == limits[i].status);
        CHECK(status_of(&text, 1) == limits[i].status);
    }
}

/* White space and values are octets of an extension as well. */
static void check_what_counts(void)
{
    static const char *const fillers[] = {"0;a=\"", "0;", "0;a", "0;a=", "0;a=\"\\"};
    char room[512] = "";
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++) {
        struct unit_text text = {room, 0, sizeof room};
        unit_append(&text, span_of(fillers[i]));
        unit_append_times(&text, ' ', CHUNK_EXTENSION_MAX - text.len + 1);
        unit_about(unit_span(&text));
        CHECK(status_of(&text, text.len) == 1);
        unit_append_times(&text, ' ', 1);
        CHECK(status_of(&text, text.len) == BAD);
        CHECK(status_of(&text, 1) == BAD);
    }
}

/* The extensions of one chunk are not counted to those of the next. */
static void check_that_each_line_counts_anew(void)
{
    char room[512] = "";
    struct unit_text text = {room, 0, sizeof room};
    unit_append(&text, SPAN("1;"));
    unit_append_times(&text, 'a', CHUNK_EXTENSION_MAX - 1);
    unit_append(&text, SPAN("\r\nx\r\n0 \t;a\r\n"));
    unit_about(unit_span(&text));
    CHECK(status_of(&text, text.len) == 0);
    CHECK(status_of(&text, 1) == 0);
}

int main(void)
{
    check_limits();
    check_what_counts();
    check_that_each_line_counts_anew();
    return unit_end();
}
