/*
 * http/authority: host and port put together are the text.
 */
#include "http/authority.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    struct authority authority;
    if (!authority_parse(&authority, text))
        return 0;
    size_t colon = text.len > authority.host.len;
    HOLDS(authority.host.at == text.at && authority.host.len > 0);
    HOLDS(authority.host.len + colon + authority.port.len == text.len);
    HOLDS(span_find(text, '@') == text.len && span_find(text, '/') == text.len);
    for (size_t i = 0; i < authority.port.len; i++)
        HOLDS(authority.port.at[i] >= '0' && authority.port.at[i] <= '9');
    return 0;
}
