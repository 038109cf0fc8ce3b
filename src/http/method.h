/*
 * Request methods (RFC 9110 §9): those that some resource here takes, and those that are known but
 * answered with 405. A method outside of the table in method.c is answered with 501.
 */
#ifndef PERCH_HTTP_METHOD_H
#define PERCH_HTTP_METHOD_H

#include "base/span.h"

#include <stdbool.h>

enum method {
    METHOD_UNKNOWN = 0,
    METHOD_GET = 1 << 0,
    METHOD_HEAD = 1 << 1,
    METHOD_POST = 1 << 2,
    METHOD_PUT = 1 << 3,
    METHOD_DELETE = 1 << 4,
    METHOD_OPTIONS = 1 << 5,
    METHOD_CONNECT = 1 << 6,
    METHOD_PATCH = 1 << 7,
    METHOD_KNOWN = 1 << 8, /* by name only: TRACE, WebDAV's */
};

/* Methods are case-sensitive (RFC 9110 §9.1). */
enum method method_named(struct span name);

/* Whether a request with this method asks for no change (RFC 9110 §9.2.1). */
bool method_is_safe(enum method method);

/* Whether a request with this method must not have a body here (protocol.md, framing). */
bool method_refuses_body(enum method method);

/* Writes the names of a set of methods as the value of an Allow field; returns its length, at most
 * METHOD_LIST_MAX. */
enum { METHOD_LIST_MAX = 64 };
size_t method_list(unsigned methods, char *out);

#endif
