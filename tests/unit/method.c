/*
 * http/method: names, and lists of them.
 */
#include "http/method.h"

#include "unit.h"

static const struct {
    struct span name;
    enum method method;
    bool refuses_body;
} rows[] = {
    {SPAN("GET"), METHOD_GET, true},          {SPAN("HEAD"), METHOD_HEAD, true},
    {SPAN("POST"), METHOD_POST, false},       {SPAN("PUT"), METHOD_PUT, false},
    {SPAN("DELETE"), METHOD_DELETE, true},    {SPAN("OPTIONS"), METHOD_OPTIONS, false},
    {SPAN("CONNECT"), METHOD_CONNECT, false}, {SPAN("TRACE"), METHOD_KNOWN, false},
    {SPAN("PATCH"), METHOD_PATCH, false},     {SPAN("PROPFIND"), METHOD_KNOWN, false},
    {SPAN(""), METHOD_UNKNOWN, false},        {SPAN("get"), METHOD_UNKNOWN, false},
    {SPAN("Get"), METHOD_UNKNOWN, false},     {SPAN("GE"), METHOD_UNKNOWN, false},
    {SPAN("GETT"), METHOD_UNKNOWN, false},    {SPAN("GET\0"), METHOD_UNKNOWN, false},
    {SPAN("BREW"), METHOD_UNKNOWN, false},    {SPAN("PRI"), METHOD_UNKNOWN, false},
};

static void check_names(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span name = guard_copy(side, rows[i].name);
        unit_about(name);
        CHECK(method_named(name) == rows[i].method);
        CHECK(method_refuses_body(rows[i].method) == rows[i].refuses_body);
        CHECK(method_is_safe(rows[i].method) ==
              (span_equal(name, SPAN("GET")) || span_equal(name, SPAN("HEAD")) ||
               span_equal(name, SPAN("OPTIONS"))));
    }
}

static struct span list(unsigned methods)
{
    char *out = guard_room(GUARD_BEHIND, METHOD_LIST_MAX);
    struct span text = {out, method_list(methods, out)};
    unit_about(text);
    return text;
}

static void check_lists(void)
{
    CHECK(list(0).len == 0);
    CHECK(list(METHOD_KNOWN).len == 0);
    CHECK(span_equal(list(METHOD_GET), SPAN("GET")));
    CHECK(span_equal(list(METHOD_PUT | METHOD_KNOWN), SPAN("PUT")));
    CHECK(span_equal(list(METHOD_GET | METHOD_HEAD | METHOD_OPTIONS), SPAN("GET, HEAD, OPTIONS")));
    CHECK(span_equal(
        list(METHOD_GET | METHOD_HEAD | METHOD_POST | METHOD_PUT | METHOD_DELETE | METHOD_OPTIONS),
        SPAN("GET, HEAD, POST, PUT, DELETE, OPTIONS")));
}

/* Every set: its members in the list, and no others. */
static void check_all_sets(void)
{
    for (unsigned methods = 0; methods < 2 * METHOD_KNOWN; methods++) {
        struct span rest = list(methods), member;
        unsigned seen = 0;
        CHECK(rest.len <= METHOD_LIST_MAX);
        while (span_next_member(&rest, &member))
            seen |= method_named(member);
        CHECK(seen == (methods & ~(unsigned)METHOD_KNOWN));
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        check_names(side);
    check_lists();
    check_all_sets();
    return unit_end();
}
