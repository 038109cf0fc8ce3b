#include "launch/spares.h"

#include "bounds.h"
#include "os/clock.h"

bool spares_serve(struct spares *spares, const struct arrival *arrival, int tag)
{
    struct handover handover;
    int64_t now = clock_ms();
    demand_note(&spares->demand, now);
    if (now != spares->looked && identity_changed(&spares->identity))
        children_dismiss_spares(spares->children);
    bool is_calm = now - spares->looked >= SPARES_CALM_MS;
    spares->looked = now;
    bool may = children_spares(spares->children) > 0;
    if (!may && spares->reuse > 1)
        may = children_spawn_spare(spares->children) == 0;
    if (!may)
        return false;
    offer_describe(&handover, arrival);
    return children_hand_over(spares->children, &handover, arrival->connection, tag, is_calm);
}

void spares_failed(struct spares *spares)
{
    spares->not_before = clock_ms() + SPARES_FAILED_MS;
}

/* How many are missing; less than 0: there are too many. Those that have come back may stay as long
 * as as many are in use. */
static int missing(struct spares *spares)
{
    int64_t now = clock_ms();
    unsigned have = children_spares(spares->children);
    unsigned wanted = demand_wanted(&spares->demand, now, spares->most);
    unsigned most = spares->reuse > 1 ? spares->room : spares->most;
    unsigned useful = demand_wanted(&spares->demand, now, most);
    if (have > useful && have > wanted)
        return -1;
    bool room = children_count(spares->children) < spares->room;
    return have < wanted && room && spares->not_before <= now;
}

void spares_adapt(struct spares *spares, bool quiet)
{
    int due = missing(spares);
    unsigned have = children_spares(spares->children);
    /* One after another, each would stand in a client's way; so some at once, now and then. */
    bool few = have * 2 <= demand_wanted(&spares->demand, clock_ms(), spares->most);
    if (due > 0 && !quiet && !few)
        return;
    while (due > 0 && !quiet && children_spawn_spare(spares->children) == 0)
        due = missing(spares);
    if (due < 0)
        children_dismiss_spare(spares->children);
    else if (due > 0 && children_spawn_spare(spares->children) != 0)
        spares_failed(spares);
}

int spares_wait_ms(struct spares *spares)
{
    int due = missing(spares);
    if (due != 0)
        return due > 0 ? SPARES_REFILL_MS : DEMAND_SLICE_MS;
    bool will_be = children_spares(spares->children) > (spares->most ? 1U : 0U);
    return will_be ? DEMAND_SLICE_MS : spares->not_before > clock_ms() ? SPARES_FAILED_MS : 0;
}
