/*
 * http/validator: a list of entity tags ends, and what is a member lies within it; a tag that was
 * made here is found in any list it is put into.
 */
#include "http/validator.h"

#include "fuzz.h"

static unsigned count_members(struct span list, const struct validators *validators)
{
    struct span rest = list;
    struct entity_tag tag;
    unsigned equal = 0;
    for (size_t before = rest.len + 1; rest.len || before; before = rest.len) {
        int taken = entity_tag_next(&rest, &tag);
        if (taken == 0)
            return equal;
        HOLDS(rest.len < before);
        if (taken < 0)
            continue;
        HOLDS(fuzz_within(tag.opaque, list) && tag.opaque.len >= 2);
        HOLDS(entity_tag_equal_weak(&tag, validators) ||
              !entity_tag_equal_strong(&tag, validators));
        equal += entity_tag_equal_strong(&tag, validators);
    }
    return equal;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char list[8192];
    struct span input = fuzz_span(data, size);
    struct validators validators;
    uint64_t number = fuzz_number(&input);
    validators_of_file(&validators, number, (int64_t)(number >> 20), (uint32_t)number & 0xFFFFFF,
                       number, number & 1 ? SPAN("gzip") : (struct span){NULL, 0});
    HOLDS(validators.etag_len <= sizeof validators.etag);
    if (input.len > sizeof list - ETAG_MAX - 1)
        return 0;
    unsigned before = count_members(input, &validators);
    memcpy(list, validators.etag, validators.etag_len);
    list[validators.etag_len] = ',';
    if (input.len)
        memcpy(list + validators.etag_len + 1, input.at, input.len);
    struct span longer = {list, validators.etag_len + 1 + input.len};
    HOLDS(count_members(longer, &validators) == before + 1);
    return 0;
}
