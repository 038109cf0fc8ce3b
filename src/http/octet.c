#include "http/octet.h"

enum {
    L = OCTET_LINE,
    V = L | OCTET_TARGET | OCTET_ETAG,                /* VCHAR that is nothing more */
    D = V | OCTET_HOST,                               /* sub-delims that are no tchar */
    S = V | OCTET_TOKEN | OCTET_HOST,                 /* sub-delims that are tchar */
    T = V | OCTET_TOKEN,                              /* tchar that no host holds */
    U = V | OCTET_TOKEN | OCTET_HOST | OCTET_SEGMENT, /* unreserved */
};

const uint8_t octet_classes[256] = {
    ['\t'] = L,
    [' '] = L,
    ['#'] = L | OCTET_TOKEN | OCTET_ETAG,
    ['"'] = L | OCTET_TARGET,
    ['/'] = V,
    [':'] = V,
    ['<'] = V,
    ['>'] = V,
    ['?'] = V,
    ['@'] = V,
    ['['] = V,
    ['\\'] = V,
    [']'] = V,
    ['{'] = V,
    ['}'] = V,
    ['('] = D,
    [')'] = D,
    [','] = D,
    [';'] = D,
    ['='] = D,
    ['!'] = S,
    ['$'] = S,
    ['&'] = S,
    ['\''] = S,
    ['*'] = S,
    ['+'] = S,
    ['%'] = T,
    ['^'] = T,
    ['`'] = T,
    ['|'] = T,
    ['-'] = U,
    ['.'] = U,
    ['_'] = U,
    ['~'] = U,
    ['0' ... '9'] = U,
    ['A' ... 'Z'] = U,
    ['a' ... 'z'] = U,
    [0x80 ... 0xFF] = L | OCTET_ETAG, /* obs-text */
};

bool octets_are(struct span text, enum octet class)
{
    return text.len > 0 && octets_run(text, class) == text.len;
}
