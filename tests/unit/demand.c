/*
 * launch/demand: how many spares are wanted.
 */
#include "launch/demand.h"

#include "bounds.h"

#include "unit.h"

/* In milliseconds; as wide as moments are. */
static const int64_t slice_ms = DEMAND_SLICE_MS;

static void come(struct demand *demand, unsigned count, int64_t at)
{
    for (unsigned i = 0; i < count; i++)
        demand_note(demand, at);
}

int main(void)
{
    struct demand demand = {0};
    CHECK(demand_wanted(&demand, 0, 8) == 1);
    CHECK(demand_wanted(&demand, 0, 0) == 0);

    /* At once, and within the bound. */
    come(&demand, 5, 1000);
    CHECK(demand_wanted(&demand, 1000, 8) == 5);
    CHECK(demand_wanted(&demand, 1000, 3) == 3);
    come(&demand, 100, 1000);
    CHECK(demand_wanted(&demand, 1000, 8) == 8);

    /* One now and then is one. */
    demand = (struct demand){0};
    for (int64_t at = 0; at < 20 * slice_ms; at += slice_ms)
        come(&demand, 1, at);
    CHECK(demand_wanted(&demand, 20 * slice_ms, 8) == 1);

    /* A burst is remembered for a while, less and less, and then not at all. */
    demand = (struct demand){0};
    come(&demand, 8, 0);
    unsigned before = 8;
    for (int64_t at = 0; at < 40 * slice_ms; at += slice_ms) {
        unsigned wanted = demand_wanted(&demand, at, 100);
        CHECK(wanted <= before && wanted >= 1);
        before = wanted;
    }
    CHECK(before == 1);

    /* Steady arrivals hold the level; a long silence is over at once. */
    for (int64_t slice = 100; slice < 120; slice++)
        come(&demand, 6, slice * slice_ms);
    CHECK(demand_wanted(&demand, 120 * slice_ms, 100) == 6);
    CHECK(demand_wanted(&demand, INT64_C(1) << 40, 100) == 1);
    return unit_end();
}
