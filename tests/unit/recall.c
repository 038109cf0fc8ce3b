/*
 * http/recall: whatever was read before, and however the octets arrive, a head says what it says to
 * head_parse().
 */
#include "http/recall.h"

#include "unit.h"

/* clang-format off */
static const struct span lines[] = {
    SPAN("GET / HTTP/1.1\r\n"), SPAN("GET /a HTTP/1.1\r\n"), SPAN("GET /b HTTP/1.1\r\n"),
    SPAN("PUT /b HTTP/1.1\r\n"), SPAN("GET / HTTP/1.0\r\n"), SPAN("HEAD /abc?d HTTP/1.1\r\n"),
    SPAN("GET / HTTP/2.0\r\n"), SPAN("GET / HTTP/1.1\n"), SPAN("G@T / HTTP/1.1\r\n"), SPAN("\r\nGET / HTTP/1.1\r\n"),
};
static const struct span sections[] = {
    SPAN("Host: x\r\n\r\n"), SPAN("Host: y\r\n\r\n"), SPAN("Host:x\r\n\r\n"), SPAN("\r\n"), SPAN("A: b\r\n\r\n"),
    SPAN("Host: x\r\nAccept: */*\r\nConnection: close\r\n\r\n"), SPAN("Host: x\r\nAccept: */*\r\nConnection: clos\x01\r\n\r\n"),
    SPAN("Host: x\r\nAccept: */*\r\nConnection: close\r\nA:\r\n\r\n"), SPAN("Host: x\r\nAccept: */*\r\nConnection: close\r\n\rX"),
    SPAN("Host: x\r\nContent-Length: 4\r\n\r\n"), SPAN("Host: x\r\nContent-Length: 5\r\n\r\n"),
    SPAN("Host: x\r\nHost: x\r\n\r\n"), SPAN("Host: x y\r\n\r\n"), SPAN("Host: x\r\n A: b\r\n\r\n"), SPAN("A: \t b \t\r\nHost: [::1]:80\r\n\r\n"),
};
/* clang-format on */

enum { LINES = sizeof lines / sizeof lines[0], SECTIONS = sizeof sections / sizeof sections[0] };
enum { TAIL = 9 }; /* of what follows a head */

/* ---- Two readings of the same octets, in two places ---- */

static bool same_place(struct span a, const char *a_from, struct span b, const char *b_from)
{
    return a.len == b.len && (!a.at == !b.at) && (!a.at || a.at - a_from == b.at - b_from);
}

static bool same_rows(const struct fields *a, const char *a_from, const struct fields *b,
                      const char *b_from)
{
    if (a->count != b->count || memcmp(a->lines_of, b->lines_of, sizeof a->lines_of) != 0)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (a->rows[i].id != b->rows[i].id ||
            !same_place(a->rows[i].name, a_from, b->rows[i].name, b_from) ||
            !same_place(a->rows[i].value, a_from, b->rows[i].value, b_from))
            return false;
    return true;
}

static bool same_facts(const struct head *a, const char *a_from, const struct head *b,
                       const char *b_from)
{
    return a->method == b->method && a->minor == b->minor && a->why == b->why &&
           a->begin == b->begin && a->has_request_line == b->has_request_line &&
           head_has_begun(a) == head_has_begun(b) &&
           same_place(a->target, a_from, b->target, b_from) &&
           same_rows(&a->fields, a_from, &b->fields, b_from);
}

/* ---- Heads one after another ---- */

static struct recall recall;
static struct head recalled;

/* By what was remembered, in two pieces at that place; against head_parse(), whole. */
static void check_head(struct span input, size_t cut, char *room)
{
    static struct head plain;
    struct span copy = guard_copy(GUARD_BEHIND, input);
    unit_about(input);
    memcpy(room, input.at, cut);
    memset(room + cut, '\n', input.len - cut);
    head_begin(&recalled);
    int by_recall = cut ? recall_parse(&recall, &recalled, room, cut) : 0;
    memcpy(room + cut, input.at + cut, input.len - cut);
    if (by_recall == 0)
        by_recall = recall_parse(&recall, &recalled, room, input.len);
    head_begin(&plain);
    int parsed = head_parse(&plain, copy.at, copy.len);
    SWEEP(by_recall == parsed);
    /* A refusal comes as soon as it can: less may have been looked at. */
    SWEEP(parsed <= 0 ? recalled.why == plain.why && recalled.method == plain.method
                      : same_facts(&recalled, room, &plain, copy.at));
}

static char first_room[512], random_room[512];

static struct span pick_head(void)
{
    struct unit_text text = {random_room, 0, sizeof random_room};
    uint64_t random = unit_random();
    unit_append(&text, lines[random % LINES]);
    unit_append(&text, sections[(random >> 8) % SECTIONS]);
    unit_append(&text, (struct span){"GET / HTT", (random >> 16) % (TAIL + 1)});
    return unit_span(&text);
}

/* The same twice, cut anywhere: all that a row can say has been remembered before it comes again,
 * at the same place and at another. */
static void check_pairs(void)
{
    for (size_t i = 0; i < (size_t)LINES * SECTIONS; i++) {
        struct unit_text text = {first_room, 0, sizeof first_room};
        unit_append(&text, lines[i % LINES]);
        unit_append(&text, sections[i / LINES]);
        for (size_t cut = 0; cut <= text.len; cut++)
            for (int moved = 0; moved < 2; moved++) {
                char *room = guard_room(GUARD_BEHIND, text.len + 1);
                check_head(unit_span(&text), text.len, room);
                check_head(unit_span(&text), cut, room + moved);
                check_head(pick_head(), 0, guard_room(GUARD_BEFORE, sizeof random_room));
            }
    }
}

/* A random walk; with one octet changed now and then. */
static void check_walk(void)
{
    char *room = guard_room(GUARD_BEFORE, 2048);
    for (unsigned i = 0; i < 200000; i++) {
        struct span input = pick_head();
        uint64_t random = unit_random();
        if (random % 8 == 0)
            random_room[(random >> 8) % input.len] = "\r\n :\0/Ax\x80"[(random >> 32) % 9];
        size_t cut = random >> 40 & 1 ? (random >> 41) % (input.len + 1) : 0;
        check_head(input, cut, room + (random >> 16) % 3 * 100);
    }
}

/* ---- What is remembered, and what is too long for it ---- */

static struct span make_head(struct unit_text *text, size_t line_len, size_t section_len)
{
    text->len = 0;
    unit_append(text, SPAN("GET /"));
    unit_append_times(text, 'a', line_len - 16);
    unit_append(text, SPAN(" HTTP/1.1\r\nHost: x\r\nA:"));
    unit_append_times(text, 'b', section_len - 9 - 2 - 4);
    unit_append(text, SPAN("\r\n\r\n"));
    return unit_span(text);
}

static char long_room[2 * HEAD_MAX];

static void check_bounds(void)
{
    struct unit_text text = {long_room, 0, sizeof long_room};
    char *room = guard_room(GUARD_BEFORE, HEAD_MAX + 100);
    for (size_t len = RECALL_BYTES - 2; len <= RECALL_BYTES + 2; len++) {
        struct span input = make_head(&text, 100, len - 100);
        check_head(input, input.len, room);
        CHECK(recall.len == (len <= RECALL_BYTES ? len : 0));
        check_head(input, input.len, room);
    }
}

/* What is not read anew shows what it is told to remember. */
static void check_is_recalled(void)
{
    struct span first = SPAN("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    struct span second = SPAN("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    head_begin(&recalled);
    CHECK(recall_parse(&recall, &recalled, first.at, first.len) == (int)first.len);
    recall.method = METHOD_PUT;
    recall.lines_of[FIELD_HOST] = 7;
    head_begin(&recalled);
    CHECK(recall_parse(&recall, &recalled, first.at, first.len) == (int)first.len);
    CHECK(recalled.method == METHOD_PUT && recalled.fields.lines_of[FIELD_HOST] == 7);
    head_begin(&recalled);
    CHECK(recall_parse(&recall, &recalled, second.at, second.len) == (int)second.len);
    CHECK(recalled.method == METHOD_GET && recalled.fields.lines_of[FIELD_HOST] == 7);
    recall = (struct recall){0};
}

int main(void)
{
    check_pairs();
    CHECK(unit_swept() > 0);
    check_walk();
    CHECK(unit_swept() == 400000);
    check_bounds();
    check_is_recalled();
    return unit_end();
}
