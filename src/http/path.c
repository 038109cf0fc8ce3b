#include "http/path.h"

#include "http/octet.h"
#include "http/target.h"

/* The length of the well-formed sequence at the start of text, 0 where there is none.
 * Table 3-7 of the Unicode standard: only the second octet's range depends on the first. */
static size_t utf8_sequence(struct span text)
{
    const unsigned char *at = (const unsigned char *)text.at;
    unsigned char low = 0x80, high = 0xBF;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (len == 0 || at[0] > 0xF4 || len > text.len)
        return 0;
    if (at[0] == 0xE0)
        low = 0xA0;
    else if (at[0] == 0xED)
        high = 0x9F;
    else if (at[0] == 0xF0)
        low = 0x90;
    else if (at[0] == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i < len; i++) {
        if (at[i] < low || at[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

bool path_is_utf8(struct span text)
{
    while (text.len) {
        size_t len = utf8_sequence(text);
        if (len == 0)
            return false;
        text = span_after(text, len);
    }
    return true;
}

/* RFC 3986 keeps an escaped slash apart from a slash; a file system can't. */
static bool has_escaped_slash(struct span text)
{
    for (size_t i = 0; i + 2 < text.len; i++)
        if (text.at[i] == '%' && text.at[i + 1] == '2' && (text.at[i + 2] | 0x20) == 'f')
            return true;
    return false;
}

/* C0, DEL, and C1 in UTF-8: what a terminal that lists the folder would obey. */
static bool is_control(struct span text)
{
    unsigned char first = (unsigned char)text.at[0];
    unsigned char second = text.len > 1 ? (unsigned char)text.at[1] : 0;
    return first < 0x20 || first == 0x7F || (first == 0xC2 && second >= 0x80 && second <= 0x9F);
}

static const char *wrong_octets(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_control(span_after(text, i)))
            return "the path has a control character in it";
        if (text.at[i] == '\\')
            return "the path has a backslash in it; use slashes";
    }
    return path_is_utf8(text) ? NULL : "the path is not UTF-8";
}

static const char *wrong_component(struct span component, bool last)
{
    if (component.len == 0 && !last)
        return "the path has an empty component in it";
    if (span_equal(component, SPAN(".")) || span_equal(component, SPAN("..")))
        return "the path has a component \".\" or \"..\" in it";
    return NULL;
}

/* Wrong beats hidden, hidden beats long: a path is judged whole, whatever its order. */
static enum path_kind judge(struct span text, const char **why)
{
    enum path_kind kind = text.len > PATH_BYTES_MAX ? PATH_LONG : PATH_FILE;
    *why = wrong_octets(text);
    for (bool last = false; !last && !*why;) {
        size_t slash = span_find(text, '/');
        struct span component = {text.at, slash};
        last = slash == text.len;
        *why = wrong_component(component, last);
        if (component.len && component.at[0] == '.')
            kind = PATH_HIDDEN;
        else if (component.len > COMPONENT_BYTES_MAX && kind == PATH_FILE)
            kind = PATH_LONG;
        else if (component.len == 0 && kind == PATH_FILE)
            kind = PATH_FOLDER;
        text = span_after(text, last ? slash : slash + 1);
    }
    return *why ? PATH_WRONG : kind;
}

void path_decode(struct path *path, struct span text)
{
    path->why = NULL;
    path->kind = PATH_WRONG;
    long len = target_decode(text, path->text);
    if (len < 0)
        path->why = "the path has a percent sign without two hexadecimal digits behind it";
    else if (has_escaped_slash(text))
        path->why = "the path has an escaped slash in it";
    else
        path->kind = judge((struct span){path->text, (size_t)len}, &path->why);
    path->text[len < 0 ? 0 : len] = '\0';
}

bool path_can_name(struct span component)
{
    const char *why;
    return component.len && span_find(component, '/') == component.len &&
           judge(component, &why) == PATH_FILE;
}

char *path_encode(char *at, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char octet = (unsigned char)text.at[i];
        if (octet_is(text.at[i], OCTET_SEGMENT) || octet == '/') {
            *at++ = text.at[i];
        } else {
            *at++ = '%';
            *at++ = "0123456789ABCDEF"[octet >> 4];
            *at++ = "0123456789ABCDEF"[octet & 15];
        }
    }
    return at;
}
