#include "http/media_type.h"

#include "base/put.h"
#include "http/octet.h"

struct span media_type_ending(struct span path)
{
    size_t begin = path.len;
    while (begin && path.at[begin - 1] != '.' && path.at[begin - 1] != '/')
        begin--;
    bool dotted = begin && path.at[begin - 1] == '.';
    return span_after(path, dotted ? begin : path.len);
}

/* The next of the words that white space parts; an empty span at the end. */
static struct span next_word(struct span *line)
{
    struct span text = span_trim(*line);
    size_t len = 0;
    while (len < text.len && text.at[len] != ' ' && text.at[len] != '\t' && text.at[len] != '\r')
        len++;
    *line = span_after(text, len);
    return (struct span){text.at, len};
}

/* type "/" subtype, without parameters. */
static bool is_type(struct span text)
{
    struct span subtype = text;
    struct span type = span_cut(&subtype, '/');
    return text.len <= MEDIA_TYPE_MAX && octets_are(type, OCTET_TOKEN) &&
           octets_are(subtype, OCTET_TOKEN);
}

struct span media_type_find(struct span list, struct span ending)
{
    while (ending.len && list.len) {
        struct span line = span_cut(&list, '\n');
        struct span type = next_word(&line), word;
        if (type.len == 0 || type.at[0] == '#')
            continue;
        while ((word = next_word(&line)).len && word.at[0] != '#')
            if (span_equal_nocase(word, ending) && is_type(type))
                return type;
    }
    return (struct span){NULL, 0};
}

char *media_type_write(char *at, struct span type)
{
    at = put_span(at, type);
    return span_starts_nocase(type, SPAN("text/")) ? put_span(at, SPAN("; charset=utf-8")) : at;
}

static bool ends(struct span text, struct span tail)
{
    return text.len >= tail.len && span_equal_nocase(span_after(text, text.len - tail.len), tail);
}

bool media_type_is_text(struct span type)
{
    static const struct span others[] = {
        SPAN("application/javascript"), SPAN("application/json"), SPAN("application/sql"),
        SPAN("application/toml"),       SPAN("application/wasm"), SPAN("application/x-sh"),
        SPAN("application/xml"),        SPAN("application/yaml"),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (span_equal_nocase(type, others[i]))
            return true;
    return span_starts_nocase(type, SPAN("text/")) || ends(type, SPAN("+xml")) ||
           ends(type, SPAN("+json"));
}
