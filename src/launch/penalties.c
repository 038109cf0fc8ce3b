#include "launch/penalties.h"

#include "os/clock.h"

/* The origin's, or the one that ends first. */
static unsigned find_entry(const struct penalties *penalties, struct origin origin)
{
    unsigned first = 0;
    for (unsigned i = 0; i < PENALTIES_MAX; i++) {
        if (origin_equal(penalties->at[i].origin, origin))
            return i;
        if (penalties->at[i].until < penalties->at[first].until)
            first = i;
    }
    return first;
}

void penalties_add(struct penalties *penalties, struct origin origin)
{
    if (penalties->each_ms == 0)
        return;
    int64_t now = clock_ms();
    unsigned entry = find_entry(penalties, origin);
    int64_t from = now;
    if (origin_equal(penalties->at[entry].origin, origin) && penalties->at[entry].until > now)
        from = penalties->at[entry].until;
    int64_t until = from + penalties->each_ms;
    if (until > now + PENALTY_MAX_MS)
        until = now + PENALTY_MAX_MS;
    penalties->at[entry].origin = origin;
    penalties->at[entry].until = until;
    if (until > penalties->last)
        penalties->last = until;
}

bool penalties_hold(const struct penalties *penalties, struct origin origin)
{
    if (penalties->last == 0)
        return false;
    int64_t now = clock_ms();
    for (unsigned i = 0; penalties->last > now && i < PENALTIES_MAX; i++)
        if (penalties->at[i].until > now && origin_equal(penalties->at[i].origin, origin))
            return true;
    return false;
}
