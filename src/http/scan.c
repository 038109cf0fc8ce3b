#include "http/scan.h"

#include "http/octet.h"

#if defined(__SSE2__) && !defined(PERCH_SCAN_PLAIN)

#include <emmintrin.h>

enum { STEP = 16 };

/* A bit for each of 16 octets that is none of field-content: a control character but HTAB. */
static unsigned stops_of_line(__m128i octets)
{
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(octets, _mm_set1_epi8(0x1F)), octets);
    __m128i tab = _mm_cmpeq_epi8(octets, _mm_set1_epi8('\t'));
    __m128i del = _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x7F));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, low), del));
}

/* The same of what is no target: as a signed number, all beyond ASCII is below "!". */
static unsigned stops_of_target(__m128i octets)
{
    __m128i low = _mm_cmplt_epi8(octets, _mm_set1_epi8('!'));
    __m128i fragment = _mm_cmpeq_epi8(octets, _mm_set1_epi8('#'));
    __m128i del = _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x7F));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(low, fragment), del));
}

static __m128i load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

size_t scan_line(const char *buffer, size_t at, size_t len)
{
    unsigned stops;
    for (; len - at >= STEP; at += STEP) {
        stops = stops_of_line(load(buffer + at));
        if (stops)
            return at + (unsigned)__builtin_ctz(stops);
    }
    if (len < STEP)
        return at + octets_run(span_between(buffer + at, buffer + len), OCTET_LINE);
    /* The last 16, of which some were looked at before. */
    size_t seen = at - (len - STEP);
    stops = stops_of_line(load(buffer + len - STEP)) >> seen;
    return stops ? at + (unsigned)__builtin_ctz(stops) : len;
}

size_t scan_target(struct span text)
{
    size_t at = 0;
    for (; text.len - at >= STEP; at += STEP) {
        unsigned stops = stops_of_target(load(text.at + at));
        if (stops)
            return at + (unsigned)__builtin_ctz(stops);
    }
    return at + octets_run(span_after(text, at), OCTET_TARGET);
}

#else

size_t scan_line(const char *buffer, size_t at, size_t len)
{
    while (at < len && octet_is(buffer[at], OCTET_LINE))
        at++;
    return at;
}

size_t scan_target(struct span text)
{
    return octets_run(text, OCTET_TARGET);
}

#endif
