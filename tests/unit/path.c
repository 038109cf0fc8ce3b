/*
 * http/path: which paths name a file, and what is UTF-8.
 */
#include "http/path.h"

#include "unit.h"

/* text: of PATH_FILE. */
static const struct {
    struct span encoded;
    enum path_kind kind;
    struct span text;
} rows[] = {
    {SPAN("a"), PATH_FILE, SPAN("a")},
    {SPAN("a/b/c.txt"), PATH_FILE, SPAN("a/b/c.txt")},
    {SPAN("a%20b"), PATH_FILE, SPAN("a b")},
    {SPAN("a+b"), PATH_FILE, SPAN("a+b")},
    {SPAN("%61"), PATH_FILE, SPAN("a")},
    {SPAN("a%25b"), PATH_FILE, SPAN("a%b")},
    {SPAN("%2525"), PATH_FILE, SPAN("%25")},
    {SPAN("%252F"), PATH_FILE, SPAN("%2F")},
    {SPAN("%252e%252e"), PATH_FILE, SPAN("%2e%2e")},
    {SPAN("%C3%A4"), PATH_FILE, SPAN("\xC3\xA4")},
    {SPAN("%f0%9f%90%9f"), PATH_FILE, SPAN("\xF0\x9F\x90\x9F")},
    {SPAN("a."), PATH_FILE, SPAN("a.")},
    {SPAN("a.."), PATH_FILE, SPAN("a..")},
    {SPAN("a..b/c.d"), PATH_FILE, SPAN("a..b/c.d")},
    {SPAN("~"), PATH_FILE, SPAN("~")},
    {SPAN("-rf"), PATH_FILE, SPAN("-rf")},
    {SPAN("a:b*c%3F"), PATH_FILE, SPAN("a:b*c?")},
    {SPAN("%20"), PATH_FILE, SPAN(" ")},
    {SPAN(""), PATH_FOLDER, SPAN("")},
    {SPAN("a/"), PATH_FOLDER, SPAN("")},
    {SPAN("a/b/"), PATH_FOLDER, SPAN("")},
    {SPAN(".a"), PATH_HIDDEN, SPAN("")},
    {SPAN("%2Ea"), PATH_HIDDEN, SPAN("")},
    {SPAN("..."), PATH_HIDDEN, SPAN("")},
    {SPAN("..a"), PATH_HIDDEN, SPAN("")},
    {SPAN(".a/b"), PATH_HIDDEN, SPAN("")},
    {SPAN("a/.b"), PATH_HIDDEN, SPAN("")},
    {SPAN("a/%2eb/c"), PATH_HIDDEN, SPAN("")},
    {SPAN("a/.b/"), PATH_HIDDEN, SPAN("")},
    {SPAN(".perch-0123456789abcdef"), PATH_HIDDEN, SPAN("")},
    {SPAN("."), PATH_WRONG, SPAN("")},
    {SPAN(".."), PATH_WRONG, SPAN("")},
    {SPAN("%2e"), PATH_WRONG, SPAN("")},
    {SPAN("%2E%2e"), PATH_WRONG, SPAN("")},
    {SPAN(".%2e"), PATH_WRONG, SPAN("")},
    {SPAN("./a"), PATH_WRONG, SPAN("")},
    {SPAN("../a"), PATH_WRONG, SPAN("")},
    {SPAN("a/.."), PATH_WRONG, SPAN("")},
    {SPAN("a/./b"), PATH_WRONG, SPAN("")},
    {SPAN("a/../b"), PATH_WRONG, SPAN("")},
    {SPAN("a/../"), PATH_WRONG, SPAN("")},
    {SPAN("./"), PATH_WRONG, SPAN("")},
    {SPAN(".a/.."), PATH_WRONG, SPAN("")},
    {SPAN("/"), PATH_WRONG, SPAN("")},
    {SPAN("//"), PATH_WRONG, SPAN("")},
    {SPAN("/a"), PATH_WRONG, SPAN("")},
    {SPAN("/etc/passwd"), PATH_WRONG, SPAN("")},
    {SPAN("a//b"), PATH_WRONG, SPAN("")},
    {SPAN("a//"), PATH_WRONG, SPAN("")},
    {SPAN(".a//b"), PATH_WRONG, SPAN("")},
    {SPAN("a%2Fb"), PATH_WRONG, SPAN("")},
    {SPAN("a%2F"), PATH_WRONG, SPAN("")},
    {SPAN("a%2f%2F"), PATH_WRONG, SPAN("")},
    {SPAN("a%2fb"), PATH_WRONG, SPAN("")},
    {SPAN("%2F"), PATH_WRONG, SPAN("")},
    {SPAN("..%2Fa"), PATH_WRONG, SPAN("")},
    {SPAN("a%00"), PATH_WRONG, SPAN("")},
    {SPAN("%00"), PATH_WRONG, SPAN("")},
    {SPAN("a%01"), PATH_WRONG, SPAN("")},
    {SPAN("a%0Ab"), PATH_WRONG, SPAN("")},
    {SPAN("a%0Db"), PATH_WRONG, SPAN("")},
    {SPAN("a%09b"), PATH_WRONG, SPAN("")},
    {SPAN("a%1F"), PATH_WRONG, SPAN("")},
    {SPAN("a%7F"), PATH_WRONG, SPAN("")},
    {SPAN("a\\b"), PATH_WRONG, SPAN("")},
    {SPAN("..\\a"), PATH_WRONG, SPAN("")},
    {SPAN("a%5Cb"), PATH_WRONG, SPAN("")},
    {SPAN("a%5cb"), PATH_WRONG, SPAN("")},
    {SPAN("%"), PATH_WRONG, SPAN("")},
    {SPAN("a%"), PATH_WRONG, SPAN("")},
    {SPAN("a%4"), PATH_WRONG, SPAN("")},
    {SPAN("a%zz"), PATH_WRONG, SPAN("")},
    {SPAN("%%61"), PATH_WRONG, SPAN("")},
    {SPAN("%u0061"), PATH_WRONG, SPAN("")},
    {SPAN("%80"), PATH_WRONG, SPAN("")},
    {SPAN("%C2%A9"), PATH_FILE, SPAN("\xC2\xA9")},
    {SPAN("%C2A"), PATH_WRONG, SPAN("")},
    {SPAN("%C2%C2"), PATH_WRONG, SPAN("")},
    {SPAN("%C3"), PATH_WRONG, SPAN("")},
    {SPAN("%C3/%A4"), PATH_WRONG, SPAN("")},
    {SPAN("%C0%AE%C0%AE"), PATH_WRONG, SPAN("")},
    {SPAN("%C0%AF"), PATH_WRONG, SPAN("")},
    {SPAN("%E0%80%AF"), PATH_WRONG, SPAN("")},
    {SPAN("%ED%A0%80"), PATH_WRONG, SPAN("")},
    {SPAN("%F4%90%80%80"), PATH_WRONG, SPAN("")},
    {SPAN("%FF"), PATH_WRONG, SPAN("")},
};

static struct path path;

static void check_path(struct span encoded, enum path_kind kind, struct span text)
{
    unit_about(encoded);
    path_decode(&path, encoded);
    CHECK(path.kind == kind);
    CHECK((path.why != NULL) == (path.kind == PATH_WRONG));
    if (kind == PATH_FILE && path.kind == PATH_FILE)
        CHECK(strlen(path.text) == text.len && span_equal(span_of(path.text), text));
}

static void check_rows(enum guard side)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_path(guard_copy(side, rows[i].encoded), rows[i].kind, rows[i].text);
}

/* Every octet, escaped, within a name. */
static void check_escaped_octets(void)
{
    for (unsigned i = 0; i < 256; i++) {
        char encoded[8], decoded[] = {'a', (char)i, 'b'};
        snprintf(encoded, sizeof encoded, "a%%%02Xb", i);
        bool allowed = i >= 0x20 && i < 0x7F && i != '/' && i != '\\';
        check_path(guard_copy(GUARD_BEHIND, span_of(encoded)), allowed ? PATH_FILE : PATH_WRONG,
                   (struct span){decoded, 3});
    }
}

/* ---- Limits ---- */

static char limits_room[8192];

static struct unit_text long_text(void)
{
    return (struct unit_text){limits_room, 0, sizeof limits_room};
}

static void check_limit(const struct unit_text *text, enum path_kind kind)
{
    check_path(guard_copy(GUARD_BEHIND, unit_span(text)), kind, unit_span(text));
}

/* One component of so many octets, alone and with others around it. */
static void check_components(void)
{
    for (size_t len = COMPONENT_BYTES_MAX - 1; len <= COMPONENT_BYTES_MAX + 1; len++) {
        enum path_kind kind = len <= COMPONENT_BYTES_MAX ? PATH_FILE : PATH_LONG;
        struct unit_text text = long_text();
        unit_append_times(&text, 'a', len);
        check_limit(&text, kind);
        unit_append(&text, SPAN("/b"));
        check_limit(&text, kind);
        text.len = 0;
        unit_append(&text, SPAN("b/"));
        unit_append_times(&text, 'a', len);
        check_limit(&text, kind);
    }
}

/* The limit is on the decoded octets. */
static void check_escaped_components(void)
{
    for (size_t len = COMPONENT_BYTES_MAX; len <= COMPONENT_BYTES_MAX + 1; len++) {
        struct unit_text text = long_text();
        for (size_t i = 0; i < len; i++)
            unit_append(&text, SPAN("%61"));
        struct span encoded = guard_copy(GUARD_BEHIND, unit_span(&text));
        unit_about(encoded);
        path_decode(&path, encoded);
        CHECK(path.kind == (len <= COMPONENT_BYTES_MAX ? PATH_FILE : PATH_LONG));
    }
}

static void append_path(struct unit_text *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        unit_append_times(text, i % 128 == 127 && i + 1 < len ? '/' : 'a', 1);
}

static void check_whole_paths(void)
{
    for (size_t len = PATH_BYTES_MAX - 1; len <= PATH_BYTES_MAX + 1; len++) {
        struct unit_text text = long_text();
        append_path(&text, len);
        check_limit(&text, len <= PATH_BYTES_MAX ? PATH_FILE : PATH_LONG);
    }
}

/* Wrong beats hidden, hidden beats long. */
static void check_precedence(void)
{
    struct unit_text text = long_text();
    append_path(&text, PATH_BYTES_MAX);
    unit_append(&text, SPAN("/"));
    check_limit(&text, PATH_LONG);
    unit_append(&text, SPAN(".a"));
    check_limit(&text, PATH_HIDDEN);
    unit_append(&text, SPAN("/.."));
    check_limit(&text, PATH_WRONG);
    text.len = 0;
    unit_append_times(&text, 'a', COMPONENT_BYTES_MAX + 1);
    unit_append(&text, SPAN("/"));
    check_limit(&text, PATH_LONG);
    text.len = 0;
    unit_append_times(&text, 'a', sizeof limits_room);
    check_limit(&text, PATH_LONG);
}

/* ---- UTF-8, against RFC 3629 by decoding ---- */

/* How many octets a sequence with this first one has, by its leading ones; 0 for none. */
static size_t length_of(unsigned first)
{
    if (first < 0x80)
        return 1;
    for (size_t len = 2; len <= 4; len++)
        if (first >> (7 - len) == (1U << (len + 1)) - 2)
            return len;
    return 0;
}

static bool is_well_formed(const unsigned char *at, size_t left)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    while (left) {
        size_t len = length_of(at[0]);
        if (len == 0 || len > left)
            return false;
        unsigned long code = len == 1 ? at[0] : at[0] & (0x7FU >> len);
        for (size_t i = 1; i < len; i++) {
            if (at[i] >> 6 != 2)
                return false;
            code = code << 6 | (at[i] & 0x3FU);
        }
        if (code < least[len] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        at += len;
        left -= len;
    }
    return true;
}

static void check_utf8(unsigned long octets, size_t len)
{
    unsigned char sequence[4];
    for (size_t i = 0; i < len; i++)
        sequence[i] = (unsigned char)(octets >> 8 * (len - 1 - i));
    struct span text = guard_copy(GUARD_BEHIND, (struct span){(char *)sequence, len});
    unit_about(text);
    SWEEP(path_is_utf8(text) == is_well_formed(sequence, len));
}

static void check_short_sequences(void)
{
    CHECK(path_is_utf8(SPAN("")));
    for (unsigned long i = 0; i < 0x100; i++)
        check_utf8(i, 1);
    for (unsigned long i = 0; i < 0x10000; i++)
        check_utf8(i, 2);
    for (unsigned long first = 0xE0; first < 0xF0; first++)
        for (unsigned long i = 0; i < 0x10000; i++)
            check_utf8(first << 16 | i, 3);
    CHECK(unit_swept() == 0x100 + 0x10000 + 16 * 0x10000);
}

/* All first and second octets that matter, the others at the edges of their range. */
static void check_long_sequences(void)
{
    static const unsigned char edges[] = {0x00, 0x2F, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
    enum { EDGES = sizeof edges };
    for (unsigned long lead = 0xE000; lead <= 0xFFFF; lead++)
        for (size_t i = 0; i < EDGES; i++)
            for (size_t j = 0; j < EDGES; j++)
                check_utf8(lead << 16 | (unsigned long)edges[i] << 8 | edges[j], 4);
    CHECK(unit_swept() == 0x2000UL * EDGES * EDGES);
}

/* ---- Names for a listing ---- */

static const struct {
    struct span name;
    bool can;
} names[] = {
    {SPAN("a"), true},    {SPAN("a b"), true},   {SPAN("\xC3\xA4"), true}, {SPAN(""), false},
    {SPAN("a/b"), false}, {SPAN("/"), false},    {SPAN(".a"), false},      {SPAN("."), false},
    {SPAN(".."), false},  {SPAN("a\\b"), false}, {SPAN("a\nb"), false},    {SPAN("\xC3"), false},
};

static void check_names(void)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (enum guard side = 0; side < GUARDS; side++) {
            unit_about(names[i].name);
            CHECK(path_can_name(guard_copy(side, names[i].name)) == names[i].can);
        }
}

int main(void)
{
    check_names();
    for (enum guard side = 0; side < GUARDS; side++)
        check_rows(side);
    check_escaped_octets();
    check_components();
    check_escaped_components();
    check_whole_paths();
    check_precedence();
    check_short_sequences();
    check_long_sequences();
    return unit_end();
}
