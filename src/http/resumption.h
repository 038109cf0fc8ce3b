/*
 * What a request says of a resumable upload (draft-ietf-httpbis-resumable-upload-12). Pure.
 */
#ifndef PERCH_HTTP_RESUMPTION_H
#define PERCH_HTTP_RESUMPTION_H

#include "http/fields.h"

/* The iteration of the draft that perch speaks. The interim response 104 is for clients alone that
 * say that they speak it, too (its appendix "Draft Version Identification"). */
#define RESUMPTION_INTEROP_VERSION 8

/* Of what is appended. */
#define RESUMPTION_MEDIA_TYPE "application/partial-upload"

struct resumption {
    bool given;    /* Upload-Complete is there */
    bool complete; /* and says that this request has the rest of the representation */
    bool has_offset, has_length;
    uint64_t offset; /* Upload-Offset */
    uint64_t length; /* Upload-Length, of the whole representation */
    bool knows_104;
};

void resumption_read(struct resumption *resumption, const struct fields *fields);

/* Whether Content-Type is application/partial-upload, whatever its parameters. */
bool resumption_is_partial_upload(const struct fields *fields);

#endif
