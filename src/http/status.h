/*
 * The status codes that perch sends (RFC 9110 §15): a new one is one row here.
 */
#ifndef PERCH_HTTP_STATUS_H
#define PERCH_HTTP_STATUS_H

#include "base/span.h"
#include "bounds.h"

#include <stdbool.h>

/* A row: its name, the code, the reason phrase, and what an error reply says where nothing better
 * is known. */
/* clang-format off */
#define STATUSES(ROW) \
    ROW(S_OK,                     200, "OK",                              "") \
    ROW(S_CREATED,                201, "Created",                         "") \
    ROW(S_NO_CONTENT,             204, "No Content",                      "") \
    ROW(S_PARTIAL_CONTENT,        206, "Partial Content",                 "") \
    ROW(S_MOVED_PERMANENTLY,      301, "Moved Permanently",               "") \
    ROW(S_NOT_MODIFIED,           304, "Not Modified",                    "") \
    ROW(S_BAD_REQUEST,            400, "Bad Request",                     "this is no valid HTTP/1.1 request") \
    ROW(S_UNAUTHORIZED,           401, "Unauthorized",                    "a token is needed: send it as Authorization: Bearer TOKEN, or as the password of Basic") \
    ROW(S_FORBIDDEN,              403, "Forbidden",                       "the server has no permission for this file") \
    ROW(S_NOT_FOUND,              404, "Not Found",                       "there is nothing at this path") \
    ROW(S_METHOD_NOT_ALLOWED,     405, "Method Not Allowed",              "this resource does not take that method; see the Allow field") \
    ROW(S_NOT_ACCEPTABLE,         406, "Not Acceptable",                  "no content coding that this resource has is left; allow identity") \
    ROW(S_REQUEST_TIMEOUT,        408, "Request Timeout",                 "the request did not arrive in time; send it again") \
    ROW(S_CONFLICT,               409, "Conflict",                        "the name cannot take a file") \
    ROW(S_PRECONDITION_FAILED,    412, "Precondition Failed",             "a condition of the request does not hold; look at what is there now") \
    ROW(S_CONTENT_TOO_LARGE,      413, "Content Too Large",               "the body is larger than this server takes") \
    ROW(S_URI_TOO_LONG,           414, "URI Too Long",                    "the request line is longer than " BOUND_TEXT(REQUEST_LINE_MAX) " bytes") \
    ROW(S_UNSUPPORTED_MEDIA_TYPE, 415, "Unsupported Media Type",          "this resource does not take content of that type") \
    ROW(S_RANGE_NOT_SATISFIABLE,  416, "Range Not Satisfiable",           "no byte of that range is there; see the Content-Range field") \
    ROW(S_EXPECTATION_FAILED,     417, "Expectation Failed",              "the only expectation that can be met is 100-continue") \
    ROW(S_MISDIRECTED_REQUEST,    421, "Misdirected Request",             "this server does not answer to that host name; --allow-host names those it does") \
    ROW(S_FIELDS_TOO_LARGE,       431, "Request Header Fields Too Large", "the head is larger than " BOUND_TEXT(HEAD_MAX) " bytes or has more than " BOUND_TEXT(FIELDS_MAX) " fields") \
    ROW(S_INTERNAL_ERROR,         500, "Internal Server Error",           "the server failed; its log says how") \
    ROW(S_NOT_IMPLEMENTED,        501, "Not Implemented",                 "no resource here knows that method") \
    ROW(S_UNAVAILABLE,            503, "Service Unavailable",             "the server can't do this now; send the request again") \
    ROW(S_VERSION_NOT_SUPPORTED,  505, "HTTP Version Not Supported",      "this server speaks HTTP/1.1 and HTTP/1.0") \
    ROW(S_INSUFFICIENT_STORAGE,   507, "Insufficient Storage",            "there is no room left for this file")
/* clang-format on */

// NOLINTNEXTLINE(bugprone-macro-parentheses): a name
#define STATUS_MEMBER(name, code, reason, why) name = code,
enum status { STATUSES(STATUS_MEMBER) };

struct status_row {
    enum status status;
    struct span line; /* "HTTP/1.1 200 OK\r\n" */
    const char *why;
};

/* Never NULL: an unknown status is a 500. */
const struct status_row *status_row(enum status status);

/* Whether a reply of this status has no content and no Content-Length (RFC 9110 §8.6, §15.4.5). */
bool status_is_bodiless(enum status status);

#endif
