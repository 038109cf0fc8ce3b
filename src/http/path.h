/*
 * The path of a file below the served folder, decoded and judged (protocol.md, "Paths"). Pure.
 *
 * What passes is a relative path of 1 to PATH_BYTES_MAX bytes of UTF-8 without empty, "." or ".."
 * components, without control characters and backslashes. It has still to be opened beneath the
 * folder: symbolic links are the store's to refuse.
 */
#ifndef PERCH_HTTP_PATH_H
#define PERCH_HTTP_PATH_H

#include "base/span.h"
#include "bounds.h"

enum path_kind {
    PATH_FILE,
    PATH_FOLDER, /* ends with a slash, or is empty */
    PATH_HIDDEN, /* a component begins with "." */
    PATH_LONG,   /* a component or the whole is longer than any file's name */
    PATH_WRONG,  /* no path that a client should send: *why says what is wrong */
};

struct path {
    enum path_kind kind;
    const char *why;                 /* of PATH_WRONG; a string that stays */
    char text[REQUEST_LINE_MAX + 1]; /* of PATH_FILE; ends with a NUL */
};

/* text: what stands behind "/files/" in the target, still percent-encoded; at most REQUEST_LINE_MAX
 * octets. */
void path_decode(struct path *path, struct span text);

/* Writes a path or a part of one as it stands in a reference, slashes as they are (RFC 3986 §2.1):
 * at most three times its length. Returns the place behind it. */
char *path_encode(char *at, struct span text);

/* Whether a name of the file system can be asked for as a component of a path: one that passes, and
 * is neither hidden nor too long. */
bool path_can_name(struct span component);

/* Whether all octets are well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong). */
bool path_is_utf8(struct span text);

#endif
