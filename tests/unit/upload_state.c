/*
 * http/upload_state: written, read back, written over in place; and what is no state.
 */
#include "http/upload_state.h"

#include "unit.h"

static struct upload_state told, again;
static struct fields fields;
static char written[UPLOAD_STATE_MAX];

static size_t write_one(const char *path, struct span head)
{
    fields_begin(&fields, 0);
    CHECK(fields_parse(&fields, head.at, head.len, HEAD_MAX) == (int)head.len);
    return upload_state_write(&told, path, &fields, written);
}

static bool same_progress(void)
{
    return again.offset == told.offset && again.complete == told.complete &&
           again.has_length == told.has_length && (!told.has_length || again.length == told.length);
}

static void check_written_and_read(void)
{
    static const char *paths[] = {"a", "folder/with blank /%41", " a ", "\xc3\xbc/b", "100%"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        for (int kind = 0; kind < 8; kind++) {
            told = (struct upload_state){
                .offset = kind & 1 ? UINT64_C(999999999999999999) : 0,
                .has_length = kind & 2,
                .length = 12345678901234,
                .complete = kind & 4,
                .method = kind & 1 ? METHOD_PUT : METHOD_POST,
            };
            size_t len =
                write_one(paths[i], SPAN("Host: x\r\nIf-None-Match: *\r\nIf-Match: \"a\"\r\n"
                                         "if-match: \"b\"\r\nRange: bytes=1-\r\n\r\n"));
            struct span text =
                guard_copy(i % 2 ? GUARD_BEFORE : GUARD_BEHIND, (struct span){written, len});
            unit_about(text);
            CHECK(upload_state_read(&again, text));
            CHECK(same_progress() && again.method == told.method);
            CHECK(strcmp(again.path.text, paths[i]) == 0);
            CHECK(again.fields.lines_of[FIELD_IF_MATCH] == 2);
            CHECK(again.fields.lines_of[FIELD_IF_NONE_MATCH] == 1);
            CHECK(again.fields.lines_of[FIELD_HOST] == 0 &&
                  again.fields.lines_of[FIELD_RANGE] == 0);
        }
    }
}

static void check_in_place(void)
{
    told = (struct upload_state){.offset = 5, .method = METHOD_PUT};
    size_t len = write_one("a", SPAN("\r\n"));
    told.offset = 77;
    told.has_length = true;
    told.length = 78;
    upload_state_write_progress(&told, written);
    memcpy(written + len, "\0:x\r\n", 5);
    CHECK(upload_state_read(&again, (struct span){written, len + 5}));
    CHECK(same_progress() && strcmp(again.path.text, "a") == 0);
}

/* Cut anywhere, or with any octet of the fixed part changed, it is none, or is one with other
 * numbers; nothing is read outside of it. */
static void check_damage(void)
{
    told = (struct upload_state){.offset = 5, .method = METHOD_PUT};
    size_t len = write_one("a", SPAN("If-Match: \"a\"\r\n\r\n"));
    for (size_t cut = 0; cut < len; cut++)
        for (enum guard side = GUARD_BEFORE; side < GUARDS; side++)
            CHECK(!upload_state_read(&again, guard_copy(side, (struct span){written, cut})));
    for (size_t at = 0; at < len; at++) {
        struct span text = guard_copy(GUARD_BEHIND, (struct span){written, len});
        ((char *)text.at)[at] = '\0';
        CHECK(!upload_state_read(&again, text));
    }
    static const char *wrong[] = {"../a", "/a", "a/", ".hidden", "", "a/../b"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        len = write_one(wrong[i], SPAN("\r\n"));
        CHECK(!upload_state_read(&again, (struct span){written, len}));
    }
}

/* ---- What somebody else may have left there ---- */

#define AT_4096 "Progress: 000000000000004096 of 000000000000010000, incomplete\r\n"

static const struct {
    struct span text;
    bool read;
} texts[] = {
    {SPAN(AT_4096 "Method: PUT\r\nPath: a\r\n\r\n"), true},
    {SPAN(AT_4096 "Method: POST\r\nPath: a\r\nX: y\r\n\r\n"), true},
    {SPAN(AT_4096 "Method: GET\r\nPath: a\r\n\r\n"), false},
    {SPAN(AT_4096 "Path: a\r\n\r\n"), false},
    {SPAN(AT_4096 "Method: PUT\r\n\r\n"), false},
    {SPAN(AT_4096 "Method: PUT\r\nPath: a\r\n"), false},
    {SPAN(AT_4096 "Method PUT\r\n\r\n"), false},
};

static void check_texts(void)
{
    static struct upload_state state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (enum guard side = 0; side < GUARDS; side++) {
            unit_about(texts[i].text);
            CHECK(upload_state_read(&state, guard_copy(side, texts[i].text)) == texts[i].read);
        }
}

/* Longer than any path that a request can name. */
static void check_long_path(void)
{
    static struct upload_state state;
    static char longer[2 * REQUEST_LINE_MAX];
    struct unit_text text = {longer, 0, sizeof longer};
    unit_append(&text, SPAN(AT_4096 "Method: PUT\r\nPath: "));
    unit_append_times(&text, 'a', REQUEST_LINE_MAX + 1);
    unit_append(&text, SPAN("\r\n\r\n"));
    CHECK(!upload_state_read(&state, unit_span(&text)));
}

/* All four conditions are kept, and nothing else. */
static void check_conditions(void)
{
    static struct upload_state state;
    static char room[UPLOAD_STATE_MAX];
    static const enum field_id ids[] = {FIELD_IF_MATCH, FIELD_IF_NONE_MATCH,
                                        FIELD_IF_MODIFIED_SINCE, FIELD_IF_UNMODIFIED_SINCE,
                                        FIELD_HOST};
    fields_begin(&fields, 0);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        fields.rows[fields.count++] = (struct field){ids[i], SPAN("X"), SPAN("y")};
    state.method = METHOD_PUT;
    size_t len = upload_state_write(&state, "a", &fields, room);
    CHECK(upload_state_read(&again, (struct span){room, len}));
    CHECK(again.fields.count == 3 + 4); /* Progress, Method and Path stand before them */
}

int main(void)
{
    check_texts();
    check_long_path();
    check_conditions();
    check_written_and_read();
    check_in_place();
    check_damage();
    return unit_end();
}
