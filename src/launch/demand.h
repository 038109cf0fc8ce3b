/*
 * How many spares are worth having: as many as came at once lately, within bounds. A pure function
 * of the moments at which connections came.
 */
#ifndef PERCH_LAUNCH_DEMAND_H
#define PERCH_LAUNCH_DEMAND_H

#include <stdint.h>

/* Zeroed at first. */
struct demand {
    int64_t slice;  /* the number of the slice of time that is counted */
    unsigned count; /* what came in it */
    unsigned level; /* the most that came in one, falling with time */
};

/* One connection came at that moment, in milliseconds. */
void demand_note(struct demand *demand, int64_t now_ms);

/* 1 to most; 0 where most is 0. */
unsigned demand_wanted(struct demand *demand, int64_t now_ms, unsigned most);

#endif
