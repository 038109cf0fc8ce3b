/*
 * base/escape: nothing that means anything is left, the room is kept to, and in a log each octet
 * can be told again.
 */
#include "base/escape.h"

#include "fuzz.h"

enum { ROOM = 4096 };

static void check_log(struct span text, struct span escaped, bool whole)
{
    size_t at = 0, octets = 0;
    for (; at < escaped.len; octets++) {
        char c = escaped.at[at];
        HOLDS(c >= ' ' && c <= '~' && c != '"' && octets < text.len);
        if (c == '\\') {
            HOLDS(escaped.len - at >= 4 && escaped.at[at + 1] == 'x');
            c = (char)(span_hex_value(escaped.at[at + 2]) * 16 +
                       span_hex_value(escaped.at[at + 3]));
            at += 3;
        }
        HOLDS(c == text.at[octets]);
        at++;
    }
    HOLDS((octets == text.len) == whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char out[ROOM];
    struct span text = fuzz_span(data, size);
    size_t room = fuzz_hash(text) % ROOM;
    for (enum escape how = ESCAPE_LOG; how <= ESCAPE_HTML; how++) {
        bool whole = true;
        ASAN_POISON_MEMORY_REGION(out + room, ROOM - room);
        size_t len = escape_append(how, text, out, 0, room, &whole);
        ASAN_UNPOISON_MEMORY_REGION(out, ROOM);
        HOLDS(len <= room && (whole || room < ESCAPE_FACTOR * size));
        struct span escaped = {out, len};
        if (how == ESCAPE_LOG)
            check_log(text, escaped, whole);
        else
            for (size_t i = 0; i < len; i++)
                HOLDS((unsigned char)out[i] >= ' ' || how == ESCAPE_HTML);
        HOLDS(how == ESCAPE_HTML || span_find(escaped, '\n') == len);
        HOLDS(how != ESCAPE_HTML || span_find(escaped, '<') == len);
    }
    return 0;
}
