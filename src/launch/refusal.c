#include "launch/refusal.h"

#include "bounds.h"
#include "os/clock.h"

#include <sys/socket.h>
#include <unistd.h>

/* Date may be left out of a 5xx (RFC 9110 §6.6.1): it would cost a clock and a format each. */
#define REPLY(length, retry_after, text)                                                           \
    "HTTP/1.1 503 Service Unavailable\r\n"                                                         \
    "Content-Type: text/plain\r\n"                                                                 \
    "Content-Length: " length "\r\n"                                                               \
    "Retry-After: " retry_after "\r\n"                                                             \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "Connection: close\r\n"                                                                        \
    "\r\n" text

#define FULL      "too many connections from your address; close some, or try again in seconds\n"
#define PENALISED "a request from your address broke its handler; try again in some minutes\n"
_Static_assert(sizeof FULL - 1 == 76, "Content-Length below must be the length of the text");
_Static_assert(sizeof PENALISED - 1 == 73, "likewise");

static const struct {
    const char *text;
    size_t len;
} replies[] = {
    [REFUSAL_FULL] = {REPLY("76", "5", FULL), sizeof REPLY("76", "5", FULL) - 1},
    [REFUSAL_PENALISED] = {REPLY("73", "60", PENALISED), sizeof REPLY("73", "60", PENALISED) - 1},
};

static struct {
    int fd;
    int64_t until;
} held[REFUSALS_HELD_MAX];
static unsigned first, count;

static void close_first(void)
{
    close(held[first].fd);
    first = (first + 1) % REFUSALS_HELD_MAX;
    count--;
}

void refusal_send(int connection, enum refusal why)
{
    /* A fresh socket's buffer takes it whole; where it does not, the client is none that waits. */
    (void)send(connection, replies[why].text, replies[why].len, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(connection, SHUT_WR);
    if (count == REFUSALS_HELD_MAX)
        close_first();
    unsigned last = (first + count++) % REFUSALS_HELD_MAX;
    held[last].fd = connection;
    held[last].until = deadline_in(REFUSAL_HOLD_MS);
}

void refusal_close_old(void)
{
    while (count && held[first].until <= clock_ms())
        close_first();
}

int64_t refusal_next_close(void)
{
    return count ? held[first].until : DEADLINE_NEVER;
}
