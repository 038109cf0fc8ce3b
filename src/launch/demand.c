#include "launch/demand.h"

#include "bounds.h"

/* A slice that is over raises the level to what came in it, or lets it fall by a part. */
static void catch_up(struct demand *demand, int64_t now_ms)
{
    int64_t slice = now_ms / DEMAND_SLICE_MS;
    if (slice - demand->slice > DEMAND_SLICES_MAX)
        *demand = (struct demand){.slice = slice};
    for (; demand->slice < slice; demand->slice++) {
        unsigned fall = (demand->level + DEMAND_FALL - 1) / DEMAND_FALL;
        demand->level -= fall;
        if (demand->level < demand->count)
            demand->level = demand->count;
        demand->count = 0;
    }
}

void demand_note(struct demand *demand, int64_t now_ms)
{
    catch_up(demand, now_ms);
    demand->count++;
}

unsigned demand_wanted(struct demand *demand, int64_t now_ms, unsigned most)
{
    catch_up(demand, now_ms);
    unsigned wanted = demand->level > demand->count ? demand->level : demand->count;
    if (wanted < 1)
        wanted = 1;
    return wanted < most ? wanted : most;
}
