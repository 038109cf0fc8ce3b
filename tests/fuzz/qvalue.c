/*
 * http/qvalue: a weight is what long division makes of the same digits, and no other text is one.
 */
#include "http/qvalue.h"

#include "fuzz.h"

#include <strings.h>

/* By the letters of RFC 9110 §12.4.2, with a table of its two alternatives. */
static int expected(struct span text)
{
    static const char *const digits[] = {"0123456789", "0"};
    if (text.len == 0 || text.len > strlen("1.000") || (text.at[0] != '0' && text.at[0] != '1'))
        return -1;
    unsigned first = (unsigned)(text.at[0] - '0');
    char padded[] = "000";
    for (size_t i = 1; i < text.len; i++) {
        if (i == 1 ? text.at[i] != '.' : !text.at[i] || !strchr(digits[first], text.at[i]))
            return -1;
        if (i > 1)
            padded[i - 2] = text.at[i];
    }
    return first ? QVALUE_ONE : (int)strtol(padded, NULL, 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char parameter[64], written[16];
    struct span text = fuzz_span(data, size);
    int weight = -1, again = -1;
    bool is_one = qvalue_parse(text, &weight);
    HOLDS(is_one == (expected(text) >= 0));
    HOLDS(!is_one || weight == expected(text));

    /* As a parameter, whose name has no case. */
    if (size <= sizeof parameter - 2) {
        parameter[0] = size & 1 ? 'q' : 'Q';
        parameter[1] = '=';
        if (size)
            memcpy(parameter + 2, data, size);
        HOLDS(qvalue_parse_parameter((struct span){parameter, size + 2}, &again) == is_one);
        HOLDS(!is_one || again == weight);
    }
    bool names_q = size >= 2 && strncasecmp(text.at, "q=", 2) == 0;
    HOLDS(qvalue_parse_parameter(text, &again) == (names_q && expected(span_after(text, 2)) >= 0));

    /* Each weight that there is, written and read. */
    int any = (int)(fuzz_hash(text) % (QVALUE_ONE + 1));
    int len = snprintf(written, sizeof written, "%d.%03d", any / QVALUE_ONE, any % QVALUE_ONE);
    HOLDS(qvalue_parse((struct span){written, (size_t)len}, &again) && again == any);
    return 0;
}
