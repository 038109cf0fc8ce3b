#include "http/accept.h"

#include "http/qvalue.h"

/* How precisely a range names a type: the higher one decides. */
enum { NO_MATCH, ANY_TYPE, ANY_SUBTYPE, EXACT };

static int match(struct span range, struct span offer)
{
    if (span_equal(range, SPAN("*/*")))
        return ANY_TYPE;
    if (span_equal_nocase(range, offer))
        return EXACT;
    struct span type = {offer.at, span_find(offer, '/') + 1};
    bool any_subtype =
        range.len == type.len + 1 && range.at[type.len] == '*' && span_starts_nocase(range, type);
    return any_subtype ? ANY_SUBTYPE : NO_MATCH;
}

/* Cuts off what is before the next ";"; whether there is one. */
static bool cut_part(struct span *rest, struct span *part)
{
    bool more = span_find(*rest, ';') < rest->len;
    *part = span_trim(span_cut(rest, ';'));
    return more;
}

/* All that is offered is UTF-8. */
static bool names_our_charset(struct span parameter)
{
    return span_equal_nocase(parameter, SPAN("charset=utf-8")) ||
           span_equal_nocase(parameter, SPAN("charset=\"utf-8\""));
}

/* media-range [ OWS ";" OWS "charset=utf-8" ] [ OWS ";" OWS "q=" qvalue ]; false for anything
 * else. */
static bool parse_member(struct span member, struct span *range, int *weight)
{
    struct span rest = member, parameter;
    *weight = QVALUE_ONE;
    bool more = cut_part(&rest, range);
    while (more) {
        more = cut_part(&rest, &parameter);
        if (qvalue_parse_parameter(parameter, weight))
            return true;
        if (!names_our_charset(parameter))
            return false;
    }
    return true;
}

size_t accept_choose(const struct fields *fields, const struct span offers[], size_t count)
{
    int precision[ACCEPT_OFFERS_MAX] = {NO_MATCH}, weights[ACCEPT_OFFERS_MAX] = {0}, weight;
    struct field_members walk = fields_members(fields, FIELD_ACCEPT);
    struct span member, range;
    while (fields_next_member(&walk, &member)) {
        if (!parse_member(member, &range, &weight))
            continue;
        for (size_t i = 0; i < count; i++) {
            int found = match(range, offers[i]);
            if (found <= precision[i])
                continue;
            precision[i] = found;
            weights[i] = weight;
        }
    }
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (weights[i] > weights[best])
            best = i;
    return best;
}
