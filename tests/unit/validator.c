/*
 * http/validator: entity tags made, read and compared (RFC 9110 §8.8.3).
 */
#include "http/validator.h"

#include "unit.h"

static struct validators of(uint64_t size, int64_t seconds, uint32_t ns, uint64_t inode)
{
    struct validators validators;
    validators_of_file(&validators, size, seconds, ns, inode, SPAN(""));
    return validators;
}

static bool has_etag(const struct validators *validators, const char *etag)
{
    struct span made = {validators->etag, validators->etag_len};
    unit_about(made);
    return span_equal(made, span_of(etag));
}

static void check_made(void)
{
    struct validators plain = of(10, 1, 5, 255), largest, coded;
    CHECK(has_etag(&plain, "\"a-3b9aca05-ff\""));
    CHECK(plain.dated && plain.modified == 1);
    plain = of(0, 0, 0, 0);
    CHECK(has_etag(&plain, "\"0-0-0\""));
    validators_of_file(&coded, 10, 1, 5, 255, SPAN("gzip"));
    CHECK(has_etag(&coded, "\"a-3b9aca05-ff-gzip\""));
    validators_of_file(&largest, UINT64_MAX, -1, 0, UINT64_MAX, SPAN("gzip"));
    CHECK(largest.etag_len <= ETAG_MAX);
}

/* ---- Lists ---- */

/* found: a letter for each member, "s" strong, "w" weak, "x" none; what is between the quotes of
 * those that are tags stands behind it. */
static const struct {
    const char *list;
    const char *found;
} lists[] = {
    {"", ""},
    {" \t ", ""},
    {",,, ,", ""},
    {"\"a\"", "sa"},
    {"\"\"", "s"},
    {"W/\"a\"", "wa"},
    {" \"a\" ", "sa"},
    {"\"a\",\"b\"", "sasb"},
    {"\"a\" , W/\"b\",\t\"c\"", "sawbsc"},
    {",,\"a\",,\"b\",,", "sasb"},
    {"\"a,b\"", "sa,b"},
    {"\"a,b\", \"c\"", "sa,bsc"},
    {"\"\\\"", "s\\"},
    {"\"\x80\xff!#~\"", "s\x80\xff!#~"},
    {"a", "x"},
    {"*", "x"},
    {"a, \"b\"", "xsb"},
    {"\"a", "x"},
    {"a\"", "x"},
    {"\"a b\"", "x"},
    {"\"a\tb\"", "x"},
    {"\"a\" \"b\"", "x"},
    {"\"a\"b, \"c\"", "xsc"},
    {"\"a\"\"b\"", "x"},
    {"w/\"a\"", "x"},
    {"W\"a\"", "x"},
    {"W/ \"a\"", "x"},
    {"W/", "x"},
    {"W/a", "x"},
    {"W", "x"},
    {"'a'", "x"},
};

static void check_lists(enum guard side)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char room[64];
        struct unit_text found = {room, 0, sizeof room};
        struct span rest = guard_copy(side, span_of(lists[i].list));
        struct entity_tag tag;
        int taken;
        unit_about(rest);
        while ((taken = entity_tag_next(&rest, &tag)) != 0) {
            unit_append(&found, taken < 0 ? SPAN("x") : tag.weak ? SPAN("w") : SPAN("s"));
            if (taken > 0)
                unit_append(&found, (struct span){tag.opaque.at + 1, tag.opaque.len - 2});
        }
        CHECK(span_equal(unit_span(&found), span_of(lists[i].found)));
    }
}

/* ---- Comparisons: the table of RFC 9110 §8.8.3.2, our side being strong ---- */

static void check_compared(void)
{
    struct validators ours = of(1, 0, 2, 3), none = {.etag_len = 0};
    struct entity_tag strong = {false, SPAN("\"1-2-3\"")}, weak = {true, SPAN("\"1-2-3\"")};
    struct entity_tag other = {false, SPAN("\"1-2-4\"")}, longer = {false, SPAN("\"1-2-3-4\"")};
    CHECK(entity_tag_equal_strong(&strong, &ours) && entity_tag_equal_weak(&strong, &ours));
    CHECK(!entity_tag_equal_strong(&weak, &ours) && entity_tag_equal_weak(&weak, &ours));
    CHECK(!entity_tag_equal_strong(&other, &ours) && !entity_tag_equal_weak(&other, &ours));
    CHECK(!entity_tag_equal_strong(&longer, &ours) && !entity_tag_equal_weak(&longer, &ours));
    CHECK(!entity_tag_equal_strong(&strong, &none) && !entity_tag_equal_weak(&weak, &none));
}

int main(void)
{
    check_made();
    for (enum guard side = 0; side < GUARDS; side++)
        check_lists(side);
    check_compared();
    return unit_end();
}
