/*
 * http/status: each code has a row that says it and is a line of its own; others have that of 500.
 */
#include "http/status.h"

#include "fuzz.h"

enum { CODE_LEN = 3, CODES_LEN_MAX = 8 * CODE_LEN, TEXT_MAX = 128 };

static const char prefix[] = "HTTP/1.1 ";
static const char reason[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz -";

/* "HTTP/1.1 404 Not Found\r\n", taken apart. */
static int code_of(struct span line)
{
    char text[TEXT_MAX], *end;
    HOLDS(line.len > 2 && line.len < sizeof text);
    HOLDS(memcmp(line.at + line.len - 2, "\r\n", 2) == 0);
    memcpy(text, line.at, line.len - 2);
    text[line.len - 2] = '\0';
    HOLDS(memcmp(text, prefix, strlen(prefix)) == 0);
    int code = (int)strtol(text + strlen(prefix), &end, 10);
    HOLDS(end == text + strlen(prefix) + CODE_LEN && *end == ' ');
    HOLDS(end[1] >= 'A' && end[1] <= 'Z');
    HOLDS(end[1 + strspn(end + 1, reason)] == '\0');
    return code;
}

static void look_at(enum status status)
{
    const struct status_row *row = status_row(status);
    HOLDS(row);
    HOLDS(row->status == status || row->status == S_INTERNAL_ERROR);
    HOLDS(status_row(row->status) == row);
    HOLDS(code_of(row->line) == (int)row->status);
    /* What a client is told of an error is one line of text. */
    struct span why = {row->why, strlen(row->why)};
    HOLDS(row->status >= S_BAD_REQUEST ? octets_are(why, OCTET_LINE) : why.len == 0);
    HOLDS(!status_is_bodiless(status) || why.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = fuzz_span(data, size);
    uint64_t number = fuzz_number(&input);
    look_at((enum status)(uint32_t)number);
    look_at((enum status)(number % 1000));
    for (size_t i = 0; i + CODE_LEN <= input.len && i < CODES_LEN_MAX; i += CODE_LEN) {
        uint64_t code;
        if (span_decimal((struct span){input.at + i, CODE_LEN}, CODE_LEN, &code))
            look_at((enum status)code);
    }
    return 0;
}
