#include "http/chunk.h"

#include "bounds.h"
#include "http/octet.h"
#include "http/status.h"

/*
 * A chunk:
 *
 *   SIZE --CR----------------------.
 *    |                             v
 *    '--";" or BWS--> extension --CR--> SIZE_LF --LF, size 0--> LAST
 *                                          |
 *          SIZE <-- DATA_LF <-- DATA_CR <-- DATA
 *
 * Its extensions, *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ):
 *
 *   EXT_NEXT --";"--> EXT_NAME --> EXT_IN_NAME --"="--> EXT_VALUE --> EXT_IN_VALUE
 *                                      | BWS             ^    | DQUOTE
 *                                      v                 |    v
 *                                  EXT_EQUALS ----"="----'  EXT_QUOTED <--> EXT_ESCAPE
 *                                                             | DQUOTE
 *                                                             v
 *                                                           EXT_QUOTE_END
 *
 * Behind a name or a value ";" leads to EXT_NAME and CR to SIZE_LF, BWS behind a value to EXT_NEXT.
 */
enum {
    SIZE,
    SIZE_LF,
    EXT_NEXT, /* white space before ";" */
    EXT_NAME, /* behind ";" */
    EXT_IN_NAME,
    EXT_EQUALS, /* white space behind a name */
    EXT_VALUE,  /* behind "=" */
    EXT_IN_VALUE,
    EXT_QUOTED,
    EXT_ESCAPE,
    EXT_QUOTE_END,
    DATA,
    DATA_CR,
    DATA_LF,
    LAST,
    WRONG
};

static const char bad_extension[] = "a chunk extension is malformed or too long";

void chunk_begin(struct chunk *chunk)
{
    *chunk = (struct chunk){.state = SIZE};
}

bool chunk_is_last(const struct chunk *chunk)
{
    return chunk->state == LAST;
}

uint64_t chunk_announced(const struct chunk *chunk)
{
    return chunk->state == DATA ? chunk->left : 0;
}

static unsigned char size_step(struct chunk *chunk, char c)
{
    int digit = span_hex_value(c);
    if (digit >= 0 && chunk->size_digits < CHUNK_SIZE_DIGITS_MAX) {
        chunk->left = chunk->left * 16 + (unsigned)digit;
        chunk->size_digits++;
        return SIZE;
    }
    if (chunk->size_digits == 0 || digit >= 0)
        return WRONG;
    if (c == '\r')
        return SIZE_LF;
    if (c == ';')
        return EXT_NAME;
    return span_is_blank(c) ? EXT_NEXT : WRONG;
}

static unsigned char extension_step(unsigned char state, char c)
{
    bool token = octet_is(c, OCTET_TOKEN);
    switch (state) {
    case EXT_NEXT:
        return span_is_blank(c) ? EXT_NEXT : c == ';' ? EXT_NAME : WRONG;
    case EXT_NAME:
        return span_is_blank(c) ? EXT_NAME : token ? EXT_IN_NAME : WRONG;
    case EXT_IN_NAME:
        if (token)
            return EXT_IN_NAME;
        if (c == ';' || c == '\r')
            return c == ';' ? EXT_NAME : SIZE_LF;
        return c == '=' ? EXT_VALUE : span_is_blank(c) ? EXT_EQUALS : WRONG;
    case EXT_EQUALS:
        return span_is_blank(c) ? EXT_EQUALS : c == '=' ? EXT_VALUE : c == ';' ? EXT_NAME : WRONG;
    case EXT_VALUE:
        return span_is_blank(c) ? EXT_VALUE : c == '"' ? EXT_QUOTED : token ? EXT_IN_VALUE : WRONG;
    case EXT_QUOTED:
        if (c == '"')
            return EXT_QUOTE_END;
        return c == '\\' ? EXT_ESCAPE : octet_is(c, OCTET_LINE) ? EXT_QUOTED : WRONG;
    case EXT_ESCAPE:
        return octet_is(c, OCTET_LINE) ? EXT_QUOTED : WRONG;
    default: /* EXT_IN_VALUE, EXT_QUOTE_END */
        if (c == '\r')
            return SIZE_LF;
        if (c == ';' || span_is_blank(c))
            return c == ';' ? EXT_NAME : EXT_NEXT;
        return token && state == EXT_IN_VALUE ? EXT_IN_VALUE : WRONG;
    }
}

/* An extension is counted from its ";" on, white space before it to whatever stood there. */
static unsigned char count_extension(struct chunk *chunk, unsigned char next)
{
    if (next == SIZE_LF || next == WRONG)
        return next;
    if (next == EXT_NAME && chunk->state != EXT_NAME)
        chunk->extension = 0;
    chunk->extension++;
    chunk->extension_total++;
    if (chunk->extension <= CHUNK_EXTENSION_MAX &&
        chunk->extension_total <= CHUNK_EXTENSION_TOTAL_MAX)
        return next;
    chunk->why = bad_extension;
    return WRONG;
}

static unsigned char line_end_step(struct chunk *chunk, char c)
{
    if (c != '\n')
        return WRONG;
    chunk->extension = 0;
    chunk->size_digits = 0;
    if (chunk->state == DATA_LF)
        return SIZE;
    return chunk->left ? DATA : LAST;
}

static unsigned char step(struct chunk *chunk, char c)
{
    switch (chunk->state) {
    case SIZE: {
        unsigned char next = size_step(chunk, c);
        return next == SIZE ? next : count_extension(chunk, next);
    }
    case SIZE_LF:
    case DATA_LF:
        return line_end_step(chunk, c);
    case DATA_CR:
        return c == '\r' ? DATA_LF : WRONG;
    default:
        return count_extension(chunk, extension_step(chunk->state, c));
    }
}

static const char *what_was_wrong(unsigned char state)
{
    if (state == DATA_CR || state == DATA_LF)
        return "a chunk is longer than its size says, or does not end with CRLF";
    if (state == SIZE || state == SIZE_LF)
        return "a chunk size is not 1 to 15 hexadecimal digits, ended by CRLF or an extension";
    return bad_extension;
}

int chunk_parse(struct chunk *chunk, struct span input, struct span *data)
{
    *data = (struct span){input.at, 0};
    if (chunk->state == DATA) {
        data->len = input.len < chunk->left ? input.len : (size_t)chunk->left;
        chunk->left -= data->len;
        if (chunk->left == 0)
            chunk->state = DATA_CR;
        return (int)data->len;
    }
    size_t taken = 0;
    while (taken < input.len && chunk->state != DATA && chunk->state != LAST) {
        unsigned char next = step(chunk, input.at[taken++]);
        if (next == WRONG) {
            if (!chunk->why)
                chunk->why = what_was_wrong(chunk->state);
            return -S_BAD_REQUEST;
        }
        chunk->state = next;
    }
    return (int)taken;
}
