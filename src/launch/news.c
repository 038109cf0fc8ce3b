#include "launch/news.h"

#include "base/diag.h"
#include "bounds.h"
#include "os/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { LINE_BYTES = 512 };

/* Behind "12 more times in 10 s: ". */
static const char *const sums[NEWS_KINDS] = {
    [NEWS_FULL_SOURCE] = "a connection over --max-per-source was refused",
    [NEWS_PENALISED] = "a connection of a penalised address was refused",
    [NEWS_CRASH] = "a handler was ended by a signal",
    [NEWS_KILLED] = "a handler was killed",
    [NEWS_FAILURE] = "a handler could not serve",
    [NEWS_SHORTAGE] = "there was no room, and new clients waited",
    [NEWS_ROOM] = "there was room again",
    [NEWS_SPARE] = "a spare handler was of no use",
};

static struct {
    int64_t until; /* what happens before this is counted; 0: the next is told at once */
    uint64_t more;
} told[NEWS_KINDS];

void news(enum news kind, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list args;
    if (told[kind].until) {
        told[kind].more++;
        return;
    }
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    diag_warn("%s", line);
    told[kind].until = clock_ms() + NEWS_PERIOD_MS;
}

void news_tell(bool is_the_end)
{
    int64_t now = clock_ms();
    for (unsigned kind = 0; kind < NEWS_KINDS; kind++) {
        if (told[kind].until == 0 || (told[kind].until > now && !is_the_end))
            continue;
        if (told[kind].more)
            diag_warn("%" PRIu64 " more times in %d s: %s", told[kind].more, NEWS_PERIOD_MS / 1000,
                      sums[kind]);
        /* While it goes on, only sums are told. */
        told[kind].until = told[kind].more ? now + NEWS_PERIOD_MS : 0;
        told[kind].more = 0;
    }
}

int64_t news_next(void)
{
    int64_t next = DEADLINE_NEVER;
    for (unsigned kind = 0; kind < NEWS_KINDS; kind++)
        next = deadline_nearer(next, told[kind].until);
    return next;
}
