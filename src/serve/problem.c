#include "serve/problem.h"

#include "base/forget.h"
#include "base/put.h"
#include "serve/reply.h"
#include "serve/session.h"

#define TYPE  "{\"type\":\"https://iana.org/assignments/http-problem-types#"
#define TITLE "\",\"title\":\""

static int reply(struct exchange *exchange, enum status status, struct span text)
{
    int wrong = session_without_body(exchange, 0);
    if (wrong != 0)
        return wrong;
    reply_head(exchange, &(struct reply){
                             .status = status,
                             .type = SPAN("application/problem+json"),
                             .length = text.len,
                         });
    if (reply_has_content(exchange))
        wire_put(exchange->wire, text);
    return 0;
}

int problem_inconsistent_length(struct exchange *exchange)
{
    return reply(
        exchange, S_BAD_REQUEST,
        SPAN(TYPE "inconsistent-upload-length" TITLE "Inconsistent Upload Length Values\"}\n"));
}

int problem_mismatching_offset(struct exchange *exchange, uint64_t expected, uint64_t provided)
{
    static char text[sizeof TYPE + sizeof TITLE + 256];
    forget_later(text, sizeof text);
    char *at =
        put_span(text, SPAN(TYPE "mismatching-upload-offset" TITLE "Mismatching Upload Offset"
                                 "\",\"expected-offset\":"));
    at = put_number(at, expected, 10);
    at = put_span(at, SPAN(",\"provided-offset\":"));
    at = put_number(at, provided, 10);
    at = put_span(at, SPAN("}\n"));
    return reply(exchange, S_CONFLICT, span_between(text, at));
}
