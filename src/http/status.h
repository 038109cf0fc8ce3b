/*
 * The status codes that perch sends (RFC 9110 §15), one row each in status.c.
 */
#ifndef PERCH_HTTP_STATUS_H
#define PERCH_HTTP_STATUS_H

#include "base/span.h"

#include <stdbool.h>

enum status {
    S_OK = 200,
    S_CREATED = 201,
    S_NO_CONTENT = 204,
    S_PARTIAL_CONTENT = 206,
    S_MOVED_PERMANENTLY = 301,
    S_NOT_MODIFIED = 304,
    S_BAD_REQUEST = 400,
    S_UNAUTHORIZED = 401,
    S_FORBIDDEN = 403,
    S_NOT_FOUND = 404,
    S_METHOD_NOT_ALLOWED = 405,
    S_NOT_ACCEPTABLE = 406,
    S_REQUEST_TIMEOUT = 408,
    S_CONFLICT = 409,
    S_PRECONDITION_FAILED = 412,
    S_CONTENT_TOO_LARGE = 413,
    S_URI_TOO_LONG = 414,
    S_UNSUPPORTED_MEDIA_TYPE = 415,
    S_RANGE_NOT_SATISFIABLE = 416,
    S_EXPECTATION_FAILED = 417,
    S_MISDIRECTED_REQUEST = 421,
    S_FIELDS_TOO_LARGE = 431,
    S_INTERNAL_ERROR = 500,
    S_NOT_IMPLEMENTED = 501,
    S_UNAVAILABLE = 503,
    S_VERSION_NOT_SUPPORTED = 505,
    S_INSUFFICIENT_STORAGE = 507,
};

struct status_row {
    enum status status;
    struct span line; /* "HTTP/1.1 200 OK\r\n" */
    const char *why;  /* what an error reply says where nothing better is known */
};

/* Never NULL: an unknown status is a 500. */
const struct status_row *status_row(enum status status);

/* Whether a reply of this status has no content and no Content-Length (RFC 9110 §8.6, §15.4.5). */
bool status_is_bodiless(enum status status);

#endif
