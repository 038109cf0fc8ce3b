/*
 * http/authorization: which secret an Authorization field holds, if any.
 */
#include "http/authorization.h"

#include "unit.h"

static const struct {
    const char *value;
    const char *secret; /* NULL: refused */
} rows[] = {
    {"Bearer abc", "abc"},
    {"bearer abc", "abc"},
    {"BEARER   a-._~+/=", "a-._~+/="},
    {"Bearer", NULL},
    {"Bearer ", NULL},
    {"Bearerabc", NULL},
    {"", NULL},
    {"abc", NULL},
    {"Digest abc", NULL},
    {"Basic dXNlcjpwYXNz", "pass"}, /* user:pass */
    {"basic OnBhc3M=", "pass"},     /* :pass */
    {"Basic dXNlcjo=", ""},         /* user: */
    {"Basic dTphOmI=", "a:b"},      /* u:a:b */
    {"Basic dTo+Pj8/", ">>??"},     /* every part of the alphabet */
    {"Basic dTrDvw==", "\xc3\xbf"}, /* two of padding */
    {"Basic", NULL},
    {"Basic ", NULL},
    {"Basic dXNlcg==", NULL},      /* no colon */
    {"Basic dXNlcjpwYXNz=", NULL}, /* not in fours */
    {"Basic dXNlcjpwYXN", NULL},
    {"Basic dXNl cjpwYXN", NULL},
    {"Basic dXNlcjpwYX-z", NULL}, /* another alphabet */
    {"Basic ====", NULL},
    {"Basic dXNl=jpw", NULL},
    {"Basic dXN{cjpw", NULL},
};

static void known(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (enum guard side = 0; side < GUARDS; side++) {
            char *room = guard_room(side, AUTHORIZATION_ROOM);
            struct span value = guard_copy(side, span_of(rows[i].value)), secret = {NULL, 0};
            unit_about(value);
            bool taken = authorization_secret(value, room, &secret);
            CHECK(taken == (rows[i].secret != NULL));
            if (taken && rows[i].secret)
                CHECK(span_equal(secret, span_of(rows[i].secret)));
        }
}

/* Whatever its length, nothing is written behind the room. */
static void long_ones(void)
{
    static char value[8192];
    memset(value, 'A', sizeof value);
    memcpy(value, "Basic ", 6);
    for (size_t len = 6; len <= sizeof value; len++) {
        struct span secret;
        char *room = guard_room(GUARD_BEHIND, AUTHORIZATION_ROOM);
        SWEEP(!authorization_secret((struct span){value, len}, room, &secret));
    }
    CHECK(unit_swept() == sizeof value - 5);
}

int main(void)
{
    known();
    long_ones();
    return unit_end();
}
