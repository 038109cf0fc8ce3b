/*
 * What every fuzz target needs. A target is one file of this folder with LLVMFuzzerTestOneInput()
 * in it; tests/fuzz/run finds it by its name, which is the room's.
 *
 * A target says more than that nothing crashes: HOLDS() what must be true of any input.
 */
#ifndef PERCH_TESTS_FUZZ_H
#define PERCH_TESTS_FUZZ_H

#include "http/fields.h"
#include "http/octet.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_holds(bool holds, const char *file, int line, const char *expression)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, expression);
    abort();
}

#define HOLDS(expression) fuzz_holds((expression), __FILE__, __LINE__, #expression)

/* A number that depends on all of an input: where it is cut, which options it meets. */
static inline uint64_t fuzz_hash(struct span text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
    return (struct span){(const char *)data, size};
}

/* Takes a number off the start of an input; what is missing is zeros. */
static inline uint64_t fuzz_number(struct span *input)
{
    uint64_t number = 0;
    size_t len = input->len < sizeof number ? input->len : sizeof number;
    if (len)
        memcpy(&number, input->at, len);
    *input = span_after(*input, len);
    return number;
}

static inline bool fuzz_within(struct span inner, struct span outer)
{
    return inner.len == 0 || (inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len);
}

/* What has not arrived yet can't be read. */
static inline void fuzz_hide_behind(struct span input, size_t len)
{
    ASAN_UNPOISON_MEMORY_REGION(input.at, input.len);
    ASAN_POISON_MEMORY_REGION(input.at + len, input.len - len);
}

/* A field section with the lines of the input as values of this field; such as fields_parse() would
 * not let pass are left out. */
static inline void fuzz_fields(struct fields *fields, enum field_id id, struct span input)
{
    while (input.len && fields->count < FIELDS_MAX) {
        struct span value = span_trim(span_cut(&input, '\n'));
        if (value.len && !octets_are(value, OCTET_LINE))
            continue;
        fields->rows[fields->count++] = (struct field){id, SPAN("X"), value};
        fields->lines_of[id]++;
    }
}

#endif
