#include "base/forget.h"

#include <stdlib.h>
#include <string.h>

/* More than there are static buffers in perch. */
enum { PLACES_MAX = 16 };

/* Deeper than any call that a connection leads to: the deepest has two paths in its frames. */
enum { STACK_BYTES = 16384 };

static struct {
    void *memory;
    size_t len;
} places[PLACES_MAX];
static unsigned count;

void forget_later(void *memory, size_t len)
{
    for (unsigned i = 0; i < count; i++)
        if (places[i].memory == memory)
            return;
    if (count == PLACES_MAX)
        abort(); /* a place too few: no client can bring that about */
    places[count].memory = memory;
    places[count].len = len;
    count++;
}

/* Where the functions that have returned had what they worked with. */
__attribute__((noinline)) static void forget_stack(void)
{
    char below[STACK_BYTES];
    explicit_bzero(below, sizeof below);
}

void forget_now(void)
{
    forget_stack();
    while (count) {
        count--;
        explicit_bzero(places[count].memory, places[count].len);
    }
}
