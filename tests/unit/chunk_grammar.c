/*
 * http/chunk: every short line of a chunk, against the grammar of its extensions (RFC 9112 §7.1.1),
 * written once more and by descent.
 */
#include "http/chunk.h"

#include "unit.h"

static bool is_token_octet(char c)
{
    return c == '1' || c == 'a';
}

static size_t skip_blanks(struct span text)
{
    size_t len = 0;
    while (len < text.len && (text.at[len] == ' ' || text.at[len] == '\t'))
        len++;
    return len;
}

static size_t skip_token(struct span text)
{
    size_t len = 0;
    while (len < text.len && is_token_octet(text.at[len]))
        len++;
    return len;
}

/* 0 where there is none. */
static size_t skip_quoted(struct span text)
{
    if (text.len == 0 || text.at[0] != '"')
        return 0;
    for (size_t i = 1; i < text.len; i++) {
        if (text.at[i] == '"')
            return i + 1;
        if (text.at[i] == '\\' && ++i == text.len)
            return 0;
        if (text.at[i] == '\r' || text.at[i] == '\n')
            return 0;
    }
    return 0;
}

/* BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ]; 0 where there is none. */
static size_t skip_extension(struct span text)
{
    size_t at = skip_blanks(text);
    if (at == text.len || text.at[at] != ';')
        return 0;
    at++;
    at += skip_blanks(span_after(text, at));
    size_t name = skip_token(span_after(text, at));
    if (name == 0)
        return 0;
    at += name;
    size_t equals = at + skip_blanks(span_after(text, at));
    if (equals == text.len || text.at[equals] != '=')
        return at;
    size_t value = equals + 1 + skip_blanks(span_after(text, equals + 1));
    size_t len = skip_token(span_after(text, value));
    if (len == 0)
        len = skip_quoted(span_after(text, value));
    return len ? value + len : 0;
}

static bool is_last_chunk_line(struct span text)
{
    size_t len;
    text = span_after(text, 1);
    while ((len = skip_extension(text)) > 0)
        text = span_after(text, len);
    return span_equal(text, SPAN("\r\n"));
}

/* Every "0" + up to six of these octets + CRLF. */
static void check_grammar(void)
{
    static const char octets[] = "1a; =\"\\\r\n";
    enum { OCTETS = sizeof octets - 1, LONGEST = 6 };
    char room[1 + LONGEST + 2] = "0";
    for (size_t len = 0, count = 1; len <= LONGEST; len++, count *= OCTETS) {
        for (size_t i = 0; i < count; i++) {
            struct chunk chunk;
            struct span data, line = {room, len + 3};
            for (size_t at = 0, code = i; at < len; at++, code /= OCTETS)
                room[1 + at] = octets[code % OCTETS];
            memcpy(room + 1 + len, "\r\n", 2);
            if (len && (room[1] == '1' || room[1] == 'a'))
                continue; /* a longer size */
            unit_about(line);
            chunk_begin(&chunk);
            bool taken = chunk_parse(&chunk, line, &data) == (int)line.len && chunk_is_last(&chunk);
            SWEEP(taken == is_last_chunk_line(line));
        }
    }
    CHECK(unit_swept() > 0);
}

int main(void)
{
    check_grammar();
    return unit_end();
}
