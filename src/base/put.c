#include "base/put.h"

static char *put_decimal(char *at, uint64_t number)
{
    char digits[PUT_NUMBER_MAX];
    size_t begin = sizeof digits;
    do {
        digits[--begin] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return put_span(at, (struct span){digits + begin, sizeof digits - begin});
}

/* The lowest bit that is looked at of a number that is 0 is that of its one digit. */
static char *put_hexadecimal(char *at, uint64_t number)
{
    for (int shift = (63 - __builtin_clzll(number | 1)) / 4 * 4; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[number >> shift & 15];
    return at;
}

char *put_number(char *at, uint64_t number, unsigned base)
{
    return base == 16 ? put_hexadecimal(at, number) : put_decimal(at, number);
}
