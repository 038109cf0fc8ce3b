/*
 * http/head: what is a head and what is refused, and that no cut changes it.
 */
#include "http/head.h"

#include "http/status.h"
#include "unit.h"

#define H "Host: x\r\n"

enum { WHOLE = 1, MORE = 0 };

struct row {
    struct span input;
    int result; /* WHOLE, MORE, or a negative status */
    enum method method;
    struct span target;
    unsigned minor, fields;
    size_t tail; /* octets behind the head */
};

/* clang-format off */
static const struct row rows[] = {
    {SPAN("GET / HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 0},
    {SPAN("GET / HTTP/1.1\r\n" H "\r\nGET /2"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 6},
    {SPAN("GET / HTTP/1.1\r\n" H "\r\n\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 2},
    {SPAN("GET / HTTP/1.0\r\n\r\n"), WHOLE, METHOD_GET, SPAN("/"), 0, 0, 0},
    {SPAN("GET / HTTP/1.0\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("/"), 0, 1, 0},
    {SPAN("GET / HTTP/1.2\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 0},
    {SPAN("GET / HTTP/1.9\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 0},
    {SPAN("HEAD /a?b=c HTTP/1.1\r\nhost:x\r\n\r\n"), WHOLE, METHOD_HEAD, SPAN("/a?b=c"), 1, 1, 0},
    {SPAN("POST /f HTTP/1.1\r\nHOST:\t x \t\r\nA: b\r\n\r\nbody"), WHOLE, METHOD_POST, SPAN("/f"), 1, 2, 4},
    {SPAN("PUT /f HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_PUT, SPAN("/f"), 1, 1, 0},
    {SPAN("DELETE /f HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_DELETE, SPAN("/f"), 1, 1, 0},
    {SPAN("OPTIONS * HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_OPTIONS, SPAN("*"), 1, 1, 0},
    {SPAN("PATCH / HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_PATCH, SPAN("/"), 1, 1, 0},
    {SPAN("get / HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_UNKNOWN, SPAN("/"), 1, 1, 0},
    {SPAN("!#$%&'*+-.^_`|~ / HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_UNKNOWN, SPAN("/"), 1, 1, 0},
    {SPAN("GET http://x/ HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("http://x/"), 1, 1, 0},
    {SPAN("GET /\"<>[]\\^`{|}% HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("/\"<>[]\\^`{|}%"), 1, 1, 0},
    {SPAN("GET / HTTP/1.1\r\nHost: [::1]:4221\r\n\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 0},
    {SPAN("GET / HTTP/1.1\r\nHost: x:\r\n\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 0},
    {SPAN("GET / HTTP/1.1\r\n" H "A:\xC3\xA4\tb\r\n\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 2, 0},
    /* One empty line before the request line, and no other. */
    {SPAN("\r\nGET / HTTP/1.1\r\n" H "\r\n"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 0},
    {SPAN("\r\nGET / HTTP/1.1\r\n" H "\r\nxy"), WHOLE, METHOD_GET, SPAN("/"), 1, 1, 2},
    {.input = SPAN("\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("\nGET / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("\rGET / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN(" \r\nGET / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    /* Not all is here. */
    {.input = SPAN(""), .result = MORE},
    {.input = SPAN("\r"), .result = MORE},
    {.input = SPAN("\r\n"), .result = MORE},
    {.input = SPAN("\r\nG"), .result = MORE},
    {.input = SPAN("GET"), .result = MORE},
    {.input = SPAN("GET / HTTP/1.1"), .result = MORE},
    {.input = SPAN("GET / HTTP/1.1\r"), .result = MORE},
    {.input = SPAN("GET / HTTP/1.1\r\n" H "\r"), .result = MORE},
    {.input = SPAN("GET / HTTP/1.0\r\n"), .result = MORE},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: x y\r\n"), .result = MORE},
    /* Line ends and control characters. */
    {.input = SPAN("GET / HTTP/1.1\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: x\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n" H "\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\rX\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /\0 HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n" H "A: \0\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /\x7F HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("\x16\x03\x01\x02"), .result = -S_BAD_REQUEST},
    /* The request line. */
    {.input = SPAN("GET  / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /  HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN(" GET / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1 \r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET\t/ HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /\tHTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /a b HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("/ HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("G(T / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("G\xC4T / HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /#a HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET /\xC3\xA4 HTTP/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    /* Versions. */
    {.input = SPAN("GET / HTTP/1.10\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / 1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/11\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1,1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/a.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.a\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/01.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / http/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / Http/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTQ/1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP-1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / \r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / ABCDE1.1\r\n" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/2.0\r\n" H "\r\n"), .result = -S_VERSION_NOT_SUPPORTED},
    {.input = SPAN("GET / HTTP/0.9\r\n" H "\r\n"), .result = -S_VERSION_NOT_SUPPORTED},
    {.input = SPAN("GET / HTTP/3.7\r\n"), .result = -S_VERSION_NOT_SUPPORTED},
    {.input = SPAN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), .result = -S_VERSION_NOT_SUPPORTED},
    /* Fields. */
    {.input = SPAN("GET / HTTP/1.1\r\n " H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n\t" H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n" H " y\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost : x\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n" H ": x\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n" H "a\r\n\r\n"), .result = -S_BAD_REQUEST},
    /* Host. */
    {.input = SPAN("GET / HTTP/1.1\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.9\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET http://x/ HTTP/1.1\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHostile: x\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\n" H H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.0\r\n" H H "\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost:\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.0\r\nHost: \r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: x, y\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: a@x\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: x/\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: x:y\r\n\r\n"), .result = -S_BAD_REQUEST},
    {.input = SPAN("GET / HTTP/1.1\r\nHost: http://x\r\n\r\n"), .result = -S_BAD_REQUEST},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof rows[0] };

/* ---- Facts without addresses, to compare two readings ---- */

struct facts {
    int result;
    enum method method;
    unsigned minor, fields;
    size_t begin, target_at, target_len;
    size_t sum; /* of where the names and values are */
};

static struct facts facts_of(const struct head *head, int result, const char *buffer)
{
    if (result <= 0)
        return (struct facts){.result = result};
    struct facts facts = {
        .result = result,
        .method = head->method,
        .minor = head->minor,
        .fields = head->fields.count,
        .begin = head->begin,
        .target_at = (size_t)(head->target.at - buffer),
        .target_len = head->target.len,
    };
    for (unsigned i = 0; i < head->fields.count; i++) {
        const struct field *field = &head->fields.rows[i];
        facts.sum = facts.sum * 31 + (size_t)field->id;
        facts.sum = facts.sum * 31 + (size_t)(field->name.at - buffer) * 1009 + field->name.len;
        facts.sum = facts.sum * 31 + (size_t)(field->value.at - buffer) * 1013 + field->value.len;
    }
    return facts;
}

static bool same_facts(struct facts a, struct facts b)
{
    return a.result == b.result && a.method == b.method && a.minor == b.minor &&
           a.fields == b.fields && a.begin == b.begin && a.target_at == b.target_at &&
           a.target_len == b.target_len && a.sum == b.sum;
}

static struct facts parse_whole(struct span input)
{
    struct head head;
    head_begin(&head);
    int result = head_parse(&head, input.at, input.len);
    SWEEP(result != -S_BAD_REQUEST || head.why);
    return facts_of(&head, result, input.at);
}

/* One octet more at a time, in the same place. */
static struct facts parse_growing(struct span input)
{
    char *room = guard_room(GUARD_BEHIND, input.len);
    struct head head;
    int result = 0;
    head_begin(&head);
    for (size_t len = 0; result == 0; len++) {
        result = head_parse(&head, room, len);
        if (len == input.len)
            break;
        room[len] = input.at[len];
    }
    return facts_of(&head, result, room);
}

/* In two pieces. */
static struct facts parse_cut(struct span input, size_t cut)
{
    char *room = guard_room(GUARD_BEHIND, input.len);
    struct head head;
    head_begin(&head);
    memcpy(room, input.at, cut);
    int result = head_parse(&head, room, cut);
    memcpy(room + cut, input.at + cut, input.len - cut);
    if (result == 0)
        result = head_parse(&head, room, input.len);
    return facts_of(&head, result, room);
}

/* ---- The table ---- */

static void check_row(enum guard side, const struct row *row)
{
    struct head head;
    struct span input = guard_copy(side, row->input);
    unit_about(input);
    head_begin(&head);
    int result = head_parse(&head, input.at, input.len);
    CHECK((result > 0 ? WHOLE : result) == row->result);
    if (result <= 0 || row->result != WHOLE)
        return;
    CHECK((size_t)result == input.len - row->tail);
    CHECK(head.method == row->method);
    CHECK(span_equal(head.target, row->target));
    CHECK(head.minor == row->minor);
    CHECK(head.fields.count == row->fields);
}

static void check_cuts(struct span input)
{
    struct facts whole = parse_whole(guard_copy(GUARD_BEHIND, input));
    unit_about(input);
    SWEEP(same_facts(parse_growing(input), whole));
    for (size_t cut = 0; cut <= input.len; cut++) {
        SWEEP(same_facts(parse_cut(input, cut), whole));
        struct facts prefix = parse_whole(guard_copy(GUARD_BEHIND, (struct span){input.at, cut}));
        SWEEP(prefix.result == 0 || same_facts(prefix, whole));
    }
}

/* Every row with one octet changed: whatever that means, no cut may change it. */
static void check_mutations(struct span input)
{
    static const char octets[] = "\r\n\t :\0/A\x80\x7F";
    char room[256];
    for (size_t i = 0; i < input.len * (sizeof octets - 1); i++) {
        memcpy(room, input.at, input.len);
        room[i / (sizeof octets - 1)] = octets[i % (sizeof octets - 1)];
        struct span changed = {room, input.len};
        struct facts whole = parse_whole(guard_copy(GUARD_BEHIND, changed));
        unit_about(changed);
        SWEEP(same_facts(parse_growing(changed), whole));
    }
}

/* ---- Whether a head has begun: an empty line, or the half of one, is none ---- */

static const struct {
    struct span input;
    bool begun;
} beginnings[] = {
    {SPAN(""), false},
    {SPAN("\r"), false},
    {SPAN("\r\n"), false},
    {SPAN("\r\nG"), true},
    {SPAN("G"), true},
    {SPAN("GET / HTTP/1.1\r\n"), true},
    {SPAN("\r\nGET / HTTP/1.1\r"), true},
};

static void check_beginnings(void)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        struct head head;
        struct span input = guard_copy(GUARD_BEHIND, beginnings[i].input);
        unit_about(input);
        head_begin(&head);
        CHECK(head_parse(&head, input.at, input.len) == 0);
        CHECK(head_has_begun(&head) == beginnings[i].begun);
    }
}

int main(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (enum guard side = 0; side < GUARDS; side++)
            check_row(side, &rows[i]);
        check_cuts(rows[i].input);
        check_mutations(rows[i].input);
        CHECK(unit_swept() > 0);
    }
    check_beginnings();
    return unit_end();
}
