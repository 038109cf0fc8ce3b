/*
 * What the launcher tells its operator: the first of its kind at once; what is like it in the
 * seconds after is counted, and told as a sum. So no client can flood the log.
 */
#ifndef PERCH_LAUNCH_NEWS_H
#define PERCH_LAUNCH_NEWS_H

#include <stdbool.h>
#include <stdint.h>

enum news {
    NEWS_FULL_SOURCE,
    NEWS_PENALISED,
    NEWS_CRASH,
    NEWS_KILLED,
    NEWS_FAILURE,
    NEWS_SHORTAGE,
    NEWS_ROOM,
    NEWS_SPARE,
    NEWS_KINDS,
};

/* One line, as diag_warn(), or one more of those that are counted. */
__attribute__((format(printf, 2, 3))) void news(enum news kind, const char *format, ...);

/* Tells the sums that are due, or, at the end, all. */
void news_tell(bool is_the_end);

/* When the next sum is due, by clock_ms(); DEADLINE_NEVER: none is. */
int64_t news_next(void);

#endif
