#include "http/method.h"

#include <string.h>

#define ROW(name, method)                                                                          \
    {                                                                                              \
        sizeof(name) - 1, name, method                                                             \
    }

static const struct {
    uint8_t len;
    char name[11];
    enum method method;
} rows[] = {
    ROW("GET", METHOD_GET),         ROW("HEAD", METHOD_HEAD),       ROW("POST", METHOD_POST),
    ROW("PUT", METHOD_PUT),         ROW("DELETE", METHOD_DELETE),   ROW("OPTIONS", METHOD_OPTIONS),
    ROW("CONNECT", METHOD_CONNECT), ROW("TRACE", METHOD_KNOWN),     ROW("PATCH", METHOD_PATCH),
    ROW("PROPFIND", METHOD_KNOWN),  ROW("PROPPATCH", METHOD_KNOWN), ROW("MKCOL", METHOD_KNOWN),
    ROW("COPY", METHOD_KNOWN),      ROW("MOVE", METHOD_KNOWN),      ROW("LOCK", METHOD_KNOWN),
    ROW("UNLOCK", METHOD_KNOWN),
};

enum { ROWS = sizeof rows / sizeof rows[0] };

enum method method_named(struct span name)
{
    for (size_t i = 0; name.len && i < ROWS; i++)
        if (rows[i].len == name.len && memcmp(rows[i].name, name.at, name.len) == 0)
            return rows[i].method;
    return METHOD_UNKNOWN;
}

bool method_is_safe(enum method method)
{
    return method == METHOD_GET || method == METHOD_HEAD || method == METHOD_OPTIONS;
}

bool method_refuses_body(enum method method)
{
    return method == METHOD_GET || method == METHOD_HEAD || method == METHOD_DELETE;
}

size_t method_list(unsigned methods, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (!(methods & rows[i].method) || rows[i].method == METHOD_KNOWN)
            continue;
        if (len) {
            memcpy(out + len, ", ", 2);
            len += 2;
        }
        memcpy(out + len, rows[i].name, rows[i].len);
        len += rows[i].len;
    }
    return len;
}
