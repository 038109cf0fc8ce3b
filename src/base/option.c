#include "base/option.h"

#include "base/diag.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { COUNT_MAX = 1000000, MS_MAX = 86400000, NAME_MAX_LEN = 32 };

/* ---- --help and --version ---- */

static bool may_be_left_out(const struct option_row *row)
{
    return row->value && strncmp(row->value, "[=", 2) == 0;
}

static bool needs_value(const struct option_row *row)
{
    return row->value && !may_be_left_out(row);
}

static int left_width(const struct option_row *row)
{
    return (int)(strlen("--") + strlen(row->name) + needs_value(row) +
                 (row->value ? strlen(row->value) : 0));
}

static void print_row(const struct option_row *row, int width)
{
    const char *value = row->value ? row->value : "";
    int padding = width - left_width(row);
    dprintf(STDOUT_FILENO, "  --%s%s%s%*s  %s\n", row->name, needs_value(row) ? " " : "", value,
            padding, "", row->help);
}

static _Noreturn void print_help(const struct option_program *program)
{
    static const struct option_row help = {.name = "help", .help = "print this and exit"};
    static const struct option_row version = {.name = "version",
                                              .help = "print the version and exit"};
    int width = left_width(&version);
    for (size_t i = 0; i < program->count; i++)
        if (left_width(&program->rows[i]) > width)
            width = left_width(&program->rows[i]);
    dprintf(STDOUT_FILENO, "%s\n", program->usage);
    for (size_t i = 0; i < program->count; i++) {
        for (const struct option_group *group = program->groups; group->title; group++)
            if (strcmp(group->first, program->rows[i].name) == 0)
                dprintf(STDOUT_FILENO, "%s:\n", group->title);
        print_row(&program->rows[i], width);
    }
    print_row(&help, width);
    print_row(&version, width);
    dprintf(STDOUT_FILENO, "%s", program->notes);
    exit(EX_OK);
}

static _Noreturn void print_version(const struct option_program *program)
{
    dprintf(STDOUT_FILENO, "%s %s\n", program->name, PERCH_VERSION);
    exit(EX_OK);
}

/* ---- Parsing ---- */

/* The row that "--name" or "--name=VALUE" calls; *value stands behind the "=", or is NULL. */
static const struct option_row *find_row(const struct option_program *program, const char *argument,
                                         const char **value)
{
    if (strncmp(argument, "--", 2) != 0)
        return NULL;
    struct span rest = span_of(argument + 2);
    struct span name = span_cut(&rest, '=');
    *value = argument[2 + name.len] == '=' ? rest.at : NULL;
    for (size_t i = 0; i < program->count; i++)
        if (span_equal(name, span_of(program->rows[i].name)))
            return &program->rows[i];
    return NULL;
}

static void take_value(const struct option_row *row, const char *value, void *settings)
{
    if (needs_value(row) && !value)
        diag_die(EX_USAGE, "--%s: the value is missing; give --%s %s", row->name, row->name,
                 row->value);
    if (!row->value && value)
        diag_die(EX_USAGE, "--%s: takes no value; give it alone", row->name);
    const char *wrong = row->take((char *)settings + row->offset, value);
    if (wrong && value)
        diag_die(EX_USAGE, "--%s: \"%s\" %s", row->name, value, wrong);
    if (wrong)
        diag_die(EX_USAGE, "--%s: %s", row->name, wrong);
}

/* How many letters have to be put in, left out or changed; more than NAME_MAX_LEN long is far. */
static size_t distance(struct span a, struct span b)
{
    size_t row[NAME_MAX_LEN + 1];
    if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = diagonal + (a.at[i - 1] != b.at[j - 1]);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[b.len];
}

/* Takes a name as the one that was meant, where it is nearer than what was found so far. */
static void consider(struct span given, const char *name, size_t *least, const char **found)
{
    bool is_beginning = given.len >= 3 && span_starts(span_of(name), given);
    size_t away = is_beginning ? 1 : distance(given, span_of(name));
    if (away >= *least)
        return;
    *least = away;
    *found = name;
}

/* The option that was probably meant, or NULL: half of its letters must be right. */
static const char *nearest(const struct option_program *program, struct span given)
{
    const char *found = NULL;
    size_t least = given.len / 2 + 1;
    for (size_t i = 0; i < program->count; i++)
        consider(given, program->rows[i].name, &least, &found);
    /* Where these arguments are another program's to judge, its own options count as well. */
    bool for_another = strcmp(diag_name(), program->name) != 0;
    for (const char *const *other = program->also; for_another && other && *other; other++)
        consider(given, *other, &least, &found);
    return found;
}

static _Noreturn void refuse_unknown(const struct option_program *program, const char *argument)
{
    struct span rest = span_of(argument);
    struct span name = span_cut(&rest, '=');
    while (name.len && name.at[0] == '-')
        name = span_after(name, 1);
    const char *meant = nearest(program, name);
    if (argument[0] == '-' && meant)
        diag_die(EX_USAGE, "%s: unknown option; did you mean --%s? See %s --help", argument, meant,
                 diag_name());
    if (argument[0] == '-')
        diag_die(EX_USAGE, "%s: unknown option; see %s --help", argument, diag_name());
    diag_die(EX_USAGE, "\"%s\": an argument that no option takes; see %s --help", argument,
             diag_name());
}

void option_parse(const struct option_program *program, char *argv[], void *settings,
                  const char **others)
{
    for (char **at = argv + 1; argv[0] && *at; at++) {
        const char *value = NULL;
        const struct option_row *row = find_row(program, *at, &value);
        if (strcmp(*at, "--help") == 0)
            print_help(program);
        if (strcmp(*at, "--version") == 0)
            print_version(program);
        if (row) {
            if (needs_value(row) && !value && at[1])
                value = *++at;
            take_value(row, value, settings);
        } else if (others) {
            *others++ = *at;
        } else {
            refuse_unknown(program, *at);
        }
    }
    if (others)
        *others = NULL;
}

/* ---- Kinds of values ---- */

const char *option_switch(void *member, const char *value)
{
    (void)value;
    *(bool *)member = true;
    return NULL;
}

const char *option_text(void *member, const char *value)
{
    *(const char **)member = value ? value : "";
    return !value || value[0] ? NULL : "is empty; give a text";
}

const char *option_size(void *member, const char *value)
{
    static const char units[] = "KMGT", wrong[] = "is no size; give bytes, such as 500, 64K or 16G";
    struct span digits = span_of(value);
    unsigned shift = 0;
    const char *unit = digits.len ? strchr(units, digits.at[digits.len - 1]) : NULL;
    if (unit) {
        shift = 10 * (unsigned)(unit - units + 1);
        digits.len--;
    }
    uint64_t count;
    if (!span_decimal(digits, 18, &count) || count > UINT64_C(1000000000000000000) >> shift)
        return wrong;
    *(uint64_t *)member = count << shift;
    return NULL;
}

const char *option_seconds(void *member, const char *value)
{
    static const char wrong[] =
        "is no time; give seconds from 0 (never) to 86400, such as 20 or 0.5";
    struct span decimals = span_of(value);
    struct span whole = span_cut(&decimals, '.');
    uint64_t seconds, thousandths = 0;
    if (!span_decimal(whole, 5, &seconds))
        return wrong;
    if (whole.len < strlen(value) && !span_decimal(decimals, 3, &thousandths))
        return wrong;
    for (size_t digits = decimals.len; digits < 3; digits++)
        thousandths *= 10;
    uint64_t ms = seconds * 1000 + thousandths;
    if (ms > MS_MAX)
        return wrong;
    *(int *)member = (int)ms;
    return NULL;
}

const char *option_count(void *member, const char *value)
{
    uint64_t count;
    if (!span_decimal(span_of(value), 7, &count) || count == 0 || count > COUNT_MAX)
        return "is no count; give a number from 1 to 1000000";
    *(unsigned *)member = (unsigned)count;
    return NULL;
}

const char *option_count_or_none(void *member, const char *value)
{
    uint64_t count;
    if (!span_decimal(span_of(value), 7, &count) || count > COUNT_MAX)
        return "is no count; give a number from 0 to 1000000";
    *(unsigned *)member = (unsigned)count;
    return NULL;
}
