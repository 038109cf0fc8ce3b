/*
 * http/media_type: endings of names, and a table of their types.
 */
#include "http/media_type.h"

#include "unit.h"

static const struct {
    const char *path;
    const char *ending;
} paths[] = {
    {"", ""},      {"a", ""},        {"a.txt", "txt"},   {"a.tar.gz", "gz"}, {"a.", ""},
    {"a..", ""},   {"a..b", "b"},    {"f/a.txt", "txt"}, {"f.d/a", ""},      {"f.d/a.b", "b"},
    {"f/.b", "b"}, {"a.TXT", "TXT"}, {"a.b c", "b c"},   {".", ""},          {"/", ""},
};

#define LONG_HALF "x123456789012345678901234567890123456789012345678901234567890"

static const char list[] = "# a comment with txt\n"
                           "\n"
                           "text/plain\t\t\ttxt text  conf\n"
                           "text/html html htm # shtml\n"
                           "application/json\n"
                           "image/svg+xml svg svgz\r\n"
                           "not-a-type wrong\n"
                           "/none none\n"
                           "none/ none2\n"
                           "a/b/c none3\n"
                           "text/plain;charset=x none4\n"
                           "t" LONG_HALF "x/" LONG_HALF "12"
                           " longest\n"
                           "t" LONG_HALF "x/" LONG_HALF "123"
                           " longer\n"
                           "text/first twice\n"
                           "text/second twice\n"
                           "  text/indented indented  \n"
                           "text/last last";

static const struct {
    const char *ending;
    const char *type;
} endings[] = {
    {"txt", "text/plain"},
    {"text", "text/plain"},
    {"conf", "text/plain"},
    {"TXT", "text/plain"},
    {"Conf", "text/plain"},
    {"html", "text/html"},
    {"htm", "text/html"},
    {"shtml", ""},
    {"#", ""},
    {"svg", "image/svg+xml"},
    {"svgz", "image/svg+xml"},
    {"wrong", ""},
    {"none", ""},
    {"none2", ""},
    {"none3", ""},
    {"none4", ""},
    {"twice", "text/first"},
    {"indented", "text/indented"},
    {"last", "text/last"},
    {"", ""},
    {"tx", ""},
    {"txtt", ""},
    {"text/plain", ""},
    {"comment", ""},
    {"longer", ""},
    {"application/json", ""},
};

static void check_table(enum guard side)
{
    struct span table;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct span ending = guard_copy(side, span_of(endings[i].ending));
        table = guard_copy(side, SPAN(list));
        unit_about(ending);
        CHECK(span_equal(media_type_find(table, ending), span_of(endings[i].type)));
    }
    table = guard_copy(side, SPAN(list));
    CHECK(media_type_find(table, SPAN("longest")).len == MEDIA_TYPE_MAX);
    CHECK(media_type_find(guard_copy(side, SPAN("")), SPAN("txt")).len == 0);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct span path = guard_copy(side, span_of(paths[i].path));
        unit_about(path);
        CHECK(span_equal(media_type_ending(path), span_of(paths[i].ending)));
    }
}

static const struct {
    const char *type;
    const char *value;
    bool is_text;
} types[] = {
    {"text/plain", "text/plain; charset=utf-8", true},
    {"TEXT/html", "TEXT/html; charset=utf-8", true},
    {"application/json", "application/json", true},
    {"application/ld+json", "application/ld+json", true},
    {"image/svg+xml", "image/svg+xml", true},
    {"application/xml", "application/xml", true},
    {"application/octet-stream", "application/octet-stream", false},
    {"application/jsonx", "application/jsonx", false},
    {"image/png", "image/png", false},
    {"application/gzip", "application/gzip", false},
    {"texts/plain", "texts/plain", false},
    {"", "", false},
};

static void check_types(enum guard side)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct span type = guard_copy(side, span_of(types[i].type));
        char value[CONTENT_TYPE_MAX];
        unit_about(type);
        CHECK(media_type_is_text(type) == types[i].is_text);
        CHECK(span_equal(span_between(value, media_type_write(value, type)),
                         span_of(types[i].value)));
    }
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++) {
        check_table(side);
        check_types(side);
    }
    return unit_end();
}
