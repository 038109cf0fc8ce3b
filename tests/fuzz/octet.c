/*
 * http/octet: the classes are those of the RFCs' lists, written out here; a span is of a class
 * where strspn() says so.
 */
#include "http/octet.h"

#include "fuzz.h"

#define ALNUM      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define UNRESERVED ALNUM "-._~"
#define VCHAR_REST "\"#%/:<>?@[\\]^`{|}"
#define SUB_DELIMS "!$&'()*+,;="

enum { OBS_TEXT = 128, SET_MAX = 256 };

/* What a class holds besides octets above 127. */
static const struct {
    const char *ascii;
    enum octet class;
    bool obs_text;
} sets[] = {
    {ALNUM "!#$%&'*+-.^_`|~", OCTET_TOKEN, false},
    {"\t " UNRESERVED SUB_DELIMS VCHAR_REST, OCTET_LINE, true},
    {UNRESERVED SUB_DELIMS "\"%/:<>?@[\\]^`{|}", OCTET_TARGET, false},
    {UNRESERVED SUB_DELIMS, OCTET_HOST, false},
    {UNRESERVED, OCTET_SEGMENT, false},
    {UNRESERVED SUB_DELIMS "#%/:<>?@[\\]^`{|}", OCTET_ETAG, true},
};

static const char *set_of(size_t i)
{
    static char set[SET_MAX];
    char *end = stpcpy(set, sets[i].ascii);
    for (unsigned c = OBS_TEXT; sets[i].obs_text && c < SET_MAX; c++)
        *end++ = (char)c;
    *end = '\0';
    return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    char *copy = malloc(size + 1);
    // cppcheck-suppress uninitdata; the pointer is looked at, not the memory
    HOLDS(copy);
    if (size)
        memcpy(copy, data, size);
    copy[size] = '\0';
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        size_t leading = strspn(copy, set_of(i));
        HOLDS(octets_are(text, sets[i].class) == (size > 0 && leading == size));
        HOLDS(leading == 0 || octets_are((struct span){text.at, leading}, sets[i].class));
        HOLDS(leading == size || !octet_is(text.at[leading], sets[i].class));
    }
    free(copy);
    return 0;
}
