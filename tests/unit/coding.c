/*
 * http/coding: the negotiation of content codings (RFC 9110 §12.5.3).
 */
#include "http/coding.h"

#include "section.h"

#define IDENTITY CODING_IDENTITY
#define GZIP     CODING_GZIP
#define REFUSED  CODING_REFUSED

/* lines: the values of Accept-Encoding lines, each ended by a line feed. */
static const struct {
    const char *lines;
    enum coding coding;
} rows[] = {
    /* Names */
    {"", IDENTITY},
    {"\n", IDENTITY},
    {" \n", IDENTITY},
    {"gzip\n", GZIP},
    {"GZIP\n", GZIP},
    {"gZiP\n", GZIP},
    {"x-gzip\n", GZIP},
    {"X-GZIP\n", GZIP},
    {"identity\n", IDENTITY},
    {"deflate\n", IDENTITY},
    {"br\n", IDENTITY},
    {"gzi\n", IDENTITY},
    {"gzipp\n", IDENTITY},
    {"gzip2\n", IDENTITY},
    {"x-gzipp\n", IDENTITY},
    {"invalid-encoding\n", IDENTITY},
    {"compress, gzip\n", GZIP},
    {"gzip, deflate, br, zstd\n", GZIP},
    {"invalid-1, gzip, invalid-2\n", GZIP},
    {"deflate, br\n", IDENTITY},
    {"deflate,gzip\n", GZIP},
    {"identity, gzip\n", GZIP},
    {"gzip, identity\n", GZIP},
    /* Weights */
    {"gzip;q=1\n", GZIP},
    {"gzip;q=1.\n", GZIP},
    {"gzip;q=1.0\n", GZIP},
    {"gzip;q=1.000\n", GZIP},
    {"gzip;Q=1\n", GZIP},
    {"gzip;q=0.001\n", GZIP},
    {"gzip;q=0.5\n", GZIP},
    {"gzip;q=0\n", IDENTITY},
    {"gzip;q=0.\n", IDENTITY},
    {"gzip;q=0.0\n", IDENTITY},
    {"gzip;q=0.000\n", IDENTITY},
    {"gzip;Q=0\n", IDENTITY},
    {"x-gzip;q=0\n", IDENTITY},
    {"gzip \t; \tq=0\n", IDENTITY},
    {"gzip \t; \tq=0.1\n", GZIP},
    {"gzip;q=0.5, identity;q=0.5\n", GZIP},
    {"gzip;q=0.500, identity;q=0.5\n", GZIP},
    {"gzip;q=0.499, identity;q=0.5\n", IDENTITY},
    {"gzip;q=0.501, identity;q=0.5\n", GZIP},
    {"gzip;q=0.5, identity\n", IDENTITY},
    {"gzip;q=0.5, identity;q=0.1\n", GZIP},
    {"gzip;q=0.999, identity;q=1.000\n", IDENTITY},
    {"gzip;q=0.001, identity;q=0.002\n", IDENTITY},
    {"gzip;q=0.001, identity;q=0\n", GZIP},
    {"deflate;q=1, gzip;q=0.1\n", GZIP},
    /* Refusals */
    {"identity;q=0\n", REFUSED},
    {"identity;q=0.000\n", REFUSED},
    {"IDENTITY;Q=0\n", REFUSED},
    {"identity;q=0, gzip\n", GZIP},
    {"gzip, identity;q=0\n", GZIP},
    {"identity;q=0, gzip;q=0\n", REFUSED},
    {"identity;q=0, br\n", REFUSED},
    {"*;q=0\n", REFUSED},
    {"*;q=0.000\n", REFUSED},
    {"gzip;q=0, *;q=0\n", REFUSED},
    {"br, *;q=0\n", REFUSED},
    {"gzip;q=0, *;q=0, identity;q=0\n", REFUSED},
    /* Star */
    {"*\n", GZIP},
    {"*;q=1\n", GZIP},
    {"*;q=0.001\n", GZIP},
    {"*, gzip;q=0\n", IDENTITY},
    {"gzip;q=0, *\n", IDENTITY},
    {"gzip, *;q=0\n", GZIP},
    {"*;q=0, gzip\n", GZIP},
    {"x-gzip, *;q=0\n", GZIP},
    {"identity, *;q=0\n", IDENTITY},
    {"*;q=0, identity;q=0.1\n", IDENTITY},
    {"identity;q=0, *\n", GZIP},
    {"identity;q=0, *;q=0.1\n", GZIP},
    {"identity;q=0.5, *;q=0.1\n", IDENTITY},
    {"identity;q=0.1, *;q=0.5\n", GZIP},
    {"gzip;q=0.1, *;q=0.5\n", IDENTITY},
    {"gzip;q=0.5, *;q=0.1\n", GZIP},
    {"br;q=1.0, gzip;q=0.8, *;q=0.1\n", GZIP},
    {"deflate, gzip;q=1.0, *;q=0.5\n", GZIP},
    /* Blanks, empty members, several lines */
    {",\n", IDENTITY},
    {",,gzip,,\n", GZIP},
    {" , \t, gzip \t,\n", GZIP},
    {",identity;q=0,\n", REFUSED},
    {"gzip\n*;q=0\n", GZIP},
    {"br\ngzip\n", GZIP},
    {"\ngzip\n", GZIP},
    {"gzip;q=0.5\nidentity;q=0.9\n", IDENTITY},
    {"identity;q=0\n\nbr\n", REFUSED},
    {"gzip;q=0\nidentity;q=0\n", REFUSED},
    /* Members that are not by the grammar are passed over */
    {"gzip;q=2\n", IDENTITY},
    {"gzip;q=1.001\n", IDENTITY},
    {"gzip;q=1.1\n", IDENTITY},
    {"gzip;q=0.1234\n", IDENTITY},
    {"gzip;q=1.0000\n", IDENTITY},
    {"gzip;q=.5\n", IDENTITY},
    {"gzip;q=00.5\n", IDENTITY},
    {"gzip;q=01\n", IDENTITY},
    {"gzip;q=-1\n", IDENTITY},
    {"gzip;q=+1\n", IDENTITY},
    {"gzip;q=0,5\n", IDENTITY},
    {"gzip;q=0.5x\n", IDENTITY},
    {"gzip;q=0.x\n", IDENTITY},
    {"gzip;q=\"1\"\n", IDENTITY},
    {"gzip;q=\n", IDENTITY},
    {"gzip;q\n", IDENTITY},
    {"gzip;\n", IDENTITY},
    {"gzip;;q=1\n", IDENTITY},
    {"gzip;q =1\n", IDENTITY},
    {"gzip;q= 1\n", IDENTITY},
    {"gzip;level=9\n", IDENTITY},
    {"gzip;q=1;level=9\n", IDENTITY},
    {"gz ip\n", IDENTITY},
    {"\"gzip\"\n", IDENTITY},
    {"gzip deflate\n", IDENTITY},
    {";q=1\n", IDENTITY},
    {"gzip\x80\n", IDENTITY},
    {"identity;q=0x\n", IDENTITY},
    {"*;q=0.0000\n", IDENTITY},
    {"**\n", IDENTITY},
    {"gzip;q=2, gzip\n", GZIP},
    {"gzip, identity;q=2\n", GZIP},
};

/* What the last section that was looked at says of identity. */
static bool excludes_identity;

/* A section of other fields with these lines among them. */
static enum coding choose(enum guard side, const char *lines)
{
    char room[512];
    struct unit_text text = {room, 0, sizeof room};
    struct fields fields;
    struct span rest = span_of(lines);
    unit_append(&text, SPAN("Accept: a, gzip;q=0\r\n"));
    while (rest.len) {
        unit_append(&text, SPAN("accept-ENCODING:"));
        unit_append(&text, span_cut(&rest, '\n'));
        unit_append(&text, SPAN("\r\n"));
    }
    unit_append(&text, SPAN("Accept-Encodings: gzip\r\n\r\n"));
    section_parse(&fields, side, unit_span(&text));
    excludes_identity = coding_excludes_identity(&fields);
    return coding_choose(&fields);
}

static void check_rows(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unit_about(span_of(rows[i].lines));
        CHECK(choose(side, rows[i].lines) == rows[i].coding);
        CHECK(!excludes_identity || rows[i].coding != IDENTITY);
    }
}

/* Every weight that there is, against another, the preferred coding first and last. */
static void check_all_weights(void)
{
    char lines[64];
    for (int thousandths = 0; thousandths <= 1000; thousandths++) {
        int whole = thousandths / 1000, decimals = thousandths % 1000;
        enum coding chosen = thousandths >= 500 ? GZIP : IDENTITY;
        snprintf(lines, sizeof lines, "gzip;q=%d.%03d, identity;q=0.5\n", whole, decimals);
        unit_about(span_of(lines));
        SWEEP(choose(GUARD_BEHIND, lines) == chosen);
        snprintf(lines, sizeof lines, "identity;q=%d.%03d, gzip;q=0.5\n", whole, decimals);
        unit_about(span_of(lines));
        SWEEP(choose(GUARD_BEHIND, lines) == (thousandths > 500 ? IDENTITY : GZIP));
    }
    CHECK(unit_swept() == 2002);
}

/* ---- All ways to name the three or leave them out, against the rules of the section ---- */

enum { LEFT_OUT, ZERO, HALF, ONE, WEIGHTS };

static enum coding by_the_rules(int gzip, int identity, int star)
{
    int gzip_weight = gzip != LEFT_OUT ? gzip : star;
    int identity_weight = identity != LEFT_OUT ? identity : star;
    bool gzip_can = gzip_weight > ZERO;
    bool identity_can = identity_weight != ZERO;
    if (gzip_can && identity_can)
        return gzip_weight >= identity_weight ? GZIP : IDENTITY;
    return gzip_can ? GZIP : identity_can ? IDENTITY : REFUSED;
}

static void check_all_combinations(void)
{
    static const char *const weights[WEIGHTS] = {"", ";q=0,", ";q=0.5,", ","};
    for (int i = 0; i < WEIGHTS * WEIGHTS * WEIGHTS; i++) {
        char lines[64];
        int gzip = i % WEIGHTS, identity = i / WEIGHTS % WEIGHTS, star = i / WEIGHTS / WEIGHTS;
        snprintf(lines, sizeof lines, "%s%s%s%s%s%s\n", gzip ? "gzip" : "", weights[gzip],
                 identity ? "identity" : "", weights[identity], star ? "*" : "", weights[star]);
        unit_about(span_of(lines));
        CHECK(choose(GUARD_BEHIND, lines) == by_the_rules(gzip, identity, star));
        CHECK(excludes_identity == (identity == ZERO || (identity == LEFT_OUT && star == ZERO)));
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        check_rows(side);
    check_all_weights();
    check_all_combinations();
    CHECK(span_equal(coding_name(CODING_GZIP), SPAN("gzip")));
    CHECK(coding_name(CODING_IDENTITY).len == 0);
    CHECK(span_equal(coding_ending(CODING_GZIP), SPAN(".gz")));
    CHECK(coding_ending(CODING_IDENTITY).len == 0);
    return unit_end();
}
