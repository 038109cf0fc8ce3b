#include "http/validator.h"

#include "base/put.h"
#include "http/coding.h"
#include "http/octet.h"

_Static_assert(sizeof "\"0123456789abcdef-0123456789abcdef-0123456789abcdef-\"" + CODING_NAME_MAX <=
                   ETAG_MAX,
               "three numbers and the name of a coding have room");

void validators_of_file(struct validators *validators, uint64_t size, int64_t modified_s,
                        uint32_t modified_ns, uint64_t inode, struct span coding)
{
    char *at = validators->etag;
    *at++ = '"';
    at = put_number(at, size, 16);
    *at++ = '-';
    at = put_number(at, (uint64_t)modified_s * 1000000000 + modified_ns, 16);
    *at++ = '-';
    at = put_number(at, inode, 16);
    if (coding.len)
        *at++ = '-';
    at = put_span(at, coding);
    *at++ = '"';
    validators->etag_len = (size_t)(at - validators->etag);
    validators->dated = true;
    validators->modified = modified_s;
}

/* opaque-tag = DQUOTE *etagc DQUOTE; its length, 0 where text does not begin with one. */
static size_t opaque_tag_len(struct span text)
{
    size_t len = 1;
    if (text.len == 0 || text.at[0] != '"')
        return 0;
    while (len < text.len && octet_is(text.at[len], OCTET_ETAG))
        len++;
    return len < text.len && text.at[len] == '"' ? len + 1 : 0;
}

int entity_tag_next(struct span *rest, struct entity_tag *tag)
{
    struct span text = span_trim(*rest);
    while (text.len && text.at[0] == ',')
        text = span_trim(span_after(text, 1));
    *rest = text;
    if (text.len == 0)
        return 0;
    tag->weak = span_starts(text, SPAN("W/"));
    if (tag->weak)
        text = span_after(text, 2);
    tag->opaque = (struct span){text.at, opaque_tag_len(text)};
    text = span_trim(span_after(text, tag->opaque.len));
    bool whole = tag->opaque.len && (text.len == 0 || text.at[0] == ',');
    span_cut(&text, ',');
    *rest = text;
    return whole ? 1 : -1;
}

bool entity_tag_equal_weak(const struct entity_tag *tag, const struct validators *validators)
{
    return validators->etag_len &&
           span_equal(tag->opaque, (struct span){validators->etag, validators->etag_len});
}

bool entity_tag_equal_strong(const struct entity_tag *tag, const struct validators *validators)
{
    return !tag->weak && entity_tag_equal_weak(tag, validators);
}
