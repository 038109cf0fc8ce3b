#include "http/line.h"

#include "http/scan.h"
#include "http/status.h"

/*
 *          field-content            LF
 *          .---.           CR      .--> whole
 *   --> [ TEXT ] ------> [ CR ] --'
 *          |                '-- anything else --> refused: bare CR
 *          '-- LF, a control character --> refused
 */
int line_scan(struct line *line, const char *buffer, size_t len, struct span *text,
              const char **why)
{
    size_t at = scan_line(buffer, line->scanned, len);
    line->scanned = at;
    if (at == len)
        return 0;
    if (buffer[at] != '\r') {
        *why = buffer[at] == '\n' ? "a line ends with a bare LF; end it with CRLF"
                                  : "a line has a control character in it";
        return -S_BAD_REQUEST;
    }
    if (at + 1 == len)
        return 0;
    if (buffer[at + 1] != '\n') {
        *why = "a line has a bare CR in it; end lines with CRLF";
        return -S_BAD_REQUEST;
    }
    *text = span_between(buffer + line->at, buffer + at);
    line->at = line->scanned = at + 2;
    return (int)text->len + 2;
}
