/*
 * GET /: the server is there.
 */
#include "serve/reply.h"
#include "serve/route.h"

int root_answer(struct exchange *exchange)
{
    reply_empty(exchange, S_OK);
    return 0;
}
