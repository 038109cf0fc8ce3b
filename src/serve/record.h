/*
 * What the access log tells of a request, in each of its formats.
 *
 * Each function writes a record at a place with room for JOURNAL_RECORD_MAX, which the bounds on
 * what goes into it keep it below, and returns the place behind it. What the client sent stands in
 * it escaped: in no format it can pass for more than the one text that it is.
 */
#ifndef PERCH_SERVE_RECORD_H
#define PERCH_SERVE_RECORD_H

#include "serve/exchange.h"

/* The format that NCSA's server had, and that with Referer and User-Agent behind it. */
char *record_common(char *at, const struct exchange *exchange);
char *record_combined(char *at, const struct exchange *exchange);

/* An object (RFC 8259). */
char *record_json(char *at, const struct exchange *exchange);

/* Fields of the journal's native protocol, one a line. */
char *record_native(char *at, const struct exchange *exchange);

/* How urgent it is, as in syslog.h: a server's error, a refusal, or a reply as it should be. */
unsigned record_priority(const struct exchange *exchange);

#endif
