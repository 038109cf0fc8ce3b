/*
 * GET /user-agent: the User-Agent field's value as it was sent; nothing where there is none.
 */
#include "serve/representation.h"
#include "serve/route.h"

int user_agent_answer(struct exchange *exchange)
{
    return representation_text(exchange, fields_value(&exchange->head.fields, FIELD_USER_AGENT));
}
