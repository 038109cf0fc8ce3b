#include "http/head.h"

#include "http/authority.h"
#include "http/scan.h"
#include "http/status.h"

void head_begin(struct head *head)
{
    head->method = METHOD_UNKNOWN;
    head->target = (struct span){NULL, 0};
    head->minor = 1;
    head->why = NULL;
    head->begin = 0;
    head->has_request_line = false;
    head->line = (struct line){0, 0};
    fields_begin(&head->fields, 0);
}

static int refuse(struct head *head, enum status status, const char *why)
{
    head->why = why;
    return -(int)status;
}

/* HTTP-version = "HTTP/" DIGIT "." DIGIT, in upper case (RFC 9112 §2.3). */
static int take_version(struct head *head, struct span version)
{
    if (span_equal(version, SPAN("HTTP/1.1"))) {
        head->minor = 1;
        return 0;
    }
    struct span numbers = span_after(version, span_starts(version, SPAN("HTTP/")) ? 5 : 0);
    uint64_t major, minor;
    if (version.len != 8 || numbers.len != 3 || numbers.at[1] != '.' ||
        !span_decimal((struct span){numbers.at, 1}, 1, &major) ||
        !span_decimal((struct span){numbers.at + 2, 1}, 1, &minor))
        return refuse(head, S_BAD_REQUEST,
                      "the request line does not end with a version such as HTTP/1.1");
    if (major != 1)
        return refuse(head, S_VERSION_NOT_SUPPORTED, NULL);
    head->minor = minor == 0 ? 0 : 1;
    return 0;
}

/* Takes so many octets off *rest, and the space behind them; nothing where there is another octet.
 */
static struct span take_word(struct span *rest, size_t len)
{
    struct span word = {rest->at, len};
    if (len < rest->len && rest->at[len] != ' ')
        word.len = 0;
    *rest = span_after(*rest, len < rest->len ? len + 1 : len);
    return word;
}

/* request-line = method SP request-target SP HTTP-version; 0 or a negative status. */
static int take_request_line(struct head *head, struct span line)
{
    struct span rest = line;
    struct span method = take_word(&rest, octets_run(rest, OCTET_TOKEN));
    if (method.len == 0)
        return refuse(head, S_BAD_REQUEST, "the request line does not begin with a method");
    head->method = method_named(method);
    head->target = take_word(&rest, scan_target(rest));
    if (head->target.len == 0)
        return refuse(head, S_BAD_REQUEST,
                      "the target is empty, or has a character that must be percent-encoded");
    return take_version(head, rest);
}

/* RFC 9112 §3.2: one valid Host in HTTP/1.1; in HTTP/1.0 at most one. */
static int check_host(struct head *head)
{
    unsigned lines = head->fields.lines_of[FIELD_HOST];
    struct authority authority;
    if (lines > 1)
        return refuse(head, S_BAD_REQUEST, "the Host field is given more than once");
    if (lines == 0 && head->minor > 0)
        return refuse(head, S_BAD_REQUEST, "the Host field is missing");
    if (lines == 1 && !authority_parse(&authority, fields_value(&head->fields, FIELD_HOST)))
        return refuse(head, S_BAD_REQUEST, "the Host field is no host with an optional port");
    return 0;
}

/* The empty line that some old clients send behind a body (RFC 9112 §2.2): one, before anything. */
static void skip_empty_line(struct head *head, const char *buffer, size_t len)
{
    if (head->line.scanned == 0 && len > 1 && buffer[0] == '\r' && buffer[1] == '\n') {
        head->begin = 2;
        head->line = (struct line){2, 2};
    }
}

/* The answer to HEAD has no content, also where its line is refused (RFC 9110 §9.3.2). */
static void note_method(struct head *head, const char *buffer)
{
    struct span rest = span_between(buffer + head->line.at, buffer + head->line.scanned);
    struct span method = span_cut(&rest, ' ');
    if (buffer + head->line.at + method.len < rest.at)
        head->method = method_named(method);
}

int head_parse_line(struct head *head, const char *buffer, size_t len)
{
    skip_empty_line(head, buffer, len);
    size_t max = head->begin + REQUEST_LINE_MAX + 2;
    struct span text;
    int scanned = line_scan(&head->line, buffer, len < max ? len : max, &text, &head->why);
    if (scanned <= 0)
        note_method(head, buffer);
    if (scanned < 0)
        return scanned;
    if (scanned == 0)
        return len < max ? 0 : refuse(head, S_URI_TOO_LONG, NULL);
    int taken = take_request_line(head, text);
    if (taken < 0)
        return taken;
    head->has_request_line = true;
    fields_begin(&head->fields, head->line.at);
    return scanned;
}

static int parse_fields(struct head *head, const char *buffer, size_t len)
{
    int parsed = fields_parse(&head->fields, buffer, len, head->begin + HEAD_MAX);
    if (parsed <= 0) {
        head->why = head->fields.why;
        return parsed;
    }
    int checked = check_host(head);
    return checked < 0 ? checked : parsed;
}

int head_parse(struct head *head, const char *buffer, size_t len)
{
    int parsed = head->has_request_line ? 1 : head_parse_line(head, buffer, len);
    return parsed > 0 ? parse_fields(head, buffer, len) : parsed;
}

bool head_has_begun(const struct head *head)
{
    return head->line.scanned > head->begin;
}
