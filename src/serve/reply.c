#include "serve/reply.h"

#include "bounds.h"
#include "http/coding.h"
#include "http/date.h"
#include "http/octet.h"
#include "os/clock.h"
#include "os/gzip.h"
#include "serve/route.h"
#include "serve/session.h"

#include <string.h>

/* What a reply's head says, besides what every head says. */
struct reply {
    enum status status;
    struct span type;        /* Content-Type; empty: no field */
    struct span coding;      /* Content-Encoding; empty: no field */
    unsigned allow;          /* methods of Allow; 0: no field */
    const struct file *etag; /* ETag of this file; NULL: no field */
    const struct file *file; /* the content is this file */
    const char *location;    /* Location of this path below /files/; NULL: no field */
    uint64_t length;         /* of the content */
};

enum {
    /* More than all fields but Location take together. */
    HEAD_ROOM = 1024,
    LOCATION_ROOM = 3 * PATH_BYTES_MAX,
};

/* ---- Writing a head ---- */

static char *put(char *at, struct span text)
{
    memcpy(at, text.at, text.len);
    return at + text.len;
}

static char *put_number(char *at, uint64_t number, unsigned base)
{
    char digits[20];
    size_t begin = sizeof digits;
    do {
        digits[--begin] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    return put(at, (struct span){digits + begin, sizeof digits - begin});
}

/* Formatted anew only when a second has passed. */
static char *put_date(char *at)
{
    static char line[] = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
    static int64_t formatted = -1;
    int64_t now = clock_seconds();
    if (now != formatted) {
        date_format(now, line + sizeof "Date: " - 1);
        formatted = now;
    }
    return put(at, (struct span){line, sizeof line - 1});
}

/* Strong, and of nothing that depends on the device: the same on every machine that shares the
 * folder (RFC 9110 §8.8.3). */
static char *put_etag(char *at, const struct file *file)
{
    uint64_t modified = (uint64_t)file->modified_s * 1000000000 + file->modified_ns;
    at = put(at, SPAN("ETag: \""));
    at = put_number(at, file->size, 16);
    *at++ = '-';
    at = put_number(at, modified, 16);
    *at++ = '-';
    at = put_number(at, file->inode, 16);
    return put(at, SPAN("\"\r\n"));
}

static char *put_last_modified(char *at, const struct file *file)
{
    at = put(at, SPAN("Last-Modified: "));
    date_format(file->modified_s, at);
    return put(at + DATE_LEN, SPAN("\r\n"));
}

/* Built from the name that was stored, encoded anew: not from what the client sent. */
static char *put_location(char *at, const char *path)
{
    at = put(at, SPAN("Location: /files/"));
    for (; *path; path++) {
        if (octet_is(*path, OCTET_SEGMENT) || *path == '/') {
            *at++ = *path;
        } else {
            *at++ = '%';
            *at++ = "0123456789ABCDEF"[(unsigned char)*path >> 4];
            *at++ = "0123456789ABCDEF"[*path & 15];
        }
    }
    return put(at, SPAN("\r\n"));
}

static char *put_allow(char *at, unsigned methods)
{
    at = put(at, SPAN("Allow: "));
    at += method_list(methods, at);
    return put(at, SPAN("\r\n"));
}

static char *put_content_fields(char *at, const struct reply *reply)
{
    if (reply->type.len) {
        at = put(at, SPAN("Content-Type: "));
        at = put(at, reply->type);
        at = put(at, SPAN("\r\n"));
    }
    if (reply->coding.len) {
        at = put(at, SPAN("Content-Encoding: "));
        at = put(at, reply->coding);
        at = put(at, SPAN("\r\n"));
    }
    if (!status_is_bodiless(reply->status)) {
        at = put(at, SPAN("Content-Length: "));
        at = put_number(at, reply->length, 10);
        at = put(at, SPAN("\r\n"));
    }
    return at;
}

/* HTTP/1.1 stays unless it is told otherwise, HTTP/1.0 ends (RFC 9112 §9.3). */
static char *put_connection(char *at, bool keeps, unsigned minor)
{
    if (!keeps)
        return put(at, SPAN("Connection: close\r\n"));
    return minor == 0 ? put(at, SPAN("Connection: keep-alive\r\n")) : at;
}

static void send_head(struct exchange *exchange, const struct reply *reply)
{
    bool keeps = session_keeps(exchange);
    char *begin = wire_room(exchange->wire, HEAD_ROOM + (reply->location ? LOCATION_ROOM : 0));
    if (!begin)
        return;
    char *at = put(begin, status_row(reply->status)->line);
    if (!exchange->settings->no_date)
        at = put_date(at);
    at = put_content_fields(at, reply);
    if (exchange->route && exchange->route->negotiates)
        at = put(at, SPAN("Vary: Accept-Encoding\r\n"));
    if (reply->location)
        at = put_location(at, reply->location);
    if (reply->etag)
        at = put_etag(at, reply->etag);
    if (reply->file)
        at = put_last_modified(at, reply->file);
    if (reply->allow)
        at = put_allow(at, reply->allow);
    at = put(at, SPAN("X-Content-Type-Options: nosniff\r\n"));
    if (reply->file)
        at = put(at, SPAN("Content-Security-Policy: sandbox\r\n"));
    at = put_connection(at, keeps, exchange->head.minor);
    at = put(at, SPAN("\r\n"));
    wire_commit(exchange->wire, (size_t)(at - begin));
}

static bool wants_content(const struct exchange *exchange)
{
    return exchange->head.method != METHOD_HEAD;
}

/* ---- Replies ---- */

void reply_empty(struct exchange *exchange, enum status status)
{
    send_head(exchange, &(struct reply){.status = status});
}

void reply_options(struct exchange *exchange, unsigned methods)
{
    send_head(exchange, &(struct reply){.status = S_NO_CONTENT, .allow = methods});
}

int reply_text(struct exchange *exchange, struct span text)
{
    struct reply reply = {.status = S_OK, .type = SPAN("text/plain")};
    enum coding coding = coding_choose(&exchange->head.fields);
    if (coding == CODING_REFUSED)
        return S_NOT_ACCEPTABLE;
    if (coding == CODING_GZIP) {
        static char coded[HEAD_MAX + HEAD_MAX / 8 + 64];
        text = (struct span){coded, gzip_bytes(text, coded, sizeof coded)};
        if (text.len == 0)
            return S_INTERNAL_ERROR;
    }
    reply.coding = coding_name(coding);
    reply.length = text.len;
    send_head(exchange, &reply);
    if (wants_content(exchange))
        wire_put(exchange->wire, text);
    return 0;
}

void reply_file(struct exchange *exchange, const struct file *file)
{
    struct reply reply = {
        .status = S_OK,
        .type = SPAN("application/octet-stream"),
        .etag = file,
        .file = file,
        .length = file->size,
    };
    send_head(exchange, &reply);
    if (wants_content(exchange))
        wire_send_file(exchange->wire, file->fd, 0, file->size);
}

void reply_stored(struct exchange *exchange, enum status status, const struct file *file,
                  const char *path)
{
    send_head(exchange, &(struct reply){.status = status, .etag = file, .location = path});
}

void reply_error(struct exchange *exchange, enum status status)
{
    struct span why = span_of(exchange->why ? exchange->why : status_row(status)->why);
    struct reply reply = {.status = status, .type = SPAN("text/plain"), .length = why.len + 1};
    if (status == S_METHOD_NOT_ALLOWED)
        reply.allow = route_methods(exchange->route, exchange->settings);
    send_head(exchange, &reply);
    if (!wants_content(exchange))
        return;
    wire_put(exchange->wire, why);
    wire_put(exchange->wire, SPAN("\n"));
}
