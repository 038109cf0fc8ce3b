/*
 * The target of a request, taken apart (RFC 9112 §3.2). Pure; spans into the target's own text.
 */
#ifndef PERCH_HTTP_TARGET_H
#define PERCH_HTTP_TARGET_H

#include "base/span.h"
#include "http/method.h"

enum target_form { TARGET_ORIGIN, TARGET_ABSOLUTE, TARGET_ASTERISK };

struct target {
    enum target_form form;
    struct span authority; /* of the absolute-form, else empty: it then replaces Host */
    struct span path;      /* as sent, percent signs and all; "/" where an absolute-form has none;
                              empty for the asterisk-form */
    struct span query;     /* without its "?" */
    const char *why;       /* after a refusal: what was wrong, a string that stays */
};

/*
 * Reads a target that is not empty and whose octets the head has already checked.
 * 0: served. -S_BAD_REQUEST: no form fits the method. -S_NOT_IMPLEMENTED: the authority-form, or
 * CONNECT, which no origin server needs.
 */
int target_parse(struct target *target, struct span text, enum method method);

/*
 * Whether the path begins with this prefix, an escape of an unreserved character being the same as
 * the character (RFC 3986 §6.2.2.2). *rest is then what stands behind it. The prefix must consist
 * of unreserved characters and slashes.
 */
bool target_path_starts(struct span path, struct span prefix, struct span *rest);

/*
 * Decodes percent-escapes, each exactly once, into out, which has room for text.len bytes.
 * Returns the length, or -1 where a percent sign is not followed by two hexadecimal digits.
 */
long target_decode(struct span text, char *out);

#endif
