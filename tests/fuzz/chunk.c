/*
 * http/chunk: the same data, verdict and end, in whatever pieces the octets come.
 */
#include "http/chunk.h"
#include "http/status.h"

#include "fuzz.h"

struct outcome {
    int refused;
    size_t taken;
    size_t data_len;
    uint64_t data_hash;
    bool last;
    const char *why;
};

static void take_data(struct outcome *outcome, struct span data)
{
    outcome->data_len += data.len;
    for (size_t i = 0; i < data.len; i++)
        outcome->data_hash = outcome->data_hash * 31 + (unsigned char)data.at[i];
}

static struct outcome parse(struct span input, size_t step)
{
    struct chunk chunk;
    struct outcome outcome = {0};
    chunk_begin(&chunk);
    while (outcome.taken < input.len && !chunk_is_last(&chunk)) {
        size_t len = input.len - outcome.taken < step ? input.len - outcome.taken : step;
        struct span data, piece = {input.at + outcome.taken, len};
        fuzz_hide_behind(input, outcome.taken + len);
        int taken = chunk_parse(&chunk, piece, &data);
        if (taken < 0) {
            outcome.refused = taken;
            outcome.why = chunk.why;
            break;
        }
        HOLDS(taken > 0 && (size_t)taken <= len && fuzz_within(data, piece));
        HOLDS(data.len <= (size_t)taken);
        take_data(&outcome, data);
        outcome.taken += (size_t)taken;
    }
    fuzz_hide_behind(input, input.len);
    outcome.last = chunk_is_last(&chunk);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = fuzz_span(data, size);
    if (size == 0)
        return 0;
    struct outcome whole = parse(input, size), cut = parse(input, 1 + fuzz_hash(input) % 9);
    HOLDS(whole.refused == cut.refused && whole.last == cut.last && whole.why == cut.why);
    HOLDS(whole.refused == 0 || whole.refused == -S_BAD_REQUEST);
    HOLDS((whole.refused < 0) == (whole.why != NULL));
    if (!whole.refused)
        HOLDS(whole.taken == cut.taken);
    HOLDS(whole.data_len == cut.data_len && whole.data_hash == cut.data_hash);
    if (whole.last)
        HOLDS(whole.taken >= 3 && memcmp(input.at + whole.taken - 2, "\r\n", 2) == 0);
    return 0;
}
