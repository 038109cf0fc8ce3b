/*
 * The secret in an Authorization field: a bearer token (RFC 6750 §2.1) or the password of Basic
 * (RFC 7617 §2), whose user name says nothing here.
 *
 * Pure: no I/O, no allocation. What the secret is worth is the caller's to judge.
 */
#ifndef PERCH_HTTP_AUTHORIZATION_H
#define PERCH_HTTP_AUTHORIZATION_H

#include "base/span.h"
#include "bounds.h"

/* What decoded credentials take at most: a user name, a colon, a secret. */
enum { AUTHORIZATION_ROOM = 2 * SECRET_BYTES_MAX };

/*
 * False where the value is of another scheme, malformed, or too long to hold a secret of
 * SECRET_BYTES_MAX; else *secret points into the value or into room.
 */
bool authorization_secret(struct span value, char room[AUTHORIZATION_ROOM], struct span *secret);

#endif
