#include "base/put.h"

/* A division by a number that the compiler knows is a multiplication. */
static inline __attribute__((always_inline)) char *put_digits(char *at, uint64_t number,
                                                              unsigned base)
{
    char digits[PUT_NUMBER_MAX];
    size_t begin = sizeof digits;
    do {
        digits[--begin] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    return put_span(at, (struct span){digits + begin, sizeof digits - begin});
}

char *put_number(char *at, uint64_t number, unsigned base)
{
    return base == 16 ? put_digits(at, number, 16) : put_digits(at, number, 10);
}
