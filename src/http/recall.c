#include "http/recall.h"

#include <string.h>

enum { STEP = sizeof(uint64_t) };

static bool is_same_step(const char *a, const char *b)
{
    uint64_t ours, theirs;
    memcpy(&ours, a, STEP);
    memcpy(&theirs, b, STEP);
    return ours == theirs;
}

/* Of at least STEP octets. memcmp(3) of a small libc takes one octet after another. */
static bool is_same(const char *a, const char *b, size_t len)
{
    for (size_t at = 0; at < len - STEP; at += STEP)
        if (!is_same_step(a + at, b + at))
            return false;
    return is_same_step(a + len - STEP, b + len - STEP);
}

/* ---- Remembering ---- */

/* Only what is right whatever the request line says: that Host is missing, HTTP/1.0 allows. */
static void note(struct recall *recall, const struct head *head, const char *buffer, size_t len)
{
    const struct fields *fields = &head->fields;
    if (len > RECALL_BYTES || head->begin > 0 || fields->lines_of[FIELD_HOST] != 1)
        return;
    recall->len = len;
    recall->line_len = head->line.at;
    recall->at = buffer;
    recall->method = head->method;
    recall->minor = head->minor;
    recall->target = head->target;
    recall->count = fields->count;
    memcpy(recall->lines_of, fields->lines_of, sizeof recall->lines_of);
    memcpy(recall->octets, buffer, len);
}

/* ---- Recalling ---- */

_Static_assert(2 + REQUEST_LINE_MAX + 2 + RECALL_BYTES <= HEAD_MAX,
               "behind any request line, a section that was remembered is not too long");

/* The same fields, of a section that began at from and begins at to now. */
static void take_fields(const struct recall *recall, struct fields *fields, const char *from,
                        const char *to)
{
    fields->count = recall->count;
    memcpy(fields->lines_of, recall->lines_of, sizeof fields->lines_of);
    for (unsigned i = 0; i < recall->count && from != to; i++) {
        fields->rows[i].name.at = to + (fields->rows[i].name.at - from);
        fields->rows[i].value.at = to + (fields->rows[i].value.at - from);
    }
}

static bool take_whole(struct recall *recall, struct head *head, const char *buffer, size_t len)
{
    if (recall->len == 0 || recall->len > len || head_has_begun(head) ||
        !is_same(buffer, recall->octets, recall->len))
        return false;
    head->method = recall->method;
    head->minor = recall->minor;
    head->target.at = buffer + (recall->target.at - recall->at);
    head->target.len = recall->target.len;
    head->has_request_line = true;
    head->line = (struct line){recall->line_len, recall->line_len};
    take_fields(recall, &head->fields, recall->at, buffer);
    recall->target = head->target;
    recall->at = buffer;
    return true;
}

/* Behind the request line. Tried once for each head: what it does not fit, it is forgotten for. */
static bool take_section(struct recall *recall, struct head *head, const char *buffer, size_t len)
{
    size_t begin = head->line.at, section = recall->len - recall->line_len;
    if (recall->len == 0 || section > len - begin ||
        !is_same(buffer + begin, recall->octets + recall->line_len, section))
        return false;
    take_fields(recall, &head->fields, recall->at + recall->line_len, buffer + begin);
    return true;
}

int recall_parse(struct recall *recall, struct head *head, const char *buffer, size_t len)
{
    if (!head->has_request_line) {
        if (take_whole(recall, head, buffer, len))
            return (int)recall->len;
        int parsed = head_parse_line(head, buffer, len);
        if (parsed <= 0)
            return parsed;
    }
    size_t end = head->line.at + recall->len - recall->line_len;
    bool is_section = take_section(recall, head, buffer, len);
    recall->len = 0; /* the rows are others now */
    int parsed = is_section ? (int)end : head_parse(head, buffer, len);
    if (parsed > 0)
        note(recall, head, buffer, (size_t)parsed);
    return parsed;
}
