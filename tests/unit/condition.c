/*
 * http/condition: the four conditions and If-Range, against RFC 9110 §13 written down once more.
 *
 * The representation of the rows has the tag "1-ae1b981bc490a00-3", is of 1994-11-06 08:49:37, and
 * it is the year 2026.
 */
#include "http/condition.h"
#include "http/status.h"

#include "section.h"

#define ETAG "\"1-ae1b981bc490a00-3\""
#define THEN "Sun, 06 Nov 1994 08:49:37 GMT"

static const int64_t in_2026 = 1795000000, modified = 784111777;

enum { OK = 0, S304 = S_NOT_MODIFIED, S412 = S_PRECONDITION_FAILED };

/* fields: whole lines, each ended by a line feed. What is there, and what is not. */
static const struct {
    const char *fields;
    int get, put;           /* where there is a representation */
    int get_none, put_none; /* where there is none */
} rows[] = {
    {"", OK, OK, OK, OK},
    {"If-Range: \"x\"\nRange: bytes=0-1\n", OK, OK, OK, OK},
    /* If-Match: strong */
    {"If-Match: *\n", OK, OK, S412, S412},
    {"If-Match: " ETAG "\n", OK, OK, S412, S412},
    {"if-match:\t" ETAG "\t\n", OK, OK, S412, S412},
    {"If-Match: W/" ETAG "\n", S412, S412, S412, S412},
    {"If-Match: \"x\"\n", S412, S412, S412, S412},
    {"If-Match: \"x\", " ETAG "\n", OK, OK, S412, S412},
    {"If-Match: \"x\"\nIf-Match: " ETAG "\n", OK, OK, S412, S412},
    {"If-Match: \"x\"\nIf-Match: \"y\"\n", S412, S412, S412, S412},
    {"If-Match:\n", S412, S412, S412, S412},
    {"If-Match: ,\n", S412, S412, S412, S412},
    {"If-Match: x\n", S412, S412, S412, S412},
    {"If-Match: x, " ETAG "\n", OK, OK, S412, S412},
    {"If-Match: *, \"x\"\n", S412, S412, S412, S412},
    {"If-Match: *\nIf-Match: *\n", S412, S412, S412, S412},
    {"If-Match: \"*\"\n", S412, S412, S412, S412},
    {"If-Match: " ETAG ", \"x\", " ETAG "\n", OK, OK, S412, S412},
    /* If-None-Match: weak */
    {"If-None-Match: " ETAG ", \"x\", W/" ETAG "\n", S304, S412, OK, OK},
    {"If-None-Match: *\n", S304, S412, OK, OK},
    {"If-None-Match: " ETAG "\n", S304, S412, OK, OK},
    {"If-None-Match: W/" ETAG "\n", S304, S412, OK, OK},
    {"If-None-Match: \"x\", W/\"y\", " ETAG "\n", S304, S412, OK, OK},
    {"If-None-Match: \"x\"\nIf-None-Match: " ETAG "\n", S304, S412, OK, OK},
    {"If-None-Match: \"x,y\", \"z\"\n", OK, OK, OK, OK},
    {"If-None-Match: \"x\"\n", OK, OK, OK, OK},
    {"If-None-Match: \"*\"\n", OK, OK, OK, OK},
    {"If-None-Match:\n", OK, OK, OK, OK},
    {"If-None-Match: x\n", OK, S412, OK, S412},
    {"If-None-Match: *, *\n", OK, S412, OK, S412},
    {"If-None-Match: x, " ETAG "\n", S304, S412, OK, S412},
    /* If-Modified-Since: reading alone */
    {"If-Modified-Since: " THEN "\n", S304, OK, OK, OK},
    {"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\n", S304, OK, OK, OK},
    {"If-Modified-Since: Sun Nov  6 08:49:37 1994\n", S304, OK, OK, OK},
    {"If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\n", S304, OK, OK, OK},
    {"If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\n", OK, OK, OK, OK},
    {"If-Modified-Since: Sun, 06 Nov 2094 08:49:36 GMT\n", S304, OK, OK, OK},
    {"If-Modified-Since: yesterday\n", OK, OK, OK, OK},
    {"If-Modified-Since:\n", OK, OK, OK, OK},
    {"If-Modified-Since: " THEN "\nIf-Modified-Since: " THEN "\n", OK, OK, OK, OK},
    {"If-Modified-Since: " THEN ", " THEN "\n", OK, OK, OK, OK},
    /* If-Unmodified-Since */
    {"If-Unmodified-Since: " THEN "\n", OK, OK, OK, OK},
    {"If-Unmodified-Since: Sun, 06 Nov 1994 08:49:38 GMT\n", OK, OK, OK, OK},
    {"If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\n", S412, S412, OK, OK},
    {"If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT\n", S412, S412, OK, OK},
    {"If-Unmodified-Since: Sun Nov  6 08:49:36 1994\n", S412, S412, OK, OK},
    {"If-Unmodified-Since: yesterday\n", OK, OK, OK, OK},
    {"If-Unmodified-Since: Sun Nov  6 08:49:36 1994\nIf-Unmodified-Since: 0\n", OK, OK, OK, OK},
    /* The order of §13.2.2 */
    {"If-Match: " ETAG "\nIf-Unmodified-Since: Sun Nov  6 08:49:36 1994\n", OK, OK, S412, S412},
    {"If-Match: \"x\"\nIf-Unmodified-Since: " THEN "\n", S412, S412, S412, S412},
    {"If-Match: " ETAG "\nIf-None-Match: " ETAG "\n", S304, S412, S412, S412},
    {"If-Match: \"x\"\nIf-None-Match: " ETAG "\n", S412, S412, S412, S412},
    {"If-None-Match: " ETAG "\nIf-Modified-Since: Sun Nov  6 08:49:36 1994\n", S304, S412, OK, OK},
    {"If-None-Match: \"x\"\nIf-Modified-Since: " THEN "\n", OK, OK, OK, OK},
    {"If-Unmodified-Since: " THEN "\nIf-None-Match: *\n", S304, S412, OK, OK},
    {"If-Unmodified-Since: Sun Nov  6 08:49:36 1994\nIf-None-Match: *\n", S412, S412, OK, OK},
    {"If-Unmodified-Since: " THEN "\nIf-Modified-Since: " THEN "\n", S304, OK, OK, OK},
};

static struct validators current(void)
{
    struct validators validators;
    validators_of_file(&validators, 1, modified, 0, 3, SPAN(""));
    return validators;
}

static void check_rows(enum guard side)
{
    struct validators is = current();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fields fields;
        section_parse_lines(&fields, side, rows[i].fields);
        CHECK(condition_judge(&fields, METHOD_GET, &is, in_2026) == rows[i].get);
        CHECK(condition_judge(&fields, METHOD_HEAD, &is, in_2026) == rows[i].get);
        CHECK(condition_judge(&fields, METHOD_GET, NULL, in_2026) == rows[i].get_none);
        CHECK(condition_judge(&fields, METHOD_PUT, &is, in_2026) == rows[i].put);
        CHECK(condition_judge(&fields, METHOD_POST, &is, in_2026) == rows[i].put);
        CHECK(condition_judge(&fields, METHOD_DELETE, &is, in_2026) == rows[i].put);
        CHECK(condition_judge(&fields, METHOD_PUT, NULL, in_2026) == rows[i].put_none);
        CHECK(condition_is_given(&fields, METHOD_GET) || rows[i].get == OK);
        CHECK(condition_is_given(&fields, METHOD_PUT) || rows[i].put == OK);
    }
}

/* What has neither a tag nor a date: it is there, and that is all that can be said of it. */
static void check_without_validators(void)
{
    static const struct validators none;
    struct fields fields;
    section_parse_lines(&fields, GUARD_BEHIND, "If-Match: *\n");
    CHECK(condition_judge(&fields, METHOD_GET, &none, in_2026) == OK);
    section_parse_lines(&fields, GUARD_BEHIND, "If-Match: \"\"\n");
    CHECK(condition_judge(&fields, METHOD_GET, &none, in_2026) == S412);
    section_parse_lines(&fields, GUARD_BEHIND, "If-None-Match: *\n");
    CHECK(condition_judge(&fields, METHOD_GET, &none, in_2026) == S304);
    section_parse_lines(&fields, GUARD_BEHIND,
                        "If-None-Match: \"\"\nIf-Modified-Since: " THEN "\n");
    CHECK(condition_judge(&fields, METHOD_GET, &none, in_2026) == OK);
    section_parse_lines(&fields, GUARD_BEHIND,
                        "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\n");
    CHECK(condition_judge(&fields, METHOD_GET, &none, in_2026) == OK);
    section_parse_lines(&fields, GUARD_BEHIND, "If-Range: Thu, 01 Jan 1970 00:00:00 GMT\n");
    CHECK(!condition_range_holds(&fields, &none, in_2026));
}

/* ---- If-Range ---- */

static const struct {
    const char *fields;
    bool holds;
} if_range[] = {
    {"", true},
    {"Range: bytes=0-1\n", true},
    {"If-Range: " ETAG "\n", true},
    {"If-Range: W/" ETAG "\n", false},
    {"If-Range: \"x\"\n", false},
    {"If-Range: *\n", false},
    {"If-Range:\n", false},
    {"If-Range: x\n", false},
    {"If-Range: " ETAG ", " ETAG "\n", false},
    {"If-Range: " ETAG "\nIf-Range: " ETAG "\n", false},
    {"If-Range: " THEN "\n", true},
    {"If-Range: Sunday, 06-Nov-94 08:49:37 GMT\n", true},
    {"If-Range: Sun Nov  6 08:49:37 1994\n", true},
    {"If-Range: Sun, 06 Nov 1994 08:49:38 GMT\n", false},
    {"If-Range: Sun, 06 Nov 1994 08:49:36 GMT\n", false},
    {"If-Range: \"" THEN "\"\n", false},
};

static void check_if_range(enum guard side)
{
    struct validators is = current();
    struct fields fields;
    for (size_t i = 0; i < sizeof if_range / sizeof if_range[0]; i++) {
        section_parse_lines(&fields, side, if_range[i].fields);
        CHECK(condition_range_holds(&fields, &is, in_2026) == if_range[i].holds);
        CHECK(!condition_is_given(&fields, METHOD_GET));
    }
    /* The second that is still under way tells no two versions apart. */
    section_parse_lines(&fields, side, "If-Range: " THEN "\n");
    CHECK(!condition_range_holds(&fields, &is, modified - 1));
    CHECK(!condition_range_holds(&fields, &is, modified));
    CHECK(condition_range_holds(&fields, &is, modified + 1));
}

int main(void)
{
    struct validators is = current();
    CHECK(span_equal((struct span){is.etag, is.etag_len}, SPAN(ETAG)));
    for (enum guard side = 0; side < GUARDS; side++) {
        check_rows(side);
        check_if_range(side);
    }
    check_without_validators();
    return unit_end();
}
