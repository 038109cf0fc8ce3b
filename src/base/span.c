#include "base/span.h"

#include <string.h>

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* Not tolower(): that reads a locale. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool span_equal_nocase(struct span a, struct span b)
{
    return a.len == b.len && span_starts_nocase(a, b);
}

bool span_starts(struct span text, struct span prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.at, prefix.at, prefix.len) == 0);
}

bool span_starts_nocase(struct span text, struct span prefix)
{
    if (text.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        if (lower(text.at[i]) != lower(prefix.at[i]))
            return false;
    return true;
}

/* Below, a loop is at its end before memchr(3) has begun. */
enum { SHORT = 16 };

size_t span_find(struct span text, char c)
{
    if (text.len <= SHORT) {
        size_t at = 0;
        while (at < text.len && text.at[at] != c)
            at++;
        return at;
    }
    const char *found = memchr(text.at, c, text.len);
    return found ? (size_t)(found - text.at) : text.len;
}

bool span_take(struct span *rest, struct span prefix)
{
    if (!span_starts(*rest, prefix))
        return false;
    *rest = span_after(*rest, prefix.len);
    return true;
}

struct span span_cut(struct span *rest, char c)
{
    struct span piece = {rest->at, span_find(*rest, c)};
    *rest = span_after(*rest, piece.len < rest->len ? piece.len + 1 : piece.len);
    return piece;
}

bool span_next_member(struct span *rest, struct span *member)
{
    while (rest->len) {
        *member = span_trim(span_cut(rest, ','));
        if (member->len)
            return true;
    }
    return false;
}

bool span_decimal(struct span text, size_t digits_max, uint64_t *value)
{
    if (text.len == 0 || text.len > digits_max)
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        sum = sum * 10 + (uint64_t)(text.at[i] - '0');
    }
    *value = sum;
    return true;
}

int span_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
