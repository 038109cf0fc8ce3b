/*
 * http/target: its parts put together are the target; a path is decoded once.
 */
#include "http/target.h"
#include "http/authority.h"
#include "http/status.h"

#include "fuzz.h"

static void check_path(const struct target *target)
{
    static const struct span prefixes[] = {SPAN("/"), SPAN("/echo/"), SPAN("/files/")};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct span rest;
        if (!target_path_starts(target->path, prefixes[i], &rest))
            continue;
        HOLDS(fuzz_within(rest, target->path));
        HOLDS(target->path.len - rest.len >= prefixes[i].len);
        HOLDS(rest.len == 0 || rest.at + rest.len == target->path.at + target->path.len);
    }
    char *decoded = malloc(target->path.len + 1);
    long len = target_decode(target->path, decoded);
    size_t escapes = 0;
    for (size_t i = 0; i < target->path.len; i++)
        escapes += target->path.at[i] == '%';
    HOLDS(len == -1 || (size_t)len + 2 * escapes == target->path.len);
    free(decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum method methods[] = {METHOD_GET, METHOD_PUT, METHOD_OPTIONS, METHOD_CONNECT,
                                          METHOD_UNKNOWN};
    struct target target;
    struct authority authority;
    struct span text = fuzz_span(data, size);
    if (size == 0)
        return 0;
    enum method method = methods[data[0] % (sizeof methods / sizeof methods[0])];
    text = span_after(text, 1);
    authority_parse(&authority, text);
    if (!octets_are(text, OCTET_TARGET))
        return 0;
    int parsed = target_parse(&target, text, method);
    HOLDS(parsed == 0 || parsed == -S_BAD_REQUEST || parsed == -S_NOT_IMPLEMENTED);
    HOLDS((parsed < 0) == (target.why != NULL));
    if (parsed < 0)
        return 0;
    HOLDS(method != METHOD_CONNECT);
    HOLDS((target.form == TARGET_ASTERISK) == (target.path.len == 0));
    if (target.form == TARGET_ASTERISK)
        return 0;
    HOLDS(target.path.at[0] == '/' && span_find(target.path, '?') == target.path.len);
    HOLDS(fuzz_within(target.query, text));
    if (target.form == TARGET_ABSOLUTE)
        HOLDS(authority_parse(&authority, target.authority));
    check_path(&target);
    return 0;
}
