#include "http/coding.h"

#include "http/qvalue.h"

#define ROW(id, name, alias, ending, functions) {id, SPAN(name), SPAN(alias), SPAN(ending)},

static const struct row {
    enum coding coding;
    struct span name, alias, ending;
} rows[CODINGS] = {CODING_ROWS(ROW) ROW(CODING_IDENTITY, "identity", "identity", "", none)};

#define FITS(id, name, alias, ending, functions)                                                   \
    _Static_assert(sizeof(name) - 1 <= CODING_NAME_MAX, "entity tags have room for " name);
CODING_ROWS(FITS)

enum {
    UNNAMED = -1,
    /* Identity has the least that there is where nobody named it: a coding that was named wins. */
    LEAST = 1,
};

/* codings [ OWS ";" OWS "q=" qvalue ] */
static bool parse_member(struct span member, struct span *name, int *weight)
{
    struct span rest = member;
    *name = span_trim(span_cut(&rest, ';'));
    *weight = QVALUE_ONE;
    if (name->len == member.len)
        return true;
    rest = span_trim(rest);
    return qvalue_parse_parameter(rest, weight);
}

static void take_member(struct span name, int weight, int weights[CODINGS], int *star)
{
    if (span_equal(name, SPAN("*")))
        *star = weight;
    for (int i = 0; i < CODINGS; i++)
        if (span_equal_nocase(name, rows[i].name) || span_equal_nocase(name, rows[i].alias))
            weights[rows[i].coding] = weight;
}

/* What the client gives each coding, in thousandths. */
static void weigh(const struct fields *fields, int weights[CODINGS])
{
    int star = UNNAMED, weight;
    struct field_members walk = fields_members(fields, FIELD_ACCEPT_ENCODING);
    struct span member, name;
    for (int i = 0; i < CODINGS; i++)
        weights[i] = UNNAMED;
    while (fields_next_member(&walk, &member))
        if (parse_member(member, &name, &weight))
            take_member(name, weight, weights, &star);
    for (int i = 0; i < CODINGS; i++)
        if (weights[i] == UNNAMED)
            weights[i] = star != UNNAMED ? star : i == CODING_IDENTITY ? LEAST : 0;
}

enum coding coding_choose(const struct fields *fields)
{
    int weights[CODINGS], best_weight = 0;
    enum coding best = CODING_REFUSED;
    if (fields->lines_of[FIELD_ACCEPT_ENCODING] == 0)
        return CODING_IDENTITY; /* by the same rules */
    weigh(fields, weights);
    for (int i = 0; i < CODINGS; i++) {
        enum coding coding = rows[i].coding;
        if (weights[coding] > best_weight) {
            best_weight = weights[coding];
            best = coding;
        }
    }
    return best;
}

bool coding_excludes_identity(const struct fields *fields)
{
    int weights[CODINGS];
    weigh(fields, weights);
    return weights[CODING_IDENTITY] == 0;
}

static const struct row *row_of(enum coding coding)
{
    const struct row *row = rows;
    while (row->coding != coding)
        row++;
    return row;
}

struct span coding_name(enum coding coding)
{
    return coding == CODING_IDENTITY ? (struct span){NULL, 0} : row_of(coding)->name;
}

struct span coding_ending(enum coding coding)
{
    return row_of(coding)->ending;
}
