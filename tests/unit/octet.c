/*
 * http/octet: the classes, against the grammars of RFC 9110 and RFC 3986 written down once more.
 */
#include "http/octet.h"

#include "unit.h"

static bool is_one_of(unsigned c, const char *set)
{
    return c != 0 && strchr(set, (int)c) != NULL;
}

static bool is_alpha(unsigned c)
{
    return (c >= 0x41 && c <= 0x5A) || (c >= 0x61 && c <= 0x7A);
}

static bool is_digit(unsigned c)
{
    return c >= 0x30 && c <= 0x39;
}

static bool is_vchar(unsigned c)
{
    return c >= 0x21 && c <= 0x7E;
}

/* RFC 9110 §5.6.2. */
static bool is_tchar(unsigned c)
{
    return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

/* RFC 9110 §5.5: field-vchar, SP, HTAB. */
static bool is_field_content(unsigned c)
{
    return is_vchar(c) || c >= 0x80 || c == ' ' || c == '\t';
}

/* RFC 3986 §2.3. */
static bool is_unreserved(unsigned c)
{
    return is_alpha(c) || is_digit(c) || is_one_of(c, "-._~");
}

/* RFC 3986 §2.2. */
static bool is_sub_delim(unsigned c)
{
    return is_one_of(c, "!$&'()*+,;=");
}

static void check_classes(void)
{
    for (unsigned i = 0; i < 256; i++) {
        char c = (char)i;
        unit_about((struct span){&c, 1});
        CHECK(octet_is(c, OCTET_TOKEN) == is_tchar(i));
        CHECK(octet_is(c, OCTET_LINE) == is_field_content(i));
        CHECK(octet_is(c, OCTET_TARGET) == (is_vchar(i) && c != '#'));
        CHECK(octet_is(c, OCTET_HOST) == (is_unreserved(i) || is_sub_delim(i)));
        CHECK(octet_is(c, OCTET_SEGMENT) == is_unreserved(i));
        CHECK(octet_is(c, OCTET_ETAG) == ((is_vchar(i) && c != '"') || i >= 0x80));
    }
}

static const struct {
    struct span text;
    bool token;
} texts[] = {
    {SPAN(""), false},      {SPAN("a"), true},
    {SPAN("GET"), true},    {SPAN("a b"), false},
    {SPAN(" a"), false},    {SPAN("a "), false},
    {SPAN("a\0"), false},   {SPAN("a:"), false},
    {SPAN("a\x80"), false}, {SPAN("!#$%&'*+-.^_`|~09azAZ"), true},
};

static void check_texts(enum guard side)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct span text = guard_copy(side, texts[i].text);
        unit_about(text);
        CHECK(octets_are(text, OCTET_TOKEN) == texts[i].token);
    }
}

int main(void)
{
    check_classes();
    for (enum guard side = 0; side < GUARDS; side++)
        check_texts(side);
    return unit_end();
}
