/*
 * GET /echo/{text}: the rest of the path, percent-decoded, slashes included.
 */
#include "base/forget.h"
#include "base/rare.h"
#include "bounds.h"
#include "serve/representation.h"
#include "serve/route.h"

int echo_answer(struct exchange *exchange)
{
    static RARE char text[REQUEST_LINE_MAX];
    if (span_find(exchange->rest, '%') == exchange->rest.len)
        return representation_text(exchange, exchange->rest);
    forget_later(text, sizeof text);
    long len = target_decode(exchange->rest, text);
    if (len < 0) {
        exchange->why = "the path has a percent sign without two hexadecimal digits behind it";
        return S_BAD_REQUEST;
    }
    return representation_text(exchange, (struct span){text, (size_t)len});
}
