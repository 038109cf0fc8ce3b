#include "os/random.h"

#include <errno.h>
#include <stddef.h>
#include <sys/random.h>

/* getrandom(2) gives so few octets whole or, before the kernel has gathered its first randomness,
 * waits; a signal can end that wait. */
void random_name(char out[RANDOM_NAME_LEN])
{
    unsigned char octets[RANDOM_NAME_LEN / 2] = {0};
    ssize_t got;
    do
        got = getrandom(octets, sizeof octets, 0);
    while (got < 0 && errno == EINTR);
    for (size_t i = 0; i < sizeof octets; i++) {
        out[2 * i] = "0123456789abcdef"[octets[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
    }
}
