/*
 * What every unit program needs: checks that are counted, and inputs whose neighbours can't be
 * read.
 *
 * A program is one file whose main() ends with "return unit_end();". Inputs stand directly before
 * or directly behind an unmapped page, so that reading one octet too many ends the program, in any
 * build.
 */
#ifndef PERCH_TESTS_UNIT_H
#define PERCH_TESTS_UNIT_H

#include "base/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- Checks ---- */

/* More are only counted: a loop over all octets would drown the first. */
enum { UNIT_FAILURES_SHOWN = 40, UNIT_INPUT_SHOWN = 120 };

static unsigned long unit_passed, unit_failed, unit_sweep;
static char unit_input[UNIT_INPUT_SHOWN];
static size_t unit_input_len;

/* What a failed check shows besides its expression; a row's input. */
static inline void unit_about(struct span input)
{
    unit_input_len = input.len;
    if (input.len)
        memcpy(unit_input, input.at, input.len < UNIT_INPUT_SHOWN ? input.len : UNIT_INPUT_SHOWN);
}

static inline void unit_show_input(void)
{
    printf("    input (%zu): ", unit_input_len);
    for (size_t i = 0; i < unit_input_len && i < UNIT_INPUT_SHOWN; i++) {
        char c = unit_input[i];
        if (c >= ' ' && c <= '~' && c != '\\')
            putchar(c);
        else
            printf("\\x%02x", (unsigned char)c);
    }
    putchar('\n');
}

static inline void unit_check(bool passed, const char *file, int line, const char *expression)
{
    if (passed) {
        unit_passed++;
        return;
    }
    if (unit_failed++ >= UNIT_FAILURES_SHOWN)
        return;
    printf("%s:%d: failed: %s\n", file, line, expression);
    unit_show_input();
}

#define CHECK(expression) unit_check((expression), __FILE__, __LINE__, #expression)

/* The same in a loop over very many inputs, where a passed one is not worth counting; behind the
 * loop CHECK(unit_swept() == how many there were) says that they were looked at. */
#define SWEEP(expression)                                                                          \
    do {                                                                                           \
        unit_sweep++;                                                                              \
        if (!(expression))                                                                         \
            unit_check(false, __FILE__, __LINE__, #expression);                                    \
    } while (0)

static inline unsigned long unit_swept(void)
{
    unsigned long swept = unit_sweep;
    unit_sweep = 0;
    return swept;
}

static inline int unit_end(void)
{
    printf("%lu passed, %lu failed\n", unit_passed, unit_failed);
    return unit_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- Guarded inputs ---- */

enum guard { GUARD_BEFORE, GUARD_BEHIND, GUARDS };

enum {
    GUARD_BYTES = 65536, /* a multiple of every page size that Linux has by default */
    GUARD_REGIONS = 4,   /* so many inputs live at a time */
};

/* Each stands between two that can't be touched. */
static inline char *guard_region(void)
{
    static _Alignas(GUARD_BYTES) char regions[GUARD_REGIONS][3][GUARD_BYTES];
    static unsigned turn;
    unsigned now = turn++;
    char(*region)[GUARD_BYTES] = regions[now % GUARD_REGIONS];
    if (now < GUARD_REGIONS && (mprotect(region[0], GUARD_BYTES, PROT_NONE) != 0 ||
                                mprotect(region[2], GUARD_BYTES, PROT_NONE) != 0))
        abort();
    return region[1];
}

/* Room for len octets that begins right behind an unmapped page, or ends right before one. Holds
 * line feeds: whoever looks ahead of what has arrived finds what it hoped for. */
static inline char *guard_room(enum guard side, size_t len)
{
    if (len > GUARD_BYTES)
        abort();
    char *room = guard_region() + (side == GUARD_BEHIND ? GUARD_BYTES - len : 0);
    memset(room, '\n', len);
    return room;
}

/* A copy of text, until GUARD_REGIONS more are made. */
static inline struct span guard_copy(enum guard side, struct span text)
{
    char *room = guard_room(side, text.len);
    if (text.len)
        memcpy(room, text.at, text.len);
    return (struct span){room, text.len};
}

/* ---- Small helpers ---- */

/* The next of a sequence that is the same in each run (xorshift64*). */
static inline uint64_t unit_random(void)
{
    static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(0x2545F4914F6CDD1D);
}

/* Text that is put together in a buffer of the caller's. */
struct unit_text {
    char *at;
    size_t len;
    size_t room;
};

static inline void unit_append(struct unit_text *text, struct span piece)
{
    if (piece.len > text->room - text->len)
        abort();
    if (piece.len)
        memcpy(text->at + text->len, piece.at, piece.len);
    text->len += piece.len;
}

static inline void unit_append_times(struct unit_text *text, char c, size_t times)
{
    while (times--)
        unit_append(text, (struct span){&c, 1});
}

static inline struct span unit_span(const struct unit_text *text)
{
    return (struct span){text->at, text->len};
}

#endif
