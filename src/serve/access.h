/*
 * Who may do what: the token that --token-file asks for (RFC 9110 §11).
 *
 * A wrong token is answered late, and a few of them end the connection: with the caps on
 * connections that bounds how many can be tried. A request without a token is answered at once:
 * that is how a browser learns that it must ask its user for one.
 */
#ifndef PERCH_SERVE_ACCESS_H
#define PERCH_SERVE_ACCESS_H

#include "serve/exchange.h"

/* The value of --require-token: NULL, or what is wrong with it and what to give instead. */
const char *access_take_required(void *member, const char *value);

/* Reads the tokens; ends the program where that can't be done. Before the first octet of a client.
 */
void access_open(const struct settings *settings);

/* 0, or S_UNAUTHORIZED. */
int access_check(struct exchange *exchange);

/* Whether the client has tried too many wrong tokens to be served any longer. */
bool access_is_exhausted(const struct exchange *exchange);

#endif
