/*
 * The fields of replies that tell of a resumable upload, and the interim response 104
 * (draft-ietf-httpbis-resumable-upload-12, "State" and "Status Code 104").
 */
#ifndef PERCH_SERVE_UPLOAD_FIELDS_H
#define PERCH_SERVE_UPLOAD_FIELDS_H

#include "http/resumption.h"
#include "os/partial.h"
#include "serve/exchange.h"

/* Each of these says what goes with the final reply, whatever that will be; the last call counts.
 */

/* Upload-Limit alone. */
void upload_fields_limits(struct exchange *exchange);

/* Upload-Complete alone: whether the reply is that of the resource that was uploaded to. */
void upload_fields_complete(struct exchange *exchange, bool complete);

/* All that there is to tell of an upload, and where it is, if that is wanted. */
void upload_fields_state(struct exchange *exchange, const struct partial *partial, bool with_place);

/* Accept-Patch (RFC 5789 §3.1), besides what was said before. */
void upload_fields_accept_patch(struct exchange *exchange);

/* Whether the client understands 104. */
bool upload_fields_interim_is_known(const struct exchange *exchange,
                                    const struct resumption *resumption);

/* 104: where the upload is, and its limits; or how far it is. Nothing, where that is not known. */
void upload_fields_interim_place(struct exchange *exchange, const struct resumption *resumption,
                                 const struct partial *partial);
void upload_fields_interim_offset(struct exchange *exchange, const struct resumption *resumption,
                                  const struct partial *partial);

#endif
