/*
 * http/origin: which origins are a request's own, and which pages of a browser are ours.
 */
#include "http/origin.h"

#include "section.h"

/* lines: whole fields, each ended by a line feed. */
static const struct {
    const char *host; /* what the request was sent to; "" where it does not say */
    const char *lines;
    bool own;
} rows[] = {
    {"h", "", true},
    {"", "", true},
    {"h", "Origin: http://h\n", true},
    {"h:80", "Origin: http://h\n", true},
    {"h", "Origin: http://h:80\n", true},
    {"h:", "Origin: http://h\n", true},
    {"h:0080", "Origin: http://h\n", true},
    {"h:8080", "Origin: http://h:8080\n", true},
    {"H", "origin: HTTP://h\n", true},
    {"h", "Origin: https://h\n", true},
    {"h:443", "Origin: https://h\n", true},
    {"h", "Origin: https://h:443\n", true},
    {"[::1]:8080", "Origin: http://[::1]:8080\n", true},
    {"h:0", "Origin: http://h:0\n", true},
    {"h:0", "Origin: http://h\n", false},
    {"h:443", "Origin: http://h\n", false},
    {"h:80", "Origin: https://h\n", false},
    {"h", "Origin: http://h:8080\n", false},
    {"h:8080", "Origin: http://h\n", false},
    {"h", "Origin: http://i\n", false},
    {"h", "Origin: http://hh\n", false},
    {"hh", "Origin: http://h\n", false},
    {"h", "Origin: http://h.\n", false},
    {"", "Origin: http://h\n", false},
    {"", "Origin: http://\n", false},
    {"h", "Origin: http://\n", false},
    {"h", "Origin: http://:80\n", false},
    {"h", "Origin: null\n", false},
    {"h", "Origin:\n", false},
    {"h", "Origin: h\n", false},
    {"h", "Origin: //h\n", false},
    {"h", "Origin: ftp://h\n", false},
    {"h", "Origin: http:/h\n", false},
    {"h", "Origin: httpx://h\n", false},
    {"h", "Origin: http://h/\n", false},
    {"h", "Origin: http://h/p\n", false},
    {"h", "Origin: http://u@h\n", false},
    {"h", "Origin: http://h http://i\n", false},
    {"h", "Origin: http://h, http://h\n", false},
    {"h", "Origin: http://h:99999\n", false},
    {"h", "Origin: http://h\nOrigin: http://h\n", false},
    {"h", "Origin: http://h\nOrigin: http://i\n", false},
};

static const struct {
    const char *lines;
    bool own;
} fetch_rows[] = {
    {"", true},
    {"Sec-Fetch-Site: same-origin\n", true},
    {"sec-fetch-site:none\n", true},
    {"Sec-Fetch-Site: cross-site\n", false},
    {"Sec-Fetch-Site: same-site\n", false},
    {"Sec-Fetch-Site: NONE\n", false},
    {"Sec-Fetch-Site: same-originx\n", false},
    {"Sec-Fetch-Site: none, none\n", false},
    {"Sec-Fetch-Site:\n", false},
    {"Sec-Fetch-Site: none\nSec-Fetch-Site: none\n", false},
    {"Sec-Fetch-Sites: cross-site\n", true},
};

static void check_rows(enum guard side)
{
    struct fields fields;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct authority own = {{NULL, 0}, {NULL, 0}};
        struct span host = guard_copy(side, span_of(rows[i].host));
        CHECK(host.len == 0 || authority_parse(&own, host));
        section_parse_lines(&fields, side, rows[i].lines);
        CHECK(origin_is_own(&fields, &own) == rows[i].own);
    }
    for (size_t i = 0; i < sizeof fetch_rows / sizeof fetch_rows[0]; i++) {
        section_parse_lines(&fields, side, fetch_rows[i].lines);
        CHECK(origin_fetch_is_own(&fields) == fetch_rows[i].own);
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        check_rows(side);
    return unit_end();
}
