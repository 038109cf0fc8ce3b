/*
 * What is in a folder, for whoever asks: JSON, lines of text, or a page (http/accept.h chooses). A
 * form is one row of the table in listing.c.
 */
#ifndef PERCH_SERVE_LISTING_H
#define PERCH_SERVE_LISTING_H

#include "base/escape.h"
#include "os/folder.h"
#include "serve/exchange.h"
#include "serve/stream.h"

/* Replies with the listing of a folder: its path below /files/, which ends with a slash or is
 * empty. 0, or the status of an error reply. */
int listing_reply(struct exchange *exchange, const char *path);

/* Replies with the way to it, where the path is a folder's without its slash; else S_NOT_FOUND. */
int listing_redirect(struct exchange *exchange, const char *path);

/* ---- Forms ---- */

/* A listing that is being written. What is put there leaves when it is enough for a chunk. */
struct listing {
    struct exchange *exchange;
    struct stream stream;
    const char *path; /* below /files/; ends with a slash, or is empty */
    uint64_t entries; /* that have been written */
    char *at;         /* where the next octet goes */
};

void listing_put(struct listing *listing, struct span text);
/* A path, or a name. */
void listing_put_escaped(struct listing *listing, enum escape how, struct span text);
void listing_put_number(struct listing *listing, uint64_t number);
/* Seconds since 1970. */
void listing_put_time(struct listing *listing, int64_t seconds);

#endif
