#include "http/authorization.h"

/* 0 to 63, or -1 (RFC 4648 §4). */
static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static size_t padding_of(struct span text)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.at[text.len - 1 - padding] == '=')
        padding++;
    return padding;
}

/* The whole span, padded as it must be; returns the length, or -1. */
static long decode_base64(struct span text, char *out, size_t room)
{
    size_t padding = padding_of(text), len = 0;
    uint32_t bits = 0;
    if (text.len % 4 != 0 || text.len / 4 > room / 3)
        return -1;
    for (size_t i = 0; i < text.len - padding; i++) {
        int value = base64_value(text.at[i]);
        if (value < 0)
            return -1;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 == 0)
            continue;
        unsigned left = 6 - 2 * (i % 4);
        out[len++] = (char)(bits >> left & 0xFF);
    }
    return (long)len;
}

static bool password_of(struct span credentials, char *room, struct span *secret)
{
    long len = decode_base64(credentials, room, AUTHORIZATION_ROOM);
    if (len < 0)
        return false;
    struct span decoded = {room, (size_t)len};
    size_t colon = span_find(decoded, ':');
    if (colon == decoded.len)
        return false;
    *secret = span_after(decoded, colon + 1);
    return true;
}

bool authorization_secret(struct span value, char room[AUTHORIZATION_ROOM], struct span *secret)
{
    struct span credentials = value;
    struct span scheme = span_cut(&credentials, ' ');
    while (credentials.len && credentials.at[0] == ' ')
        credentials = span_after(credentials, 1);
    if (span_equal_nocase(scheme, SPAN("Basic")))
        return password_of(credentials, room, secret);
    *secret = credentials;
    return span_equal_nocase(scheme, SPAN("Bearer")) && credentials.len > 0;
}
