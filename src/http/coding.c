#include "http/coding.h"

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
    /* Weights count in thousandths. Identity has the least that there is where nobody named it: a
     * coding that was named wins. */
    LEAST = 1,
};

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3"0" ] ); false where it is none. */
static bool parse_qvalue(struct span text, int *weight)
{
    if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.len > 1 && text.at[1] != '.'))
        return false;
    int thousandths = text.at[0] == '1' ? 1000 : 0;
    int unit = 100;
    for (size_t i = 2; i < text.len; i++, unit /= 10) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        thousandths += unit * (text.at[i] - '0');
    }
    *weight = thousandths;
    return thousandths <= 1000;
}

/* codings [ OWS ";" OWS "q=" qvalue ] */
static bool parse_member(struct span member, struct span *name, int *weight)
{
    struct span rest = member;
    *name = span_trim(span_cut(&rest, ';'));
    *weight = 1000;
    if (name->len == member.len)
        return true;
    rest = span_trim(rest);
    return span_starts_nocase(rest, SPAN("q=")) && parse_qvalue(span_after(rest, 2), weight);
}

static void take_member(struct span name, int weight, int weights[CODINGS], int *star)
{
    if (span_equal(name, SPAN("*")))
        *star = weight;
    for (int i = 0; i < CODINGS; i++)
        if (span_equal_nocase(name, rows[i].name) || span_equal_nocase(name, rows[i].alias))
            weights[rows[i].coding] = weight;
}

enum coding coding_choose(const struct fields *fields)
{
    int weights[CODINGS] = {UNNAMED, UNNAMED}, star = UNNAMED, weight;
    struct field_members walk = fields_members(fields, FIELD_ACCEPT_ENCODING);
    struct span member, name;
    while (fields_next_member(&walk, &member))
        if (parse_member(member, &name, &weight))
            take_member(name, weight, weights, &star);

    enum coding best = CODING_REFUSED;
    int best_weight = 0;
    for (int i = 0; i < CODINGS; i++) {
        enum coding coding = rows[i].coding;
        int unnamed = star != UNNAMED ? star : coding == CODING_IDENTITY ? LEAST : 0;
        weight = weights[coding] != UNNAMED ? weights[coding] : unnamed;
        if (weight > best_weight) {
            best_weight = weight;
            best = coding;
        }
    }
    return best;
}

struct span coding_name(enum coding coding)
{
    for (int i = 0; i < CODINGS; i++)
        if (rows[i].coding == coding && coding != CODING_IDENTITY)
            return rows[i].name;
    return (struct span){NULL, 0};
}
