/*
 * The state of a resumable upload, as it is kept beside what came of it so far: text, which any
 * later process reads, on whatever machine. Pure.
 *
 * First comes the progress, always of the same length, so that it can be written over; then the
 * method and the path of the request that began the upload, and its conditions, as a field section:
 *
 *     Progress: 000000000000004096 of 000000000000010000, incomplete
 *     Method: PUT
 *     Path: folder/name
 *     If-None-Match: *
 *
 * Lines end with CRLF, the section with an empty line; what stands behind it says nothing. A length
 * that nobody knows yet is written as "------------------".
 */
#ifndef PERCH_HTTP_UPLOAD_STATE_H
#define PERCH_HTTP_UPLOAD_STATE_H

#include "http/fields.h"
#include "http/method.h"
#include "http/path.h"

enum {
    UPLOAD_STATE_PROGRESS_LEN = 64,
    /* Path and conditions came in one head, and are no longer here than they were there. */
    UPLOAD_STATE_MAX = HEAD_MAX + 256,
};

struct upload_state {
    uint64_t offset; /* octets that came and are safe */
    uint64_t length; /* of the whole, where it is known */
    bool has_length;
    bool complete;
    enum method method;
    struct path path;
    struct fields fields; /* the conditions are among them */
};

/* Writes a whole state of a request with this path and these fields; returns its length. room holds
 * UPLOAD_STATE_MAX. */
size_t upload_state_write(const struct upload_state *state, const char *path,
                          const struct fields *fields, char *room);

/* Writes the progress alone: UPLOAD_STATE_PROGRESS_LEN octets. */
void upload_state_write_progress(const struct upload_state *state, char *room);

/* Reads a whole state; spans of it point into the text. False where it is none. */
bool upload_state_read(struct upload_state *state, struct span text);

#endif
