/*
 * The gzip content coding (RFC 9110 §8.4.1.3, RFC 1952). The only user of zlib.
 */
#ifndef PERCH_OS_GZIP_H
#define PERCH_OS_GZIP_H

#include "base/span.h"

/* The most that gzip_bytes() can make of len bytes. */
size_t gzip_bound(size_t len);

/*
 * Codes the whole text into out, which has room for gzip_bound(text.len) bytes. Returns the length,
 * or 0 where zlib fails. Allocates nothing: the state lives in a static arena, is set up by the
 * first call and reset by the next ones. The output has no time and no name in it: equal texts give
 * equal bytes.
 */
size_t gzip_bytes(struct span text, char *out, size_t room);

#endif
