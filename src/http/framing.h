/*
 * What a head says about the message it belongs to: how long the body is, whether the client waits
 * for 100 Continue, whether the connection may stay (RFC 9112 §6 and §9.3, RFC 9110 §10.1.1).
 *
 * Pure. Refuses whatever two readers of the same octets could understand differently.
 */
#ifndef PERCH_HTTP_FRAMING_H
#define PERCH_HTTP_FRAMING_H

#include "http/head.h"

#include <stdbool.h>
#include <stdint.h>

enum body_kind { BODY_NONE, BODY_LENGTH, BODY_CHUNKED };

struct framing {
    enum body_kind body;
    uint64_t length;       /* of BODY_LENGTH, at least 1 */
    bool expects_continue; /* the client may wait for 100 before it sends the body */
    bool wants_close;      /* the client said close, or HTTP/1.0 without keep-alive */
    const char *why;       /* after a refusal: what was wrong, a string that stays */
};

/*
 * 0: the framing is sound. -S_BAD_REQUEST, -S_NOT_IMPLEMENTED (a transfer coding other than
 * chunked): nothing behind this head can be understood; the connection must be closed.
 */
int framing_decide(struct framing *framing, const struct head *head);

/* Whether the head has an expectation that can't be met: then the answer is 417. */
bool framing_unmet_expectation(const struct head *head);

#endif
