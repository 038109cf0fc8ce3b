/*
 * Resumable uploads (draft-ietf-httpbis-resumable-upload-12): begun by a POST or PUT below /files/,
 * carried on at a resource of their own, /uploads/{token}, which is uploads.c.
 */
#ifndef PERCH_SERVE_RESUMABLE_H
#define PERCH_SERVE_RESUMABLE_H

#include "http/resumption.h"
#include "os/partial.h"
#include "serve/exchange.h"

/* Whether a request that stores a file asks for a resumable upload, and could learn where it is:
 * from the interim response 104, or from the final reply to a part. */
bool resumable_is_asked(const struct exchange *exchange, struct resumption *resumption);

/* Answers such a request. 0, or the status of an error reply; RESUMABLE_IS_NOT where there are no
 * such uploads here and the whole can be stored without. */
enum { RESUMABLE_IS_NOT = -1 };
int resumable_begin(struct exchange *exchange, const struct resumption *resumption,
                    const char *path);

/* Answers a request that goes on with an upload that was found, and ends with the upload in any
 * case: published, left for later, or removed. 0, or the status of an error reply. */
int resumable_go_on(struct exchange *exchange, const struct resumption *resumption,
                    struct partial *partial);

#endif
