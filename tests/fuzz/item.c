/*
 * http/item: a number is within its digits; what is there twice is not there.
 */
#include "http/item.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fields fields;
    uint64_t count;
    bool value;
    fields_begin(&fields, 0);
    fuzz_fields(&fields, FIELD_UPLOAD_OFFSET, fuzz_span(data, size));
    bool is_count = item_count(&fields, FIELD_UPLOAD_OFFSET, &count);
    bool is_boolean = item_boolean(&fields, FIELD_UPLOAD_OFFSET, &value);
    HOLDS(!is_count || !is_boolean);
    if (is_count || is_boolean) {
        char first = fields_value(&fields, FIELD_UPLOAD_OFFSET).at[0];
        HOLDS(fields.count == 1);
        HOLDS(is_count ? first >= '-' && first <= '9' : first == '?');
        HOLDS(!is_count || count < UINT64_C(1000000000000000));
    }
    return 0;
}
