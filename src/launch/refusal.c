#include "launch/refusal.h"

#include "bounds.h"
#include "os/clock.h"

#include <sys/socket.h>
#include <unistd.h>

#define TEXT "too many connections from your address; close some, or try again in seconds\n"
_Static_assert(sizeof TEXT - 1 == 76, "Content-Length below must be the length of the text");

/* Date may be left out of a 5xx (RFC 9110 §6.6.1): it would cost a clock and a format each. */
static const char reply[] = "HTTP/1.1 503 Service Unavailable\r\n"
                            "Content-Type: text/plain\r\n"
                            "Content-Length: 76\r\n"
                            "Retry-After: 5\r\n"
                            "X-Content-Type-Options: nosniff\r\n"
                            "Connection: close\r\n"
                            "\r\n" TEXT;

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

void refusal_send(int connection)
{
    /* A fresh socket's buffer takes it whole; where it does not, the client is none that waits. */
    (void)send(connection, reply, sizeof reply - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
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
