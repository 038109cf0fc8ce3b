/*
 * /uploads/{token}: a resumable upload, for as long as it is not complete
 * (draft-ietf-httpbis-resumable-upload-12).
 */
#include "base/forget.h"
#include "base/rare.h"
#include "serve/problem.h"
#include "serve/reply.h"
#include "serve/resumable.h"
#include "serve/route.h"
#include "serve/upload_fields.h"

static int find(struct exchange *exchange, struct partial *partial)
{
    partial->upload.why = NULL;
    int status = partial_find(exchange->store, exchange->rest, partial);
    if (status == S_NOT_FOUND)
        exchange->why = "there is no such upload, or no more; begin anew";
    else if (status == S_UNAVAILABLE)
        exchange->why = "this upload is still being written to; try again";
    else if (status != 0)
        exchange->why = partial->upload.why;
    return status;
}

static int tell(struct exchange *exchange, struct partial *partial)
{
    partial_leave(partial);
    upload_fields_state(exchange, partial, false);
    reply_empty(exchange, S_NO_CONTENT);
    return 0;
}

static int cancel(struct exchange *exchange, struct partial *partial)
{
    partial_remove(exchange->store, partial);
    reply_empty(exchange, S_NO_CONTENT);
    return 0;
}

/* What an append must have, whatever it appends to. 0, or a status. */
static int check_append(struct exchange *exchange, struct resumption *resumption)
{
    resumption_read(resumption, &exchange->head.fields);
    upload_fields_complete(exchange, false);
    if (!resumption_is_partial_upload(&exchange->head.fields)) {
        upload_fields_accept_patch(exchange);
        exchange->why = "what is appended must have the type " RESUMPTION_MEDIA_TYPE;
        return S_UNSUPPORTED_MEDIA_TYPE;
    }
    if (!resumption->given || !resumption->has_offset) {
        exchange->why = "an append needs the fields Upload-Complete and Upload-Offset";
        return S_BAD_REQUEST;
    }
    return 0;
}

static int append(struct exchange *exchange, const struct resumption *resumption,
                  struct partial *partial)
{
    if (partial->state.complete) {
        partial_leave(partial);
        exchange->why = "this upload is complete";
        return S_CONFLICT;
    }
    if (resumption->offset != partial->offset) {
        partial_leave(partial);
        upload_fields_state(exchange, partial, false);
        return problem_mismatching_offset(exchange, partial->offset, resumption->offset);
    }
    return resumable_go_on(exchange, resumption, partial);
}

int uploads_answer(struct exchange *exchange)
{
    static RARE struct partial partial;
    struct resumption resumption;
    enum method method = exchange->head.method;
    forget_later(&partial, sizeof partial);
    int status = method == METHOD_PATCH ? check_append(exchange, &resumption) : 0;
    if (status == 0)
        status = find(exchange, &partial);
    if (status != 0)
        return status;
    if (method == METHOD_PATCH)
        return append(exchange, &resumption, &partial);
    return method == METHOD_DELETE ? cancel(exchange, &partial) : tell(exchange, &partial);
}
