/*
 * http/method: a name is known where it is one of a list, letter by letter; what is listed for
 * Allow is read as the same set.
 */
#include "http/method.h"

#include "fuzz.h"

static const char *const names[] = {"GET",     "HEAD",  "POST",  "PUT",   "DELETE",   "OPTIONS",
                                    "CONNECT", "TRACE", "PATCH", "COPY",  "PROPFIND", "PROPPATCH",
                                    "MKCOL",   "MOVE",  "LOCK",  "UNLOCK"};

static bool is_known(struct span name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (name.len == strlen(names[i]) && memcmp(name.at, names[i], name.len) == 0)
            return true;
    return false;
}

/* The set that a value of Allow names; each name once. */
static unsigned set_in(struct span list)
{
    unsigned set = 0;
    while (list.len) {
        struct span name = span_trim(span_cut(&list, ','));
        enum method method = method_named(name);
        HOLDS(octets_are(name, OCTET_TOKEN));
        HOLDS(method != METHOD_UNKNOWN && method != METHOD_KNOWN && !(set & method));
        set |= method;
    }
    return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char list[METHOD_LIST_MAX];
    struct span text = fuzz_span(data, size);
    enum method method = method_named(text);
    HOLDS((method != METHOD_UNKNOWN) == is_known(text));
    HOLDS(!(method & (method - 1)));
    HOLDS(!method_is_safe(method) || method == METHOD_OPTIONS || method_refuses_body(method));

    /* With one octet less, or changed, it is no longer the same. */
    if (method != METHOD_UNKNOWN && method != METHOD_KNOWN) {
        HOLDS(method_named((struct span){text.at, size - 1}) != method);
        size_t len = method_list(method, list);
        HOLDS(span_equal((struct span){list, len}, text));
        list[fuzz_hash(text) % len] ^= 0x20;
        HOLDS(method_named((struct span){list, len}) == METHOD_UNKNOWN);
    }

    unsigned set = (unsigned)fuzz_number(&text) & (METHOD_KNOWN - 1);
    size_t len = method_list(set, list);
    HOLDS(len <= sizeof list);
    HOLDS(set_in((struct span){list, len}) == set);
    return 0;
}
