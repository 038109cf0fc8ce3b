/*
 * GET /: the server is there.
 */
#include "serve/representation.h"
#include "serve/route.h"

int root_answer(struct exchange *exchange)
{
    return representation_empty(exchange);
}
