#include "http/target.h"

#include "http/authority.h"
#include "http/octet.h"
#include "http/status.h"

static int refuse(struct target *target, enum status status, const char *why)
{
    target->why = why;
    return -(int)status;
}

/* http-URI and https-URI (RFC 9110 §4.2); the scheme's length with "://", 0 where it is another. */
static size_t http_scheme(struct span text)
{
    if (span_starts_nocase(text, SPAN("http://")))
        return 7;
    return span_starts_nocase(text, SPAN("https://")) ? 8 : 0;
}

static bool is_authority_form(struct span text)
{
    struct authority authority;
    return authority_parse(&authority, text) && authority.port.len > 0;
}

/* The path and the query, which begins at the first "?". */
static void take_path(struct target *target, struct span text)
{
    target->query = text;
    target->path = span_cut(&target->query, '?');
}

/* The authority ends at the first "/" or "?" or the end. */
static int take_absolute(struct target *target, struct span text)
{
    size_t slash = span_find(text, '/'), question = span_find(text, '?');
    size_t end = slash < question ? slash : question;
    struct authority authority;
    target->form = TARGET_ABSOLUTE;
    target->authority = (struct span){text.at, end};
    if (!authority_parse(&authority, target->authority))
        return refuse(target, S_BAD_REQUEST,
                      "the target's authority is no host with an optional port");
    take_path(target, span_after(text, end));
    if (target->path.len == 0)
        target->path = SPAN("/");
    return 0;
}

int target_parse(struct target *target, struct span text, enum method method)
{
    *target = (struct target){.form = TARGET_ORIGIN};
    if (method == METHOD_CONNECT)
        return refuse(target, S_NOT_IMPLEMENTED, "this server is no proxy and opens no tunnels");
    if (text.at[0] == '/') {
        take_path(target, text);
        return 0;
    }
    if (text.len == 1 && text.at[0] == '*') {
        target->form = TARGET_ASTERISK;
        return method == METHOD_OPTIONS
                   ? 0
                   : refuse(target, S_BAD_REQUEST, "only OPTIONS takes the target \"*\"");
    }
    size_t scheme = http_scheme(text);
    if (scheme)
        return take_absolute(target, span_after(text, scheme));
    if (is_authority_form(text))
        return refuse(target, S_NOT_IMPLEMENTED, "this server is no proxy and opens no tunnels");
    return refuse(target, S_BAD_REQUEST, "the target is neither a path nor an http URI");
}

/* The octet at text[0], which is there, unescaped where it is an escape; *len is how many octets it
 * took, 0 at a bad escape. */
static char octet_at(struct span text, size_t *len)
{
    *len = 1;
    if (text.at[0] != '%')
        return text.at[0];
    int high = text.len > 2 ? span_hex_value(text.at[1]) : -1;
    int low = text.len > 2 ? span_hex_value(text.at[2]) : -1;
    *len = high < 0 || low < 0 ? 0 : 3;
    return (char)(high * 16 + low);
}

bool target_path_starts(struct span path, struct span prefix, struct span *rest)
{
    for (size_t i = 0; i < prefix.len; i++) {
        size_t len = 1;
        if (path.len && path.at[0] == prefix.at[i]) {
            path = span_after(path, 1);
            continue;
        }
        if (path.len == 0 || path.at[0] != '%')
            return false;
        char octet = octet_at(path, &len);
        bool escaped_reserved = len == 3 && !octet_is(octet, OCTET_SEGMENT);
        if (len == 0 || octet != prefix.at[i] || escaped_reserved)
            return false;
        path = span_after(path, len);
    }
    *rest = path;
    return true;
}

long target_decode(struct span text, char *out)
{
    long count = 0;
    while (text.len) {
        size_t len;
        out[count++] = octet_at(text, &len);
        if (len == 0)
            return -1;
        text = span_after(text, len);
    }
    return count;
}
