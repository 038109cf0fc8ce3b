/*
 * Problem details (RFC 9457): errors that a program is to understand, as application/problem+json.
 * Those that draft-ietf-httpbis-resumable-upload-12 defines.
 *
 * Functions reply and return 0, as an endpoint does; or the status of what is wrong with the body.
 */
#ifndef PERCH_SERVE_PROBLEM_H
#define PERCH_SERVE_PROBLEM_H

#include "serve/exchange.h"

/* 400: the lengths that requests told of an upload contradict each other, or what came. */
int problem_inconsistent_length(struct exchange *exchange);

/* 409: an upload is at another offset than the request. */
int problem_mismatching_offset(struct exchange *exchange, uint64_t expected, uint64_t provided);

#endif
