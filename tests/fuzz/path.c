/*
 * http/path: what passes is a relative path without surprises, and is read again as the same.
 */
#include "http/path.h"

#include "fuzz.h"

static void check_file(const char *text)
{
    struct span rest = span_of(text);
    HOLDS(rest.len > 0 && rest.len <= PATH_BYTES_MAX && path_is_utf8(rest));
    for (size_t i = 0; i < rest.len; i++)
        HOLDS((unsigned char)text[i] >= 0x20 && text[i] != 0x7F && text[i] != '\\');
    HOLDS(text[rest.len - 1] != '/');
    while (rest.len) {
        struct span component = span_cut(&rest, '/');
        HOLDS(component.len > 0 && component.len <= COMPONENT_BYTES_MAX);
        HOLDS(component.at[0] != '.');
    }
}

/* Each octet escaped, the slashes not. */
static struct span escape(const char *text)
{
    static char escaped[3 * PATH_BYTES_MAX];
    size_t len = 0;
    for (; *text; text++) {
        if (*text == '/') {
            escaped[len++] = '/';
            continue;
        }
        escaped[len++] = '%';
        escaped[len++] = "0123456789abcdef"[(unsigned char)*text >> 4];
        escaped[len++] = "0123456789ABCDEF"[*text & 15];
    }
    return (struct span){escaped, len};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct path path, again;
    struct span text = fuzz_span(data, size < REQUEST_LINE_MAX ? size : REQUEST_LINE_MAX);
    path_decode(&path, text);
    HOLDS((path.kind == PATH_WRONG) == (path.why != NULL));
    if (path.kind != PATH_FILE)
        return 0;
    check_file(path.text);
    struct span escaped = escape(path.text);
    if (escaped.len > REQUEST_LINE_MAX)
        return 0;
    path_decode(&again, escaped);
    HOLDS(again.kind == PATH_FILE && strcmp(again.text, path.text) == 0);
    return 0;
}
