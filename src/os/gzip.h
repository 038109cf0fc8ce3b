/*
 * The gzip content coding (RFC 9110 §8.4.1.3, RFC 1952). The only user of zlib.
 */
#ifndef PERCH_OS_GZIP_H
#define PERCH_OS_GZIP_H

#include "base/span.h"

/*
 * Codes the whole text into out. Returns the length, or 0 where zlib fails or the room is short: a
 * text takes at most an eighth more than its own length, and 64 bytes. Allocates nothing: the state
 * lives in a static arena, is set up by the first call and reset by the next ones. The output has
 * no time and no name in it: equal texts give equal bytes.
 */
size_t gzip_bytes(struct span text, char *out, size_t room);

/* ---- Piece by piece ---- */

/* Begins a text; false where zlib fails. */
bool gzip_begin(void);

/*
 * Codes from the start of *text, which becomes what is left of it, into out; with end there is
 * nothing behind it. Returns how many octets of out were written; as long as that is room, there is
 * more to come, and the call is to be repeated. -1: zlib failed.
 */
long gzip_step(struct span *text, bool end, char *out, size_t room);

/* Wipes the state, and with it the last texts; the next call sets it up anew. */
void gzip_forget(void);

#endif
