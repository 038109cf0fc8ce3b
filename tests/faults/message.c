#include "message.h"

#include <stdio.h>
#include <string.h>

static char body[MESSAGE_BODY_MAX];
static char text[2 * MESSAGE_BODY_MAX]; /* head and framed body */
static struct request request;
static char *end; /* of the text so far */

#define INTEROP "Upload-Draft-Interop-Version: 8\r\n"

const char *message_body(void)
{
    unsigned value = 12345;
    for (size_t i = 0; body[0] == '\0' && i < sizeof body; i++) {
        value = value * 1103515245 + 12345;
        body[i] = (char)('a' + (value >> 16) % 26);
    }
    return body;
}

/* All text from there on is one piece. */
static void end_piece(const char *from)
{
    request.pieces[request.count++] = (struct piece){from, (size_t)(end - from)};
}

static void begin_head(const char *method, const char *folder, const char *name)
{
    request.count = 0;
    end = text + sprintf(text, "%s %s%s HTTP/1.1\r\nHost: x\r\n", method, folder, name);
}

static void put_field(const char *line)
{
    end = stpcpy(end, line);
}

static void put_field_number(const char *name, size_t number)
{
    end += sprintf(end, "%s: %zu\r\n", name, number);
}

static void end_head(void)
{
    put_field("\r\n");
    end_piece(text);
}

static void put_body_piece(const struct scene *scene, size_t from, size_t len)
{
    const char *begin = end;
    if (scene->chunked)
        end += sprintf(end, "%zx\r\n", len);
    memcpy(end, message_body() + from, len);
    end += len;
    if (scene->chunked)
        end = stpcpy(end, "\r\n");
    end_piece(begin);
}

/* Octets [from, to) of the body, with the head's end before them. */
static void put_body(const struct scene *scene, size_t from, size_t to)
{
    if (scene->chunked)
        put_field("Transfer-Encoding: chunked\r\n");
    else
        put_field_number("Content-Length", to - from);
    end_head();
    for (size_t len; from < to; from += len) {
        len = to - from < scene->piece_len ? to - from : scene->piece_len;
        put_body_piece(scene, from, len);
    }
    if (scene->chunked) {
        const char *begin = end;
        end = stpcpy(end, "0\r\n\r\n");
        end_piece(begin);
    }
}

static void put_upload(const struct scene *scene)
{
    size_t whole = scene->pieces * scene->piece_len;
    begin_head(scene->method, "/files/", scene->file);
    if (scene->expects)
        put_field("Expect: 100-continue\r\n");
    if (scene->part == PART_BEGIN)
        put_field("Upload-Complete: ?1\r\n" INTEROP);
    if (scene->part == PART_FIRST) {
        put_field("Upload-Complete: ?0\r\n");
        put_field_number("Upload-Length", whole);
    }
    put_body(scene, 0, scene->part == PART_FIRST ? scene->first * scene->piece_len : whole);
}

const struct request *message_of(const struct scene *scene)
{
    if (scene->part == PART_GO_ON)
        return message_rest(scene, scene->token, scene->first * scene->piece_len);
    if (scene->part == PART_CANCEL) {
        begin_head("DELETE", "/uploads/", scene->token);
        end_head();
    } else if (scene->pieces == 0) {
        begin_head(scene->method, "/files/", scene->file);
        end_head();
    } else {
        put_upload(scene);
    }
    return &request;
}

const struct request *message_state(const char *token)
{
    begin_head("HEAD", "/uploads/", token);
    end_head();
    return &request;
}

const struct request *message_rest(const struct scene *scene, const char *token, size_t offset)
{
    begin_head("PATCH", "/uploads/", token);
    put_field("Content-Type: application/partial-upload\r\nUpload-Complete: ?1\r\n" INTEROP);
    put_field_number("Upload-Offset", offset);
    put_body(scene, offset, scene->pieces * scene->piece_len);
    return &request;
}
