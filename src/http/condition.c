#include "http/condition.h"

#include "http/date.h"
#include "http/status.h"

static bool is_read(enum method method)
{
    return method == METHOD_GET || method == METHOD_HEAD;
}

bool condition_is_given(const struct fields *fields, enum method method)
{
    const unsigned char *lines = fields->lines_of;
    return lines[FIELD_IF_MATCH] || lines[FIELD_IF_NONE_MATCH] ||
           lines[FIELD_IF_UNMODIFIED_SINCE] || (lines[FIELD_IF_MODIFIED_SINCE] && is_read(method));
}

/* ---- Entity tags ---- */

/* What a list of entity tags, over all lines of its field, says of a representation. */
struct listed {
    bool star; /* "*" alone */
    bool strong, weak;
    bool malformed;
};

static void look_in(struct listed *listed, struct span value, const struct validators *current)
{
    struct entity_tag tag;
    int taken;
    while ((taken = entity_tag_next(&value, &tag)) != 0) {
        if (taken < 0) {
            listed->malformed = true;
            continue;
        }
        listed->strong = listed->strong || (current && entity_tag_equal_strong(&tag, current));
        listed->weak = listed->weak || (current && entity_tag_equal_weak(&tag, current));
    }
}

static struct listed look_up(const struct fields *fields, enum field_id id,
                             const struct validators *current)
{
    struct listed listed = {0};
    listed.star = fields->lines_of[id] == 1 && span_equal(fields_value(fields, id), SPAN("*"));
    for (unsigned i = 0; i < fields->count && !listed.star; i++)
        if (fields->rows[i].id == id)
            look_in(&listed, fields->rows[i].value, current);
    return listed;
}

static bool if_match_holds(const struct fields *fields, const struct validators *current)
{
    struct listed listed = look_up(fields, FIELD_IF_MATCH, current);
    return listed.star ? current != NULL : listed.strong;
}

static bool if_none_match_holds(const struct fields *fields, const struct validators *current,
                                bool reads)
{
    struct listed listed = look_up(fields, FIELD_IF_NONE_MATCH, current);
    if (listed.star)
        return !current;
    return !listed.weak && (reads || !listed.malformed);
}

/* ---- Dates ---- */

/* False where there is nothing to compare: the field counts as absent then. */
static bool has_date(const struct fields *fields, enum field_id id,
                     const struct validators *current, int64_t now, int64_t *date)
{
    return fields->lines_of[id] == 1 && current && current->dated &&
           date_parse(fields_value(fields, id), now, date);
}

int condition_judge(const struct fields *fields, enum method method,
                    const struct validators *current, int64_t now)
{
    int64_t date;
    bool reads = is_read(method);
    if (fields->lines_of[FIELD_IF_MATCH]) {
        if (!if_match_holds(fields, current))
            return S_PRECONDITION_FAILED;
    } else if (has_date(fields, FIELD_IF_UNMODIFIED_SINCE, current, now, &date)) {
        if (current->modified > date)
            return S_PRECONDITION_FAILED;
    }
    if (fields->lines_of[FIELD_IF_NONE_MATCH]) {
        if (!if_none_match_holds(fields, current, reads))
            return reads ? S_NOT_MODIFIED : S_PRECONDITION_FAILED;
    } else if (reads && has_date(fields, FIELD_IF_MODIFIED_SINCE, current, now, &date)) {
        if (current->modified <= date)
            return S_NOT_MODIFIED;
    }
    return 0;
}

/* ---- If-Range ---- */

bool condition_range_holds(const struct fields *fields, const struct validators *current,
                           int64_t now)
{
    struct entity_tag tag;
    int64_t date;
    if (fields->lines_of[FIELD_IF_RANGE] == 0)
        return true;
    if (fields->lines_of[FIELD_IF_RANGE] > 1)
        return false;
    struct span value = fields_value(fields, FIELD_IF_RANGE);
    if (date_parse(value, now, &date))
        return current->dated && date == current->modified && date < now;
    return entity_tag_next(&value, &tag) > 0 && value.len == 0 &&
           entity_tag_equal_strong(&tag, current);
}
