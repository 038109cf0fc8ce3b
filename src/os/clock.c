#include "os/clock.h"

#include <time.h>

static int64_t recent;

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    recent = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
    return recent;
}

int64_t clock_recent_ms(void)
{
    return recent;
}

int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + 1;
}

int64_t clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec;
}

int64_t clock_recent_seconds(void)
{
    static int64_t seconds, from = -1, until;
    struct timespec now;
    if (recent >= until || recent < from || from < 0) {
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
        seconds = now.tv_sec;
        from = recent;
        until = recent + (1000000000 - now.tv_nsec) / 1000000;
    }
    return seconds;
}

int64_t deadline_in(int ms)
{
    return ms == 0 ? DEADLINE_NEVER : clock_ms() + ms;
}

int64_t deadline_since_recent(int ms)
{
    return ms == 0 ? DEADLINE_NEVER : recent + ms;
}

int64_t deadline_nearer(int64_t a, int64_t b)
{
    if (a == DEADLINE_NEVER || b == DEADLINE_NEVER)
        return a == DEADLINE_NEVER ? b : a;
    return a < b ? a : b;
}
