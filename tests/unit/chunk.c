/*
 * http/chunk: the chunked coding, by a table, and cut everywhere.
 */
#include "http/chunk.h"

#include "http/status.h"
#include "unit.h"

enum { BAD = -S_BAD_REQUEST };

/* What a reading came to. */
struct outcome {
    int status;   /* 0 or negative */
    bool last;    /* the last chunk was read */
    size_t taken; /* octets, where nothing was refused */
    char room[128];
    struct unit_text data;
};

static void begin(struct outcome *outcome)
{
    outcome->status = 0;
    outcome->last = false;
    outcome->taken = 0;
    outcome->data = (struct unit_text){outcome->room, 0, sizeof outcome->room};
}

/* Feeds one piece, until it is used up, the last chunk is read, or it is refused. */
static void feed(struct chunk *chunk, struct span piece, struct outcome *outcome)
{
    while (piece.len && outcome->status == 0 && !chunk_is_last(chunk)) {
        struct span data;
        int taken = chunk_parse(chunk, piece, &data);
        SWEEP(taken != 0 && (taken < 0 || (size_t)taken <= piece.len));
        SWEEP((taken < 0) == (chunk->why != NULL));
        if (taken <= 0) {
            outcome->status = taken;
            return;
        }
        SWEEP(data.len == 0 || (data.at >= piece.at && data.len <= (size_t)taken));
        unit_append(&outcome->data, data);
        outcome->taken += (size_t)taken;
        piece = span_after(piece, (size_t)taken);
    }
    outcome->last = chunk_is_last(chunk);
}

/* In two pieces, the second in single octets where those are asked for; each piece guarded. */
static void read_cut(struct outcome *outcome, struct span input, size_t cut, bool singly)
{
    struct chunk chunk;
    begin(outcome);
    chunk_begin(&chunk);
    feed(&chunk, guard_copy(GUARD_BEHIND, (struct span){input.at, cut}), outcome);
    struct span rest = span_after(input, cut);
    for (size_t i = 0; singly && i < rest.len; i++)
        feed(&chunk, guard_copy(GUARD_BEHIND, (struct span){rest.at + i, 1}), outcome);
    if (!singly)
        feed(&chunk, guard_copy(GUARD_BEFORE, rest), outcome);
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->status == b->status && a->last == b->last &&
           (a->status != 0 || a->taken == b->taken) &&
           span_equal(unit_span(&a->data), unit_span(&b->data));
}

static void check_cuts(struct span input)
{
    struct outcome whole, cut;
    read_cut(&whole, input, input.len, false);
    read_cut(&cut, input, 0, true);
    unit_about(input);
    SWEEP(same(&whole, &cut));
    for (size_t at = 0; at < input.len; at++) {
        read_cut(&cut, input, at, false);
        SWEEP(same(&whole, &cut));
    }
}

/* ---- The table ---- */

/* clang-format off */
static const struct {
    struct span input;
    int status;
    bool last;
    struct span data;
    size_t tail; /* octets behind the last chunk's line */
} rows[] = {
    {SPAN(""), 0, false, SPAN(""), 0},
    {SPAN("0\r\n"), 0, true, SPAN(""), 0},
    {SPAN("0\r\n\r\n"), 0, true, SPAN(""), 2},
    {SPAN("000\r\nA: b\r\n\r\n"), 0, true, SPAN(""), 8},
    {SPAN("000000000000000\r\n"), 0, true, SPAN(""), 0},
    {SPAN("1\r\na\r\n0\r\n\r\n"), 0, true, SPAN("a"), 2},
    {SPAN("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET"), 0, true, SPAN("hello world"), 5},
    {SPAN("2\r\n\r\n\r\n0\r\n"), 0, true, SPAN("\r\n"), 0},
    {SPAN("a\r\n0123456789\r\n0\r\n"), 0, true, SPAN("0123456789"), 0},
    {SPAN("A\r\n0123456789\r\n0\r\n"), 0, true, SPAN("0123456789"), 0},
    {SPAN("00000000000000A\r\n0123456789\r\n0\r\n"), 0, true, SPAN("0123456789"), 0},
    {SPAN("1f\r\nabc"), 0, false, SPAN("abc"), 0},
    {SPAN("FFFFFFFFFFFFFFF\r\nabc"), 0, false, SPAN("abc"), 0},
    {SPAN("3\r\nabc\r\n"), 0, false, SPAN("abc"), 0},
    {SPAN("3\r\nabc\r"), 0, false, SPAN("abc"), 0},
    {SPAN("3"), 0, false, SPAN(""), 0},
    /* Extensions */
    {SPAN("1;a\r\nx\r\n0;b\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1;a=b\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1;a=b;c;d=e\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1 \t; \ta \t= \tb \t; \tc\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1;a=\"\"\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1;a=\"b;c= \t\x80\"\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1;a=\"\\\"\\\\\\b\" ;c\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1;a=\"b"), 0, false, SPAN(""), 0},
    {SPAN("1;!#$%&'*+-.^_`|~=0\r\nx\r\n0\r\n"), 0, true, SPAN("x"), 0},
    {SPAN("1; \r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;;a\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a;\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;=b\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a= ;b\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=b=c\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a b\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=b c\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a \r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=b \r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"b\" \r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"b\"c\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=b\"c\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;\"a\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"b\r\n\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"b\n\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"\\\r\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"\\\0\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a=\"\x7F\"\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a\x80\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a\n"), BAD, false, SPAN(""), 0},
    {SPAN("1;a\rx"), BAD, false, SPAN(""), 0},
    {SPAN("1 a\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1,a\r\n"), BAD, false, SPAN(""), 0},
    /* Sizes */
    {SPAN("\r\n"), BAD, false, SPAN(""), 0},
    {SPAN(";a\r\n"), BAD, false, SPAN(""), 0},
    {SPAN(" 1\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1 \r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1\t\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("-1\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("+1\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("0x1\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1g\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1_0\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1h\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1.0\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1\n"), BAD, false, SPAN(""), 0},
    {SPAN("1\rx"), BAD, false, SPAN(""), 0},
    {SPAN("1\r\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1\0\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("1\x80\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("0000000000000000\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("0000000000000001\r\nx"), BAD, false, SPAN(""), 0},
    {SPAN("1000000000000000\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("FFFFFFFFFFFFFFFF\r\n"), BAD, false, SPAN(""), 0},
    {SPAN("10000000000000005\r\nhello"), BAD, false, SPAN(""), 0},
    /* Data */
    {SPAN("1\r\nab\r\n"), BAD, false, SPAN("a"), 0},
    {SPAN("1\r\na\n"), BAD, false, SPAN("a"), 0},
    {SPAN("1\r\na\rb"), BAD, false, SPAN("a"), 0},
    {SPAN("1\r\na\r\r\n"), BAD, false, SPAN("a"), 0},
    {SPAN("1\r\na0\r\n"), BAD, false, SPAN("a"), 0},
    {SPAN("1\r\na\r\n\r\n"), BAD, false, SPAN("a"), 0},
};
/* clang-format on */

static void check_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome;
        struct span input = rows[i].input;
        read_cut(&outcome, input, input.len, false);
        unit_about(input);
        CHECK(outcome.status == rows[i].status);
        CHECK(outcome.last == rows[i].last);
        CHECK(span_equal(unit_span(&outcome.data), rows[i].data));
        CHECK(outcome.status < 0 || outcome.taken == input.len - rows[i].tail);
        check_cuts(input);
    }
    CHECK(unit_swept() > 0);
}

static const struct {
    struct span input;
    uint64_t announced;
} announcements[] = {
    {SPAN(""), 0},
    {SPAN("5"), 0},
    {SPAN("5\r"), 0},
    {SPAN("5;a"), 0},
    {SPAN("5\r\n"), 5},
    {SPAN("5\r\nhe"), 3},
    {SPAN("5\r\nhello"), 0},
    {SPAN("5\r\nhello\r\n3"), 0},
    {SPAN("FFFFFFFFFFFFFFF;a=b\r\n"), UINT64_C(0xFFFFFFFFFFFFFFF)},
    {SPAN("0\r\n"), 0},
};

static void check_announcements(void)
{
    for (size_t i = 0; i < sizeof announcements / sizeof announcements[0]; i++) {
        struct chunk chunk;
        struct outcome outcome;
        begin(&outcome);
        chunk_begin(&chunk);
        unit_about(announcements[i].input);
        feed(&chunk, guard_copy(GUARD_BEHIND, announcements[i].input), &outcome);
        CHECK(chunk_announced(&chunk) == announcements[i].announced);
    }
}

/* Rows with up to three octets changed. */
static void check_mutations(void)
{
    static const char octets[] = "\r\n\t ;=\"\\0aFg\x80";
    char room[64];
    for (unsigned i = 0; i < 20000; i++) {
        struct span input = rows[unit_random() % (sizeof rows / sizeof rows[0])].input;
        for (unsigned change = 0; input.len && change < 1 + i % 3; change++) {
            memmove(room, input.at, input.len);
            room[unit_random() % input.len] = octets[unit_random() % (sizeof octets - 1)];
            input.at = room;
        }
        check_cuts(input);
    }
    CHECK(unit_swept() > 0);
}

int main(void)
{
    check_rows();
    check_announcements();
    check_mutations();
    return unit_end();
}
