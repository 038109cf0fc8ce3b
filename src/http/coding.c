#include "http/coding.h"

#include "http/qvalue.h"

/* In the order in which they are preferred where the weights are equal. */
static const struct {
    enum coding coding;
    struct span name;
    struct span alias; /* RFC 9110 §8.4.1.3 */
} rows[CODINGS] = {
    {CODING_GZIP, SPAN("gzip"), SPAN("x-gzip")},
    {CODING_IDENTITY, SPAN("identity"), SPAN("identity")},
};

enum {
    UNNAMED = -1,
    /* Identity has the least that there is where nobody named it: a
     * coding that was named wins. */
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

struct span coding_name(enum coding coding)
{
    for (int i = 0; i < CODINGS; i++)
        if (rows[i].coding == coding && coding != CODING_IDENTITY)
            return rows[i].name;
    return (struct span){NULL, 0};
}
