/*
 * http/framing: what a head says of its body and of the connection.
 */
#include "http/framing.h"

#include "http/status.h"
#include "unit.h"

#define GET    "GET / HTTP/1.1\r\nHost: x\r\n"
#define GET_0  "GET / HTTP/1.0\r\n"
#define POST   "POST / HTTP/1.1\r\nHost: x\r\n"
#define POST_0 "POST / HTTP/1.0\r\n"
#define PUT    "PUT / HTTP/1.1\r\nHost: x\r\n"
#define CL     "Content-Length: "
#define TE     "Transfer-Encoding: "
#define EXPECT "Expect: 100-continue\r\n"

enum { BAD = -S_BAD_REQUEST, UNKNOWN = -S_NOT_IMPLEMENTED };

/* ---- Bodies ---- */

static const struct {
    const char *fields; /* a head without its empty line */
    int result;
    enum body_kind body;
    uint64_t length;
} bodies[] = {
    {GET, 0, BODY_NONE, 0},
    {POST, 0, BODY_NONE, 0},
    {PUT, 0, BODY_NONE, 0},
    {GET CL "0\r\n", 0, BODY_NONE, 0},
    {GET CL "000\r\n", 0, BODY_NONE, 0},
    {"HEAD / HTTP/1.1\r\nHost: x\r\n" CL "0\r\n", 0, BODY_NONE, 0},
    {"DELETE / HTTP/1.1\r\nHost: x\r\n" CL "0\r\n", 0, BODY_NONE, 0},
    {POST CL "0\r\n", 0, BODY_NONE, 0},
    {POST CL "1\r\n", 0, BODY_LENGTH, 1},
    {POST "content-length:\t12 \r\n", 0, BODY_LENGTH, 12},
    {POST CL "007\r\n", 0, BODY_LENGTH, 7},
    {POST_0 CL "5\r\n", 0, BODY_LENGTH, 5},
    {POST CL "999999999999999999\r\n", 0, BODY_LENGTH, UINT64_C(999999999999999999)},
    {POST CL "000000000000000005\r\n", 0, BODY_LENGTH, 5},
    {POST TE "chunked\r\n", 0, BODY_CHUNKED, 0},
    {POST TE "Chunked\r\n", 0, BODY_CHUNKED, 0},
    {POST "TRANSFER-ENCODING:\t CHUNKED\t\r\n", 0, BODY_CHUNKED, 0},
    {"OPTIONS / HTTP/1.1\r\nHost: x\r\n" CL "5\r\n", 0, BODY_LENGTH, 5},
    {"PATCH / HTTP/1.1\r\nHost: x\r\n" TE "chunked\r\n", 0, BODY_CHUNKED, 0},
    {"BREW / HTTP/1.1\r\nHost: x\r\n" CL "5\r\n", 0, BODY_LENGTH, 5},
    /* Content-Length */
    {POST CL "1000000000000000000\r\n", BAD, BODY_NONE, 0},
    {POST CL "0000000000000000005\r\n", BAD, BODY_NONE, 0},
    {POST CL "99999999999999999999999\r\n", BAD, BODY_NONE, 0},
    {POST CL "\r\n", BAD, BODY_NONE, 0},
    {POST CL "+5\r\n", BAD, BODY_NONE, 0},
    {POST CL "-5\r\n", BAD, BODY_NONE, 0},
    {POST CL "-0\r\n", BAD, BODY_NONE, 0},
    {POST CL "5 6\r\n", BAD, BODY_NONE, 0},
    {POST CL "5,\r\n", BAD, BODY_NONE, 0},
    {POST CL "5, 5\r\n", BAD, BODY_NONE, 0},
    {POST CL "5, 6\r\n", BAD, BODY_NONE, 0},
    {POST CL "0x5\r\n", BAD, BODY_NONE, 0},
    {POST CL "5a\r\n", BAD, BODY_NONE, 0},
    {POST CL "5.0\r\n", BAD, BODY_NONE, 0},
    {POST CL "1e1\r\n", BAD, BODY_NONE, 0},
    {POST CL "\"5\"\r\n", BAD, BODY_NONE, 0},
    {POST CL "\xB2\r\n", BAD, BODY_NONE, 0},
    {POST CL "5\r\n" CL "5\r\n", BAD, BODY_NONE, 0},
    {POST CL "5\r\n" CL "6\r\n", BAD, BODY_NONE, 0},
    {POST CL "5\r\nA: b\r\ncontent-LENGTH: 5\r\n", BAD, BODY_NONE, 0},
    {GET CL "0\r\n" CL "0\r\n", BAD, BODY_NONE, 0},
    /* Both */
    {POST CL "5\r\n" TE "chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\r\n" CL "5\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\r\n" CL "0\r\n", BAD, BODY_NONE, 0},
    {POST TE "\r\n" CL "5\r\n", BAD, BODY_NONE, 0},
    {POST TE "gzip, chunked\r\n" CL "5\r\n", BAD, BODY_NONE, 0},
    /* Transfer-Encoding */
    {POST TE "\r\n", BAD, BODY_NONE, 0},
    {POST TE ",\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked,\r\n", BAD, BODY_NONE, 0},
    {POST TE ", chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked, chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\r\n" TE "chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\r\n" TE "\r\n", BAD, BODY_NONE, 0},
    {POST TE "\r\n" TE "chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\r\n" TE "gzip\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\r\n" TE "identity\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked, gzip\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked, identity\r\n", BAD, BODY_NONE, 0},
    {POST TE "gzip\r\n", BAD, BODY_NONE, 0},
    {POST TE "identity\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked;a=b\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked;\r\n", BAD, BODY_NONE, 0},
    {POST TE "gzip;a=b, chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "a;b=\"c,d\", chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chun ked\r\n", BAD, BODY_NONE, 0},
    {POST TE "xchunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunkedx\r\n", BAD, BODY_NONE, 0},
    {POST TE "\"chunked\"\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunked\x80\r\n", BAD, BODY_NONE, 0},
    {POST TE "chunke\xC4\x91\r\n", BAD, BODY_NONE, 0},
    {POST TE "gzip chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "gzip, chunked, chunked\r\n", BAD, BODY_NONE, 0},
    {POST_0 TE "chunked\r\n", BAD, BODY_NONE, 0},
    {POST_0 TE "gzip, chunked\r\n", BAD, BODY_NONE, 0},
    {POST TE "gzip, chunked\r\n", UNKNOWN, BODY_NONE, 0},
    {POST TE "gzip\r\n" TE "chunked\r\n", UNKNOWN, BODY_NONE, 0},
    {POST TE "identity, chunked\r\n", UNKNOWN, BODY_NONE, 0},
    {POST TE "a, b, c, CHUNKED\r\n", UNKNOWN, BODY_NONE, 0},
    /* A body where there must be none */
    {GET CL "1\r\n", BAD, BODY_NONE, 0},
    {GET TE "chunked\r\n", BAD, BODY_NONE, 0},
    {GET_0 CL "1\r\n", BAD, BODY_NONE, 0},
    {"HEAD / HTTP/1.1\r\nHost: x\r\n" CL "1\r\n", BAD, BODY_NONE, 0},
    {"DELETE / HTTP/1.1\r\nHost: x\r\n" CL "1\r\n", BAD, BODY_NONE, 0},
    {"DELETE / HTTP/1.1\r\nHost: x\r\n" TE "chunked\r\n", BAD, BODY_NONE, 0},
};

/* Reads the head, whose text has to stay. */
static void parse(struct head *head, enum guard side, const char *fields)
{
    char room[512];
    struct unit_text text = {room, 0, sizeof room};
    unit_append(&text, span_of(fields));
    unit_append(&text, SPAN("\r\n"));
    struct span input = guard_copy(side, unit_span(&text));
    unit_about(input);
    head_begin(head);
    CHECK(head_parse(head, input.at, input.len) == (int)input.len);
}

static void check_bodies(enum guard side)
{
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct head head;
        struct framing framing;
        parse(&head, side, bodies[i].fields);
        CHECK(framing_decide(&framing, &head) == bodies[i].result);
        CHECK((framing.why != NULL) == (bodies[i].result < 0));
        if (bodies[i].result < 0)
            continue;
        CHECK(framing.body == bodies[i].body);
        CHECK(framing.length == bodies[i].length);
    }
}

/* ---- Connection ---- */

static const struct {
    const char *fields;
    bool close;
} connections[] = {
    {GET, false},
    {GET_0, true},
    {GET "Connection: close\r\n", true},
    {GET "connection:CLOSE\r\n", true},
    {GET "Connection: foo, Close\r\n", true},
    {GET "Connection: foo,\tclose ,bar\r\n", true},
    {GET "Connection: foo\r\nConnection: close\r\n", true},
    {GET "Connection: close\r\nConnection: keep-alive\r\n", true},
    {GET "Connection: keep-alive, close\r\n", true},
    {GET "Connection: xclose\r\n", false},
    {GET "Connection: closed\r\n", false},
    {GET "Connection: close;a\r\n", false},
    {GET "Connection: \"close\"\r\n", false},
    {GET "Connection: clo se\r\n", false},
    {GET "Connection:\r\n", false},
    {GET "Connection: ,\r\n", false},
    {GET "Connection: keep-alive\r\n", false},
    {GET "Keep-Alive: close\r\n", false},
    {GET_0 "Connection: keep-alive\r\n", false},
    {GET_0 "Connection: foo, Keep-ALIVE\r\n", false},
    {GET_0 "Connection: foo\r\nConnection: keep-alive\r\n", false},
    {GET_0 "Connection: keep-alive, close\r\n", true},
    {GET_0 "Connection: close, keep-alive\r\n", true},
    {GET_0 "Connection: keep-alives\r\n", true},
    {GET_0 "Keep-Alive: timeout=5\r\n", true},
    {"GET / HTTP/1.7\r\nHost: x\r\n", false},
};

static void check_connections(enum guard side)
{
    for (size_t i = 0; i < sizeof connections / sizeof connections[0]; i++) {
        struct head head;
        struct framing framing;
        parse(&head, side, connections[i].fields);
        CHECK(framing_decide(&framing, &head) == 0);
        CHECK(framing.wants_close == connections[i].close);
    }
}

/* ---- Expectations ---- */

static const struct {
    const char *fields;
    bool unmet, expects_continue;
} expectations[] = {
    {POST CL "5\r\n", false, false},
    {POST CL "5\r\n" EXPECT, false, true},
    {POST TE "chunked\r\n" EXPECT, false, true},
    {POST CL "5\r\nexpect:100-CONTINUE\r\n", false, true},
    {POST CL "5\r\n" EXPECT EXPECT, false, true},
    {POST CL "5\r\nExpect: , 100-continue,\r\n", false, true},
    {POST CL "0\r\n" EXPECT, false, false},
    {POST EXPECT, false, false},
    {GET EXPECT, false, false},
    {POST_0 CL "5\r\n" EXPECT, false, false},
    {POST CL "5\r\nExpect: 200-ok\r\n", true, false},
    {POST CL "5\r\nExpect: 100-continue;a=b\r\n", true, false},
    {POST CL "5\r\nExpect: 100-continue=\"a,b\"\r\n", true, false},
    {POST CL "5\r\nExpect: 100 continue\r\n", true, false},
    {POST CL "5\r\nExpect: 100-continuex\r\n", true, false},
    {POST CL "5\r\n" EXPECT "Expect: x\r\n", true, false},
    {POST CL "5\r\nExpect: x, 100-continue\r\n", true, false},
    {GET "Expect: x\r\n", true, false},
};

static void check_expectations(enum guard side)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        struct head head;
        struct framing framing;
        parse(&head, side, expectations[i].fields);
        CHECK(framing_decide(&framing, &head) == 0);
        CHECK(framing_unmet_expectation(&head) == expectations[i].unmet);
        CHECK(expectations[i].unmet ||
              framing.expects_continue == expectations[i].expects_continue);
    }
}

/* A list without members asks for nothing: who sends it does not wait for a 100. */
static void check_the_empty_expectation(void)
{
    static const char *const fields[] = {POST CL "5\r\nExpect:\r\n", POST CL "5\r\nExpect: ,\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct head head;
        struct framing framing;
        parse(&head, GUARD_BEHIND, fields[i]);
        CHECK(framing_decide(&framing, &head) == 0);
        CHECK(framing_unmet_expectation(&head) || !framing.expects_continue);
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++) {
        check_bodies(side);
        check_connections(side);
        check_expectations(side);
    }
    check_the_empty_expectation();
    return unit_end();
}
