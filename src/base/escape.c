#include "base/escape.h"

#include <string.h>

static char hex_digit(unsigned value)
{
    return "0123456789abcdef"[value & 15];
}

static size_t put_text(char *out, const char *text)
{
    size_t len = strlen(text);
    memcpy(out, text, len);
    return len;
}

/* prefix, and the octet in two digits behind it. */
static size_t put_hex(char *out, const char *prefix, unsigned char octet)
{
    size_t len = put_text(out, prefix);
    out[len++] = hex_digit(octet >> 4);
    out[len++] = hex_digit(octet);
    return len;
}

static size_t escape_html(unsigned char octet, char *out)
{
    switch (octet) {
    case '&':
        return put_text(out, "&amp;");
    case '<':
        return put_text(out, "&lt;");
    case '>':
        return put_text(out, "&gt;");
    case '"':
        return put_text(out, "&#34;");
    case '\'':
        return put_text(out, "&#39;");
    default:
        out[0] = (char)octet;
        return 1;
    }
}

/* One octet; at most ESCAPE_FACTOR are written. Returns how many. */
static size_t escape_octet(enum escape how, unsigned char octet, char *out)
{
    if (how == ESCAPE_HTML)
        return escape_html(octet, out);
    bool printable = octet >= ' ' && octet <= '~' && octet != '"' && octet != '\\';
    if (printable || (how == ESCAPE_UTF8 && octet >= 0x80)) {
        out[0] = (char)octet;
        return 1;
    }
    return put_hex(out, how == ESCAPE_LOG ? "\\x" : "\\u00", octet);
}

/* How many octets the character that begins here has: where text is to stay UTF-8, it is cut
 * between characters. */
static size_t character_len(enum escape how, struct span text)
{
    size_t len = 1;
    if (how == ESCAPE_LOG || how == ESCAPE_JSON)
        return len;
    while (len < text.len && ((unsigned char)text.at[len] & 0xC0) == 0x80)
        len++;
    return len;
}

size_t escape_append(enum escape how, struct span text, char *out, size_t len, size_t room,
                     bool *whole)
{
    while (text.len) {
        char escaped[4 * ESCAPE_FACTOR];
        size_t octets = character_len(how, text), made = 0;
        if (octets > 4)
            octets = 4; /* no character is longer */
        for (size_t i = 0; i < octets; i++)
            made += escape_octet(how, (unsigned char)text.at[i], escaped + made);
        if (made > room - len) {
            if (whole)
                *whole = false;
            return len;
        }
        memcpy(out + len, escaped, made);
        len += made;
        text = span_after(text, octets);
    }
    return len;
}
