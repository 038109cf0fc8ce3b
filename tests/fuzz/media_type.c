/*
 * http/media_type: a type that is found stands in the list, in a line that has the ending.
 */
#include "http/media_type.h"

#include "fuzz.h"

static bool stands_in(struct span list, struct span piece)
{
    return piece.at >= list.at && piece.at + piece.len <= list.at + list.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span list = fuzz_span(data, size), path = span_cut(&list, '\n');
    struct span ending = media_type_ending(path);
    HOLDS(ending.len == 0 || (stands_in(path, ending) && ending.at > path.at &&
                              ending.at[-1] == '.' && span_find(ending, '/') == ending.len));
    struct span type = media_type_find(list, ending);
    char value[CONTENT_TYPE_MAX];
    struct span written = span_between(value, media_type_write(value, type));
    HOLDS(type.len == 0 || (ending.len && stands_in(list, type) && type.len <= MEDIA_TYPE_MAX));
    HOLDS(written.len <= CONTENT_TYPE_MAX && span_starts(written, type));
    HOLDS(type.len == 0 || octets_are(written, OCTET_LINE));
    if (media_type_is_text(type))
        HOLDS(type.len > 0);
    return 0;
}
