/*
 * /files/{path}: reading, storing and removing the files of the served folder.
 */
#include "base/forget.h"
#include "base/rare.h"
#include "bounds.h"
#include "http/path.h"
#include "os/upload.h"
#include "serve/choice.h"
#include "serve/listing.h"
#include "serve/reply.h"
#include "serve/representation.h"
#include "serve/resumable.h"
#include "serve/route.h"
#include "serve/storing.h"

/* 0, or the status of a path that names no file: on reading there is nothing there, and an upload
 * has asked for what can't be. */
static int check_path(struct exchange *exchange, const struct path *path, bool storing)
{
    switch (path->kind) {
    case PATH_FILE:
        return 0;
    case PATH_WRONG:
        exchange->why = path->why;
        return S_BAD_REQUEST;
    case PATH_HIDDEN:
        exchange->why = "names that begin with a dot are not served here";
        return S_NOT_FOUND;
    case PATH_LONG:
        exchange->why = "no file has a name that long: 255 bytes a component, 4096 in all";
        return storing ? S_BAD_REQUEST : S_NOT_FOUND;
    case PATH_FOLDER:
        exchange->why = "the path names a folder; name a file";
        return storing ? S_BAD_REQUEST : S_NOT_FOUND;
    }
    return S_NOT_FOUND;
}

static int get(struct exchange *exchange, const char *path)
{
    int status = choice_answer(exchange, path);
    if (status == S_NOT_FOUND && exchange->settings->listing)
        return listing_redirect(exchange, path);
    return status;
}

/* ---- Changing ---- */

/* Before the client is told to go on: 0, or the status where its body has no room. */
static int reserve(const struct exchange *exchange, struct upload *upload)
{
    const struct framing *framing = &exchange->framing;
    if (framing->body != BODY_LENGTH ||
        (framing->length < RESERVE_MIN && !framing->expects_continue))
        return 0;
    return upload_reserve(exchange->store, upload, 0, framing->length);
}

/* The body into an upload; 0, or the status of the failure. */
static int receive(struct exchange *exchange, struct upload *upload)
{
    struct span piece;
    int got, status = 0;
    while (status == 0 && (got = body_next(&exchange->body, &piece)) != 0) {
        if (got > 0) {
            status = upload_write(upload, piece);
        } else {
            status = -got;
            exchange->why = exchange->body.why;
        }
    }
    return status;
}

/* The answer does not wait for the old file's pages. */
static void let_former_go(struct exchange *exchange, struct upload *upload)
{
    if (upload->former >= 0)
        wire_flush(exchange->wire);
    upload_drop_former(upload);
}

static int store_whole(struct exchange *exchange, const char *path)
{
    struct storing_conditions room;
    struct upload upload;
    struct file file;
    bool replaced = false;
    enum method method = exchange->head.method;
    int status = upload_begin(exchange->store, path,
                              storing_conditions(&room, &exchange->head.fields, method),
                              body_is_here(&exchange->body), &upload);
    if (status == 0) {
        status = reserve(exchange, &upload);
        if (status == 0)
            status = receive(exchange, &upload);
        if (status == 0)
            status = upload_publish(exchange->store, &upload, &file, &replaced);
        else
            upload_abandon(&upload);
    }
    if (status != 0 && upload.why)
        exchange->why = upload.why;
    if (status == 0)
        storing_reply(exchange, method, replaced, &file, path);
    let_former_go(exchange, &upload);
    return status;
}

static int put(struct exchange *exchange, const char *path)
{
    struct resumption resumption;
    const struct head *head = &exchange->head;
    if (head->method == METHOD_PUT && head->fields.lines_of[FIELD_CONTENT_RANGE]) {
        exchange->why = "a PUT stores a whole file; leave out Content-Range";
        return S_BAD_REQUEST; /* RFC 9110 §14.5 */
    }
    int status = RESUMABLE_IS_NOT;
    if (resumable_is_asked(exchange, &resumption))
        status = resumable_begin(exchange, &resumption, path);
    return status == RESUMABLE_IS_NOT ? store_whole(exchange, path) : status;
}

static int remove_file(struct exchange *exchange, const char *path)
{
    struct storing_conditions room;
    const struct head *head = &exchange->head;
    int status =
        store_remove(exchange->store, path, storing_conditions(&room, &head->fields, head->method));
    if (status == 0)
        reply_empty(exchange, S_NO_CONTENT);
    return status;
}

int files_answer(struct exchange *exchange)
{
    static RARE struct path path;
    enum method method = exchange->head.method;
    bool storing = method == METHOD_POST || method == METHOD_PUT;
    forget_later(&path, sizeof path);
    path_decode(&path, exchange->rest);
    bool reading = method == METHOD_GET || method == METHOD_HEAD;
    if (path.kind == PATH_FOLDER && reading && exchange->settings->listing)
        return listing_reply(exchange, path.text);
    int status = check_path(exchange, &path, storing);
    if (status != 0)
        return status;
    if (storing)
        return put(exchange, path.text);
    return method == METHOD_DELETE ? remove_file(exchange, path.text) : get(exchange, path.text);
}
