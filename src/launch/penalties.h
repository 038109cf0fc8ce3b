/*
 * Who may not come back for a while: an origin whose handler was ended by a signal that nobody here
 * sent has found a fault in perch, and shall not try it out at the rate of an exec each.
 */
#ifndef PERCH_LAUNCH_PENALTIES_H
#define PERCH_LAUNCH_PENALTIES_H

#include "bounds.h"
#include "launch/origin.h"

struct penalties {
    int each_ms;  /* for one crash; 0: none at all */
    int64_t last; /* when the last of them ends; 0: there were none */
    struct {
        struct origin origin;
        int64_t until;
    } at[PENALTIES_MAX];
};

/* Adds to what the origin has left already, up to PENALTY_MAX_MS. Where more than PENALTIES_MAX are
 * penalised at once, the one whose penalty ends first goes free. */
void penalties_add(struct penalties *penalties, struct origin origin);

bool penalties_hold(const struct penalties *penalties, struct origin origin);

#endif
