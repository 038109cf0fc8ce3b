/*
 * http/scan: 16 octets at a time stop where one at a time does, and read nothing beside the text.
 */
#include "http/scan.h"

#include "http/octet.h"
#include "unit.h"

/* The same once more, as processors without SSE2 have it. */
#undef PERCH_HTTP_SCAN_H
#define PERCH_SCAN_PLAIN
#define scan_line   plain_line
#define scan_token  plain_token
#define scan_target plain_target
// NOLINTNEXTLINE(readability-duplicate-include): both at once
#include "http/scan.h"
#undef scan_line
#undef scan_token
#undef scan_target

enum { LENGTHS = 70 };

static size_t expected(struct span text, size_t at, enum octet class)
{
    while (at < text.len && octet_is(text.at[at], class))
        at++;
    return at;
}

static void check(struct span text, size_t at)
{
    SWEEP(scan_line(text.at, at, text.len) == expected(text, at, OCTET_LINE));
    SWEEP(plain_line(text.at, at, text.len) == expected(text, at, OCTET_LINE));
    SWEEP(scan_token(text) == expected(text, 0, OCTET_TOKEN));
    SWEEP(plain_token(text) == expected(text, 0, OCTET_TOKEN));
    SWEEP(scan_target(text) == expected(text, 0, OCTET_TARGET));
    SWEEP(plain_target(text) == expected(text, 0, OCTET_TARGET));
}

/* One octet of each kind at each place of texts of each length, looked for from each place. */
static void check_each_octet(enum guard side)
{
    for (size_t len = 0; len < LENGTHS; len++) {
        char *room = guard_room(side, len);
        memset(room, 'a', len);
        struct span text = {room, len};
        for (size_t at = 0; at <= len; at++)
            check(text, at);
        for (size_t place = 0; place < len; place++)
            for (unsigned octet = 0; octet < 256; octet++) {
                room[place] = (char)octet;
                check(text, octet % (len + 1));
                room[place] = 'a';
            }
    }
    unsigned long places = LENGTHS * (LENGTHS - 1) / 2;
    CHECK(unit_swept() == 6 * (places + LENGTHS + 256 * places));
}

static void check_random(enum guard side)
{
    enum { TEXTS = 20000 };
    for (unsigned i = 0; i < TEXTS; i++) {
        size_t len = (size_t)(unit_random() % LENGTHS);
        char *room = guard_room(side, len);
        for (size_t at = 0; at < len; at++)
            room[at] = (char)(unit_random() % 8 ? 'a' + (int)(unit_random() % 26)
                                                : (int)(unit_random() % 256));
        check((struct span){room, len}, (size_t)(unit_random() % (len + 1)));
    }
    CHECK(unit_swept() == 6UL * TEXTS);
}

int main(void)
{
    for (enum guard side = GUARD_BEFORE; side < GUARDS; side++) {
        check_each_octet(side);
        check_random(side);
    }
    return unit_end();
}
