/*
 * Replies: head and content into the wire (RFC 9112 §4, RFC 9110 §6.6, §8). The only writer of
 * response fields. Nothing of a request is copied into a field.
 *
 * The answer to HEAD has the same fields and no content, whichever of these calls makes it.
 */
#ifndef PERCH_SERVE_REPLY_H
#define PERCH_SERVE_REPLY_H

#include "http/status.h"
#include "serve/exchange.h"

/* A reply without content: 200, 201, 204. */
void reply_empty(struct exchange *exchange, enum status status);

/* 204 with Allow. */
void reply_options(struct exchange *exchange, unsigned methods);

/* 200 text/plain in the coding that the client likes best. 0, or S_NOT_ACCEPTABLE. The text may be
 * up to HEAD_MAX octets. */
int reply_text(struct exchange *exchange, struct span text);

/* 200 with a file as it is stored. The descriptor stays the caller's. */
void reply_file(struct exchange *exchange, const struct file *file);

/* 201 or 204 of an upload, with the new file's Location and ETag. */
void reply_stored(struct exchange *exchange, enum status status, const struct file *file,
                  const char *path);

/* An error: one line that says why (exchange->why, or the status's own). */
void reply_error(struct exchange *exchange, enum status status);

#endif
