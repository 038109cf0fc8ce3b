#include "base/put.h"

#include <string.h>

/* An empty span may point nowhere, which memcpy() must not be given. */
char *put_span(char *at, struct span text)
{
    if (text.len)
        memcpy(at, text.at, text.len);
    return at + text.len;
}

char *put_number(char *at, uint64_t number, unsigned base)
{
    char digits[PUT_NUMBER_MAX];
    size_t begin = sizeof digits;
    do {
        digits[--begin] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    return put_span(at, (struct span){digits + begin, sizeof digits - begin});
}
