#include "serve/coded.h"

#include "base/forget.h"
#include "base/rare.h"
#include "os/coder.h"
#include "serve/stream.h"

/* Codes text, with end the last of all, and sends what comes out. False where the coder fails. */
static bool code(struct stream *stream, const struct coder *coder, struct span text, bool end)
{
    static RARE char coded[CHUNK_BYTES];
    long got;
    forget_later(coded, sizeof coded);
    do {
        got = coder->step(&text, end, coded, sizeof coded);
        if (got > 0)
            stream_put(stream, (struct span){coded, (size_t)got});
    } while (got == (long)sizeof coded && !stream->exchange->wire->broken);
    return got >= 0;
}

static bool send_all(struct stream *stream, const struct coder *coder, const struct file *file)
{
    static RARE char text[CHUNK_BYTES];
    uint64_t at = 0;
    forget_later(text, sizeof text);
    while (at < file->size && !stream->exchange->wire->broken) {
        size_t step = file->size - at < sizeof text ? (size_t)(file->size - at) : sizeof text;
        long got = store_read_at(file, at, text, step);
        if (got <= 0 || !code(stream, coder, (struct span){text, (size_t)got}, false))
            return false;
        at += (uint64_t)got;
    }
    return code(stream, coder, (struct span){text, 0}, true);
}

void coded_send(struct exchange *exchange, const struct representation *chosen)
{
    const struct coder *coder = coder_of(chosen->coding);
    struct stream stream;
    stream_begin(&stream, exchange,
                 &(struct reply){.status = S_OK,
                                 .type = chosen->type,
                                 .is_inline = true,
                                 .coding = coding_name(chosen->coding),
                                 .streamed = true,
                                 .validators = &chosen->validators,
                                 .of_file = true});
    if (!reply_has_content(exchange))
        return;
    if (coder->begin() && send_all(&stream, coder, &chosen->file))
        stream_end(&stream);
    else
        wire_break(exchange->wire);
}
