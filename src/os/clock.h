/*
 * The clocks. All but one are the kernel's coarse ones: a few nanoseconds a call, right to about
 * 4 ms.
 */
#ifndef PERCH_OS_CLOCK_H
#define PERCH_OS_CLOCK_H

#include <stdint.h>

/* Milliseconds that only go forward; never 0. */
int64_t clock_ms(void);

/* What clock_ms() said last, which was not before the wire was read last: for what is too short to
 * be timed, at no cost. */
int64_t clock_recent_ms(void);

/* Microseconds that only go forward, never 0, by the precise clock: for what is told, not for
 * deadlines. */
int64_t clock_us(void);

/* Seconds since 1970. */
int64_t clock_seconds(void);

/* The same as of clock_recent_ms(), for Date; a clock that is set anew is followed within a second.
 */
int64_t clock_recent_seconds(void);

/*
 * A moment of clock_ms(), or DEADLINE_NEVER. ms == 0 gives DEADLINE_NEVER: that is how the options
 * switch a clock off.
 */
#define DEADLINE_NEVER INT64_C(0)
int64_t deadline_in(int ms);

/* The same, counted from clock_recent_ms(). */
int64_t deadline_since_recent(int ms);

/* The nearer of the two. */
int64_t deadline_nearer(int64_t a, int64_t b);

#endif
