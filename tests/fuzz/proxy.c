/*
 * http/proxy: the same however the octets arrive, and within its bound.
 */
#include "http/proxy.h"
#include "bounds.h"
#include "http/status.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = fuzz_span(data, size);
    struct proxy whole, cut;
    int parsed = proxy_parse(&whole, input), by_steps = 0;
    HOLDS(parsed >= 0 || parsed == -S_BAD_REQUEST);
    HOLDS(parsed <= (int)size && parsed <= PROXY_HEADER_MAX);
    for (size_t len = 0; len <= size && by_steps == 0; len++) {
        fuzz_hide_behind(input, len);
        by_steps = proxy_parse(&cut, (struct span){input.at, len});
    }
    fuzz_hide_behind(input, size);
    HOLDS(parsed == by_steps);
    if (parsed > 0)
        HOLDS(whole.family == cut.family && whole.source.port == cut.source.port &&
              memcmp(whole.source.address, cut.source.address, sizeof cut.source.address) == 0);
    return 0;
}
