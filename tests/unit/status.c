/*
 * http/status: the rows, against the names of RFC 9110 §15 and of the registry.
 */
#include "http/status.h"

#include "unit.h"

enum { ERROR_LINE_ROOM = 256 }; /* what an error reply has room for, its line feed included */

static const struct {
    int status;
    const char *reason;
} registered[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof registered / sizeof registered[0]; i++)
        if (registered[i].status == status)
            return registered[i].reason;
    return "";
}

/* True where there is a row of its own for it. */
static bool check_status(int status)
{
    const struct status_row *row = status_row((enum status)status);
    char line[128];
    CHECK(row && row->why);
    if (!row || !row->why)
        return false;
    if ((int)row->status != status) {
        CHECK(row->status == S_INTERNAL_ERROR);
        return false;
    }
    snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
    unit_about(row->line);
    CHECK(span_equal(row->line, span_of(line)));
    CHECK(status < 400 || (strlen(row->why) > 0 && strlen(row->why) < ERROR_LINE_ROOM));
    CHECK(!strpbrk(row->why, "\r\n"));
    return true;
}

static void check_all(void)
{
    static const enum status used[] = {
        S_OK,
        S_CREATED,
        S_NO_CONTENT,
        S_BAD_REQUEST,
        S_FORBIDDEN,
        S_NOT_FOUND,
        S_METHOD_NOT_ALLOWED,
        S_NOT_ACCEPTABLE,
        S_REQUEST_TIMEOUT,
        S_CONFLICT,
        S_CONTENT_TOO_LARGE,
        S_URI_TOO_LONG,
        S_EXPECTATION_FAILED,
        S_FIELDS_TOO_LARGE,
        S_INTERNAL_ERROR,
        S_NOT_IMPLEMENTED,
        S_UNAVAILABLE,
        S_VERSION_NOT_SUPPORTED,
        S_INSUFFICIENT_STORAGE,
    };
    for (int status = -1; status <= 1000; status++)
        check_status(status);
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        CHECK(check_status((int)used[i]));
}

/* RFC 9110 §6.4.1 and §8.6: of the final ones 204 and 304. */
static void check_bodiless(void)
{
    for (int status = 200; status <= 599; status++)
        if (check_status(status))
            CHECK(status_is_bodiless((enum status)status) == (status == 204 || status == 304));
}

int main(void)
{
    check_all();
    check_bodiless();
    return unit_end();
}
