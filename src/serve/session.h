/*
 * The requests of one connection, one after another, and its end (RFC 9112 §9). The only place that
 * decides whether a connection is kept or closed.
 */
#ifndef PERCH_SERVE_SESSION_H
#define PERCH_SERVE_SESSION_H

#include "os/store.h"
#include "os/wire.h"
#include "serve/exchange.h"
#include "serve/settings.h"

/* While there is no connection yet: touches what each one touches, which takes the longer the first
 * time, since the kernel puts pages in place. */
void session_prepare(void);

/* Serves until the connection is at its end; returns once the last reply is out. */
void session_run(const struct settings *settings, const struct store *store, struct client *client,
                 struct wire *wire);

/* Wipes what is left of the connection that has ended, in all of perch: the next one is somebody
 * else's. */
void session_forget(struct wire *wire);

/* Whether the connection stays after the reply whose head is about to be written: decided then, and
 * final. */
bool session_keeps(struct exchange *exchange);

/* For an answer to a request whose body nobody takes: the status given, or that of what is wrong
 * with the body's framing, which is judged before path and method. That it comes slowly is not
 * wrong. To be asked before session_keeps(), so that what ended well keeps the connection. */
int session_without_body(struct exchange *exchange, int status);

#endif
