/*
 * Text as pointer and length, and numbers read strictly from it.
 *
 * A span owns nothing and ends nowhere with a NUL. Nothing here allocates, reads a locale, or reads
 * outside of the span that it was given.
 */
#ifndef PERCH_BASE_SPAN_H
#define PERCH_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *at;
    size_t len;
};

/* A span over a string literal. */
#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})

/* A span over a C string. */
struct span span_of(const char *text);

/* Bytes [from, to) of a buffer. */
static inline struct span span_between(const char *from, const char *to)
{
    return (struct span){from, (size_t)(to - from)};
}

/* What is left of a span behind its first n bytes; n is at most its length. */
static inline struct span span_after(struct span text, size_t n)
{
    /* An empty span may point nowhere, and nothing may be added to that, not even 0. */
    return (struct span){n ? text.at + n : text.at, text.len - n};
}

static inline bool span_equal(struct span a, struct span b)
{
    /* An empty span may point nowhere, which memcmp() must not be given. */
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* The same, letters of ASCII compared without their case. */
bool span_equal_nocase(struct span a, struct span b);

bool span_starts(struct span text, struct span prefix);
bool span_starts_nocase(struct span text, struct span prefix);

/* Where c first stands in text, or text.len. */
size_t span_find(struct span text, char c);

/* SP or HTAB: optional white space (RFC 9110 §5.6.3). */
static inline bool span_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without the white space at both ends. */
static inline struct span span_trim(struct span text)
{
    while (text.len && span_is_blank(text.at[text.len - 1]))
        text.len--;
    for (; text.len && span_is_blank(*text.at); text.len--)
        text.at++;
    return text;
}

/* Takes a prefix off *rest; false where *rest does not begin with it. */
bool span_take(struct span *rest, struct span prefix);

/* Takes the text before the first c off *rest, and c with it; all of *rest where there is no c. */
struct span span_cut(struct span *rest, char c);

/*
 * The next member of a comma-separated list (RFC 9110 §5.6.1), trimmed; empty members are passed
 * over. False where the list is at its end. Not for lists whose members may hold quoted strings.
 */
bool span_next_member(struct span *rest, struct span *member);

/* The whole span as a decimal number of 1 to digits_max (at most 19) digits; false for anything
 * else. */
bool span_decimal(struct span text, size_t digits_max, uint64_t *value);

/* 0 to 15, or -1 where c is no hexadecimal digit. */
int span_hex_value(char c);

#endif
