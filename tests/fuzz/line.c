/*
 * http/line: a line that comes in pieces is what one that comes whole is, refused at the same
 * octet; and both are what memmem() and a look at each octet find.
 */
#include "http/line.h"

#include "fuzz.h"

/* How far a look from here leads: the octets before the first that no line holds. */
static size_t text_len(struct span rest)
{
    size_t len = 0;
    while (len < rest.len) {
        unsigned char c = (unsigned char)rest.at[len];
        if (c != '\t' && (c < ' ' || c == 0x7F))
            break;
        len++;
    }
    return len;
}

/* What line_scan() shall say of a buffer that begins with this line. */
static int expected(struct span rest)
{
    size_t len = text_len(rest);
    struct span end = span_after(rest, len);
    if (end.len == 0 || (end.len == 1 && end.at[0] == '\r'))
        return 0;
    return memmem(end.at, 2 < end.len ? 2 : end.len, "\r\n", 2) ? (int)len + 2 : -1;
}

/* The octets of the buffer come one after another: never an answer that more would change. */
static int scan_in_pieces(struct line *line, struct span buffer, size_t step, struct span *text)
{
    const char *why = NULL;
    for (size_t len = line->at;; len += step) {
        if (len > buffer.len)
            len = buffer.len;
        fuzz_hide_behind(buffer, len);
        int said = line_scan(line, buffer.at, len, text, &why);
        fuzz_hide_behind(buffer, buffer.len);
        HOLDS((said < 0) == (why != NULL));
        HOLDS(line->scanned <= len && line->at <= line->scanned);
        if (said != 0 || len == buffer.len)
            return said;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span buffer = fuzz_span(data, size), text, piece;
    struct line whole = {0, 0}, pieces = {0, 0};
    size_t step = 1 + fuzz_hash(buffer) % 7;
    const char *why = NULL;
    for (;;) {
        struct span rest = span_after(buffer, whole.at);
        size_t began = whole.at;
        int said = line_scan(&whole, buffer.at, buffer.len, &text, &why);
        int wanted = expected(rest);
        HOLDS(wanted < 0 ? said < 0 : said == wanted);
        HOLDS(scan_in_pieces(&pieces, buffer, step, &piece) == said);
        HOLDS(pieces.at == whole.at && pieces.scanned == whole.scanned);
        if (said <= 0)
            return 0;
        HOLDS(text.at == buffer.at + began && text.len == (size_t)said - 2);
        HOLDS(piece.at == text.at && piece.len == text.len);
        HOLDS(whole.at == began + (size_t)said && whole.scanned == whole.at);
    }
}
