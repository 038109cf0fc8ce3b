#include "http/framing.h"

#include "bounds.h"
#include "http/octet.h"
#include "http/status.h"

static int refuse(struct framing *framing, enum status status, const char *why)
{
    framing->why = why;
    return -(int)status;
}

/* What the members of Transfer-Encoding add up to: chunked must be the last and stand once
 * (RFC 9112 §6.1). */
struct codings {
    unsigned others;
    bool chunked;
    const char *why;
};

static void take_coding(struct codings *codings, struct span coding)
{
    if (!octets_are(coding, OCTET_TOKEN))
        codings->why = "Transfer-Encoding has an empty member, a parameter, or no token in it";
    else if (codings->chunked)
        codings->why = "Transfer-Encoding has something behind chunked";
    else if (span_equal_nocase(coding, SPAN("chunked")))
        codings->chunked = true;
    else
        codings->others++;
}

/* Not by span_next_member(), which passes over empty members: here they are refused. */
static void take_codings(struct codings *codings, struct span value)
{
    for (;;) {
        size_t comma = span_find(value, ',');
        take_coding(codings, span_trim((struct span){value.at, comma}));
        if (comma == value.len)
            return;
        value = span_after(value, comma + 1);
    }
}

static int decide_transfer_encoding(struct framing *framing, const struct fields *fields)
{
    struct codings codings = {0, false, NULL};
    for (unsigned i = 0; i < fields->count; i++)
        if (fields->rows[i].id == FIELD_TRANSFER_ENCODING)
            take_codings(&codings, fields->rows[i].value);
    if (codings.why)
        return refuse(framing, S_BAD_REQUEST, codings.why);
    if (!codings.chunked)
        return refuse(framing, S_BAD_REQUEST, "Transfer-Encoding does not end with chunked");
    if (codings.others)
        return refuse(framing, S_NOT_IMPLEMENTED, "the only transfer coding known here is chunked");
    framing->body = BODY_CHUNKED;
    return 0;
}

static int decide_content_length(struct framing *framing, const struct fields *fields)
{
    if (fields->lines_of[FIELD_CONTENT_LENGTH] > 1)
        return refuse(framing, S_BAD_REQUEST, "Content-Length is given more than once");
    if (!span_decimal(fields_value(fields, FIELD_CONTENT_LENGTH), CONTENT_LENGTH_DIGITS_MAX,
                      &framing->length))
        return refuse(
            framing, S_BAD_REQUEST,
            "Content-Length is no number of 1 to " BOUND_TEXT(CONTENT_LENGTH_DIGITS_MAX) " digits");
    framing->body = framing->length ? BODY_LENGTH : BODY_NONE;
    return 0;
}

static int decide_body(struct framing *framing, const struct head *head)
{
    const struct fields *fields = &head->fields;
    bool coded = fields->lines_of[FIELD_TRANSFER_ENCODING];
    bool counted = fields->lines_of[FIELD_CONTENT_LENGTH];
    if (coded && head->minor == 0)
        return refuse(framing, S_BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding");
    if (coded && counted)
        return refuse(framing, S_BAD_REQUEST,
                      "both Content-Length and Transfer-Encoding are given; send one of them");
    if (coded)
        return decide_transfer_encoding(framing, fields);
    return counted ? decide_content_length(framing, fields) : 0;
}

/* RFC 9112 §9.3: close wins; without it HTTP/1.1 stays, and HTTP/1.0 only with keep-alive. */
static bool wants_close(const struct head *head)
{
    if (head->fields.lines_of[FIELD_CONNECTION] == 0)
        return head->minor == 0;
    struct field_members walk = fields_members(&head->fields, FIELD_CONNECTION);
    struct span option;
    bool keep_alive = false;
    while (fields_next_member(&walk, &option)) {
        if (span_equal_nocase(option, SPAN("close")))
            return true;
        if (span_equal_nocase(option, SPAN("keep-alive")))
            keep_alive = true;
    }
    return head->minor == 0 && !keep_alive;
}

/* Expect is a list (RFC 9110 §10.1.1); an empty one expects nothing. */
static bool has_expectation(const struct head *head)
{
    struct field_members walk = fields_members(&head->fields, FIELD_EXPECT);
    struct span expectation;
    return fields_next_member(&walk, &expectation);
}

int framing_decide(struct framing *framing, const struct head *head)
{
    *framing = (struct framing){.body = BODY_NONE};
    int decided = decide_body(framing, head);
    if (decided < 0)
        return decided;
    if (framing->body != BODY_NONE && method_refuses_body(head->method))
        return refuse(framing, S_BAD_REQUEST, "a GET, HEAD or DELETE request has no body here");
    framing->expects_continue =
        framing->body != BODY_NONE && head->minor > 0 && has_expectation(head);
    framing->wants_close = wants_close(head);
    return 0;
}

bool framing_unmet_expectation(const struct head *head)
{
    if (head->fields.lines_of[FIELD_EXPECT] == 0)
        return false;
    struct field_members walk = fields_members(&head->fields, FIELD_EXPECT);
    struct span expectation;
    while (fields_next_member(&walk, &expectation))
        if (!span_equal_nocase(expectation, SPAN("100-continue")))
            return true;
    return false;
}
