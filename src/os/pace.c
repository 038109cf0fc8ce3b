#include "os/pace.h"

#include <limits.h>

static int64_t full(const struct pace_limits *limits)
{
    return (int64_t)limits->allowance * limits->rate;
}

static bool is_rated(const struct pace_limits *limits)
{
    return limits->rate > 0 && limits->allowance > 0;
}

void pace_begin(struct pace *pace, const struct pace_limits *limits, bool saves)
{
    *pace = (struct pace){.limits = limits, .left = full(limits), .saves = saves};
}

int pace_wait_ms(const struct pace *pace)
{
    const struct pace_limits *limits = pace->limits;
    int64_t left = INT_MAX;
    if (limits->stall_ms > 0)
        left = limits->stall_ms - pace->stalled;
    if (is_rated(limits) && pace->left / limits->rate < left)
        left = pace->left / limits->rate;
    if (left <= 0)
        return -1;
    return left == INT_MAX ? 0 : (int)left;
}

void pace_note(struct pace *pace, int64_t waited_ms, uint64_t bytes)
{
    const struct pace_limits *limits = pace->limits;
    pace->stalled = bytes ? 0 : pace->stalled + waited_ms;
    if (!is_rated(limits))
        return;
    pace->left += (int64_t)bytes * 1000 - waited_ms * limits->rate;
    if (!pace->saves && pace->left > full(limits))
        pace->left = full(limits);
}
