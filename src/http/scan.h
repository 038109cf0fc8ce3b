/*
 * How far text goes on, 16 octets at a time where the processor has that without being asked (SSE2,
 * which each x86-64 has); octet by octet by the table of octet.h elsewhere, and where
 * PERCH_SCAN_PLAIN is defined.
 *
 * Pure. Reads nothing outside of the buffer that it is given. Inline: most lines are short.
 *
 * scan_line(buffer, at, len): the first place in buffer[at, len) that is no OCTET_LINE, or len.
 * scan_token(text), scan_target(text): how many octets at its beginning are OCTET_TOKEN, or
 * OCTET_TARGET.
 */
#ifndef PERCH_HTTP_SCAN_H
#define PERCH_HTTP_SCAN_H

#include "base/span.h"
#include "http/octet.h"

#if defined(__SSE2__) && !defined(PERCH_SCAN_PLAIN)
#include <emmintrin.h>

enum { SCAN_STEP = 16 };

/* A bit for each of 16 octets that is outside of that range. */
static inline unsigned scan_outside(__m128i octets, char first, char last)
{
    __m128i above_first = _mm_sub_epi8(octets, _mm_set1_epi8(first));
    __m128i most = _mm_set1_epi8((char)(last - first));
    return 0xFFFF ^ (unsigned)_mm_movemask_epi8(
                        _mm_cmpeq_epi8(_mm_min_epu8(above_first, most), above_first));
}

/* Of what is neither a letter nor a hyphen: few names have another octet. */
static inline unsigned scan_stops_of_name(__m128i octets)
{
    __m128i hyphens = _mm_cmpeq_epi8(octets, _mm_set1_epi8('-'));
    return scan_outside(_mm_or_si128(octets, _mm_set1_epi8(0x20)), 'a', 'z') &
           ~(unsigned)_mm_movemask_epi8(hyphens);
}

/* The same of what is no target: as a signed number, all beyond ASCII is below "!". */
static inline unsigned scan_stops_of_target(__m128i octets)
{
    __m128i low = _mm_cmplt_epi8(octets, _mm_set1_epi8('!'));
    __m128i fragment = _mm_cmpeq_epi8(octets, _mm_set1_epi8('#'));
    __m128i del = _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x7F));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(low, fragment), del));
}

static inline __m128i scan_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* HTAB and obs-text are rare: where another octet stops, they are passed over one by one. */
static inline size_t scan_line(const char *buffer, size_t at, size_t len)
{
    while (len - at >= SCAN_STEP) {
        unsigned stops = scan_outside(scan_load(buffer + at), ' ', '~');
        if (!stops) {
            at += SCAN_STEP;
            continue;
        }
        at += (unsigned)__builtin_ctz(stops);
        if (!octet_is(buffer[at], OCTET_LINE))
            return at;
        at++;
    }
    return at + octets_run(span_between(buffer + at, buffer + len), OCTET_LINE);
}

static inline size_t scan_token(struct span text)
{
    size_t at = 0;
    for (; text.len - at >= SCAN_STEP; at += SCAN_STEP) {
        unsigned stops = scan_stops_of_name(scan_load(text.at + at));
        if (stops) {
            at += (unsigned)__builtin_ctz(stops);
            break;
        }
    }
    return at + octets_run(span_after(text, at), OCTET_TOKEN);
}

static inline size_t scan_target(struct span text)
{
    size_t at = 0;
    for (; text.len - at >= SCAN_STEP; at += SCAN_STEP) {
        unsigned stops = scan_stops_of_target(scan_load(text.at + at));
        if (stops)
            return at + (unsigned)__builtin_ctz(stops);
    }
    return at + octets_run(span_after(text, at), OCTET_TARGET);
}

#else

static inline size_t scan_line(const char *buffer, size_t at, size_t len)
{
    return at + octets_run(span_between(buffer + at, buffer + len), OCTET_LINE);
}

static inline size_t scan_token(struct span text)
{
    return octets_run(text, OCTET_TOKEN);
}

static inline size_t scan_target(struct span text)
{
    return octets_run(text, OCTET_TARGET);
}

#endif

#endif
