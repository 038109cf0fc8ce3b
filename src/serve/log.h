/*
 * The access log: one record for each request that got a reply, when all of the reply is on its
 * way. What the client sent stands in it escaped and cut to a length (bounds.h): it can neither
 * forge a line nor flood the log with one.
 */
#ifndef PERCH_SERVE_LOG_H
#define PERCH_SERVE_LOG_H

#include "serve/exchange.h"

/* The value of --log: NULL, or what is wrong with it and what to give instead. */
const char *log_take_format(void *member, const char *value);

/* Opens what the format writes to; before the first octet of a client is read. Where there is no
 * journal its lines are combined ones. False where there is no log. */
bool log_open(enum log_format format);

/* The clock of a request starts, where there is a log; called again, it goes on. */
void log_begins(struct exchange *exchange);

/* The request line in this text, where there is a log: the text begins with it, and may end within.
 */
void log_request_line(struct exchange *exchange, struct span text);

/* A record of the request that has just been answered, the number-th of its connection. */
void log_request(struct exchange *exchange, unsigned number);

#endif
