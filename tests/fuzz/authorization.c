/*
 * http/authorization: a secret lies within what was sent or within the room.
 */
#include "http/authorization.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char room[AUTHORIZATION_ROOM];
    struct span value = span_trim(fuzz_span(data, size)), secret;
    if (!authorization_secret(value, room, &secret))
        return 0;
    HOLDS(fuzz_within(secret, value) || fuzz_within(secret, (struct span){room, sizeof room}));
    HOLDS(span_starts_nocase(value, SPAN("Bearer ")) || span_starts_nocase(value, SPAN("Basic ")));
    return 0;
}
