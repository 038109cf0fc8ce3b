#include "serve/parts.h"

#include "base/put.h"
#include "http/media_type.h"
#include "os/random.h"
#include "serve/reply.h"

#define TYPE "multipart/byteranges; boundary="

enum {
    BOUNDARY_LEN = RANDOM_NAME_LEN,
    /* Delimiter, Content-Type, Content-Range and the empty line. */
    PART_HEAD_ROOM = 64 + BOUNDARY_LEN + CONTENT_TYPE_MAX + CONTENT_RANGE_MAX,
};

/* delimiter = CRLF "--" boundary; before the first part the head's own line end is enough. */
static char *put_delimiter(char *at, struct span boundary, bool first)
{
    at = put_span(at, first ? SPAN("--") : SPAN("\r\n--"));
    return put_span(at, boundary);
}

static size_t write_part_head(char *out, struct span boundary, const struct representation *chosen,
                              const struct ranges *ranges, unsigned which)
{
    char *at = put_delimiter(out, boundary, which == 0);
    at = put_span(at, SPAN("\r\nContent-Type: "));
    at = put_span(at, chosen->type);
    at = put_span(at, SPAN("\r\nContent-Range: "));
    at = range_write(at, &ranges->rows[which], chosen->file.size);
    return (size_t)(put_span(at, SPAN("\r\n\r\n")) - out);
}

static size_t write_end(char *out, struct span boundary)
{
    char *at = put_delimiter(out, boundary, false);
    return (size_t)(put_span(at, SPAN("--\r\n")) - out);
}

static uint64_t length_of_all(struct span boundary, const struct representation *chosen,
                              const struct ranges *ranges)
{
    char scratch[PART_HEAD_ROOM];
    uint64_t length = write_end(scratch, boundary);
    for (unsigned i = 0; i < ranges->count; i++)
        length += write_part_head(scratch, boundary, chosen, ranges, i) + ranges->rows[i].len;
    return length;
}

static void send_parts(struct wire *wire, struct span boundary, const struct representation *chosen,
                       const struct ranges *ranges)
{
    char *room;
    for (unsigned i = 0; i < ranges->count; i++) {
        if (!(room = wire_room(wire, PART_HEAD_ROOM)))
            return;
        wire_commit(wire, write_part_head(room, boundary, chosen, ranges, i));
        wire_send_file(wire, chosen->file.fd, ranges->rows[i].from, ranges->rows[i].len);
    }
    if ((room = wire_room(wire, PART_HEAD_ROOM)))
        wire_commit(wire, write_end(room, boundary));
}

void parts_send(struct exchange *exchange, const struct representation *chosen,
                const struct ranges *ranges)
{
    char type[sizeof TYPE + BOUNDARY_LEN];
    char *at = put_span(type, SPAN(TYPE));
    struct span boundary = {at, BOUNDARY_LEN};
    random_name(at);
    reply_head(exchange, &(struct reply){.status = S_PARTIAL_CONTENT,
                                         .type = span_between(type, at + BOUNDARY_LEN),
                                         .is_inline = chosen->is_typed,
                                         .coding = coding_name(chosen->coding),
                                         .length = length_of_all(boundary, chosen, ranges),
                                         .validators = &chosen->validators,
                                         .of_file = true});
    send_parts(exchange->wire, boundary, chosen, ranges);
}
