/*
 * http/item and http/resumption: structured fields that are Items (RFC 9651 §3.3), and what is made
 * of those of a resumable upload.
 */
#include "http/item.h"
#include "http/resumption.h"

#include "section.h"

static struct fields fields;

static void parse(enum guard side, const char *name, const char *value)
{
    char room[512];
    struct unit_text text = {room, 0, sizeof room};
    unit_append(&text, span_of(name));
    unit_append(&text, SPAN(": "));
    unit_append(&text, span_of(value));
    unit_append(&text, SPAN("\r\n\r\n"));
    section_parse(&fields, side, unit_span(&text));
    unit_about(span_of(value));
}

/* 0 and 1 as they are read, -1 where the field is to be ignored. */
static const struct {
    const char *value;
    int read;
} booleans[] = {
    {"?0", 0},
    {"?1", 1},
    {" ?1 ", 1},
    {"?1;a", 1},
    {"?1;a=1;b=?0;c=\"x\\\"y\\\\\";d=tok/en:x;e=:aGk=:;f=1.5;*g=@-12;h=%\"a%c3%bc\"", 1},
    {"?1; a; b=*x", 1},
    {"", -1},
    {"?", -1},
    {"?2", -1},
    {"1", -1},
    {"true", -1},
    {"?1, ?1", -1},
    {"?1;", -1},
    {"?1 ;a", -1},
    {"?1;A", -1},
    {"?1;a=", -1},
    {"?1;a=1.", -1},
    {"?1;a=1.2345", -1},
    {"?1;a=1234567890123.5", -1},
    {"?1;a=1234567890123456", -1},
    {"?1;a=\"x", -1},
    {"?1;a=\"\\x\"", -1},
    {"?1;a=\"\xc3\xbc\"", -1},
    {"?1;a=:x", -1},
    {"?1;a=%\"%C3\"", -1},
    {"?1;a=%\"%c\"", -1},
    {"?1;a=%x", -1},
    {"?1x", -1},
    {"?1;a{", -1},
    {"?1;a_b-c.d*e0=1", 1},
    {"?1;a=:aZ09+/==:", 1},
    {"?1;a=:{:", -1},
    {"?1;a=:-:", -1},
    {"?1;a=\"\t\"", -1},
    {"?1;a=%\"", -1},
    {"?1;a=%\"a", -1},
    {"?1;a=%\"%", -1},
    {"?1;a=%\"%a", -1},
    {"?1;a=%\"%/0\"", -1},
    {"?1;a=%\"%:0\"", -1},
    {"?1;a=%\"%g0\"", -1},
    {"?1;a=%\"%0g\"", -1},
    {"?1;a=%\"%af09\"", 1},
    {"?1;a=%\"\xc3\xbc\"", -1},
    {"?1;a=%\"\t\"", -1},
    {"?1;a=?2", -1},
    {"?1;a=@", -1},
    {"?1;a=@1.5", -1},
    {"?1;a=\"\\", -1},
};

static const struct {
    const char *value;
    int64_t read;
} counts[] = {
    {"0", 0},       {"00012", 12}, {"999999999999999", 999999999999999},
    {"12;x=y", 12}, {"", -1},      {"1000000000000000", -1},
    {"-1", -1},     {"+1", -1},    {"1.0", -1},
    {"1 2", -1},    {"1, 1", -1},  {"0x1", -1},
    {"?1", -1},     {"\"1\"", -1},
};

static const struct {
    const char *value;
    bool is;
} types[] = {
    {"application/partial-upload", true},
    {"Application/Partial-Upload ; x=y", true},
    {"application/partial-upload2", false},
    {"application/octet-stream", false},
    {"", false},
};

static void check_twice(void)
{
    struct span input = SPAN("Upload-Complete: ?1\r\nUpload-Complete: ?1\r\nUpload-Length: 1\r\n"
                             "Upload-Draft-Interop-Version: 7\r\nUpload-Offset: 5\r\n\r\n");
    struct resumption resumption;
    fields_begin(&fields, 0);
    CHECK(fields_parse(&fields, input.at, input.len, HEAD_MAX) == (int)input.len);
    resumption_read(&resumption, &fields);
    CHECK(!resumption.given && !resumption.knows_104);
    CHECK(resumption.has_length && resumption.length == 1);
    CHECK(resumption.has_offset && resumption.offset == 5);
}

int main(void)
{
    bool boolean;
    uint64_t count;
    struct resumption resumption;
    for (enum guard side = GUARD_BEFORE; side < GUARDS; side++) {
        for (size_t i = 0; i < sizeof booleans / sizeof booleans[0]; i++) {
            parse(side, "Upload-Complete", booleans[i].value);
            bool read = item_boolean(&fields, FIELD_UPLOAD_COMPLETE, &boolean);
            CHECK((read ? boolean : -1) == booleans[i].read);
            CHECK(!item_boolean(&fields, FIELD_UPLOAD_OFFSET, &boolean));
        }
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            parse(side, "upload-offset", counts[i].value);
            bool read = item_count(&fields, FIELD_UPLOAD_OFFSET, &count);
            CHECK((read ? (int64_t)count : -1) == counts[i].read);
        }
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
            parse(side, "Content-Type", types[i].value);
            CHECK(resumption_is_partial_upload(&fields) == types[i].is);
        }
        parse(side, "Upload-Draft-Interop-Version", "8");
        resumption_read(&resumption, &fields);
        CHECK(resumption.knows_104 && !resumption.given);
    }
    check_twice();
    return unit_end();
}
