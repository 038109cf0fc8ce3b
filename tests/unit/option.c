/*
 * base/option: the readers of values, and the parsing of what is no mistake. A mistake ends the
 * program: the tests of the programs have those.
 */
#include "base/option.h"

#include "unit.h"

/* The NUL is the last octet before the unmapped page. */
static const char *guarded(const char *value)
{
    return guard_copy(GUARD_BEHIND, (struct span){value, strlen(value) + 1}).at;
}

/* ---- Values ---- */

enum { KIB = 1024 };

static const struct {
    const char *value;
    bool valid;
    uint64_t bytes;
} sizes[] = {
    {"0", true, 0},
    {"500", true, 500},
    {"64K", true, UINT64_C(64) * KIB},
    {"1M", true, UINT64_C(1) << 20},
    {"16G", true, UINT64_C(16) << 30},
    {"2T", true, UINT64_C(2) << 40},
    {"0T", true, 0},
    {"999999999999999999", true, UINT64_C(999999999999999999)},
    {"1000000000000000000", false, 0},
    {"976562500000000K", true, UINT64_C(1000000000000000000)},
    {"976562500000001K", false, 0},
    {"909494T", true, UINT64_C(909494) << 40},
    {"909495T", false, 0},
    {"", false, 0},
    {"K", false, 0},
    {"1KK", false, 0},
    {"1KB", false, 0},
    {"1.5M", false, 0},
    {"-1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"0x10", false, 0},
    {"M1", false, 0},
};

static void check_sizes(void)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t bytes = 0;
        unit_about(span_of(sizes[i].value));
        CHECK(!option_size(&bytes, guarded(sizes[i].value)) == sizes[i].valid);
        CHECK(bytes == sizes[i].bytes);
    }
}

static const struct {
    const char *value;
    bool valid;
    int ms;
} times[] = {
    {"0", true, 0},          {"20", true, 20000},       {"0.5", true, 500},
    {"0.05", true, 50},      {"0.001", true, 1},        {"1.250", true, 1250},
    {"00001", true, 1000},   {"86400", true, 86400000}, {"86400.000", true, 86400000},
    {"86400.001", false, 0}, {"86400.5", false, 0},     {"86401", false, 0},
    {"99999", false, 0},     {"000001", false, 0},      {"0.0005", false, 0},
    {"", false, 0},          {".", false, 0},           {".5", false, 0},
    {"5.", false, 0},        {"1.2.3", false, 0},       {"1,5", false, 0},
    {"-1", false, 0},        {"+1", false, 0},          {"1s", false, 0},
    {"1e3", false, 0},
};

static void check_times(void)
{
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int ms = 0;
        unit_about(span_of(times[i].value));
        CHECK(!option_seconds(&ms, guarded(times[i].value)) == times[i].valid);
        CHECK(ms == times[i].ms);
    }
}

static const struct {
    const char *value;
    bool valid;
    unsigned count;
} counts[] = {
    {"1", true, 1},           {"32", true, 32},
    {"999999", true, 999999}, {"1000000", true, 1000000},
    {"1000001", false, 0},    {"9999999", false, 0},
    {"0", false, 0},          {"0000001", true, 1},
    {"00000001", false, 0},   {"", false, 0},
    {"-1", false, 0},         {"1.0", false, 0},
    {"1K", false, 0},         {" 1", false, 0},
};

static void check_counts(void)
{
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        unsigned count = 0;
        unit_about(span_of(counts[i].value));
        CHECK(!option_count(&count, guarded(counts[i].value)) == counts[i].valid);
        CHECK(count == counts[i].count);
    }
}

static void check_texts_and_switches(void)
{
    bool on = false;
    const char *text = NULL, *given = guarded("x");
    CHECK(!option_switch(&on, NULL) && on);
    CHECK(!option_text(&text, given) && text == given);
    CHECK(option_text(&text, guarded("")) != NULL);
    CHECK(!option_text(&text, NULL) && text[0] == '\0');
}

/* ---- The command line ---- */

struct settings {
    bool on;
    const char *text;
    uint64_t size;
    const char *maybe;
};

static const struct option_row rows[] = {
    {"maybe", "[=FILE]", NULL, offsetof(struct settings, maybe), option_text},
    {"on", NULL, NULL, offsetof(struct settings, on), option_switch},
    {"text", "TEXT", NULL, offsetof(struct settings, text), option_text},
    {"size", "SIZE", NULL, offsetof(struct settings, size), option_size},
};

static const struct option_group groups[] = {{NULL, NULL}};

static const struct option_program program = {
    .name = "unit",
    .usage = "",
    .notes = "",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .groups = groups,
};

#define ARGUMENTS(...) ((char *[]){(char[]){"unit"}, __VA_ARGS__, NULL})

static void check_own_options(void)
{
    struct settings settings = {.size = 7};
    option_parse(&program, ARGUMENTS((char[]){"--on"}), &settings, NULL);
    CHECK(settings.on && !settings.text && settings.size == 7);
    option_parse(&program, ARGUMENTS((char[]){"--text"}, (char[]){"--on"}), &settings, NULL);
    CHECK(strcmp(settings.text, "--on") == 0);
    option_parse(&program, ARGUMENTS((char[]){"--text=a=b"}, (char[]){"--size=1K"}), &settings,
                 NULL);
    CHECK(strcmp(settings.text, "a=b") == 0 && settings.size == KIB);
    option_parse(&program, ARGUMENTS((char[]){"--size=1"}, (char[]){"--size"}, (char[]){"2"}),
                 &settings, NULL);
    CHECK(settings.size == 2);
}

/* A value that may be left out does not take the next argument for one. */
static void check_optional_value(void)
{
    struct settings settings = {0};
    option_parse(&program, ARGUMENTS((char[]){"--maybe"}, (char[]){"--on"}), &settings, NULL);
    CHECK(settings.on && settings.maybe && settings.maybe[0] == '\0');
    option_parse(&program, ARGUMENTS((char[]){"--maybe=--text"}), &settings, NULL);
    CHECK(strcmp(settings.maybe, "--text") == 0 && !settings.text);
}

static void check_others(void)
{
    struct settings settings = {0};
    const char *others[8];
    option_parse(&program,
                 ARGUMENTS((char[]){"--other"}, (char[]){"--size"}, (char[]){"3"},
                           (char[]){"--on-"}, (char[]){"-on"}, (char[]){"x"}, (char[]){""}),
                 &settings, others);
    CHECK(settings.size == 3 && !settings.on);
    CHECK(strcmp(others[0], "--other") == 0);
    CHECK(strcmp(others[1], "--on-") == 0);
    CHECK(strcmp(others[2], "-on") == 0);
    CHECK(strcmp(others[3], "x") == 0);
    CHECK(strcmp(others[4], "") == 0);
    CHECK(!others[5]);
}

static void check_no_arguments(void)
{
    struct settings settings = {0};
    const char *others[1] = {"x"};
    option_parse(&program, (char *[]){NULL}, &settings, others);
    CHECK(!others[0]);
    option_parse(&program, (char *[]){(char[]){"unit"}, NULL}, &settings, NULL);
    CHECK(!settings.on);
}

int main(void)
{
    check_sizes();
    check_times();
    check_counts();
    check_texts_and_switches();
    check_own_options();
    check_optional_value();
    check_others();
    check_no_arguments();
    return unit_end();
}
