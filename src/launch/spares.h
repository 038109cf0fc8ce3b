/*
 * When handlers are started before there are connections for them, and which of them may still be
 * used. As many as came at once lately, up to --spares; refilled when nobody waits: then the answer
 * that the last one is for is out, or another processor is free.
 */
#ifndef PERCH_LAUNCH_SPARES_H
#define PERCH_LAUNCH_SPARES_H

#include "launch/children.h"
#include "launch/demand.h"
#include "launch/identity.h"
#include "launch/offer.h"

struct spares {
    struct children *children;
    unsigned most;  /* --spares */
    unsigned reuse; /* --reuse */
    unsigned room;  /* --max-connections: no more processes than that */
    struct identity identity;
    struct demand demand;
    int64_t looked;     /* when one came last; identity: once a millisecond is enough */
    int64_t not_before; /* after a failure; 0: none */
};

/* Gives a connection to a spare, descriptor and all. False: there is none. */
bool spares_serve(struct spares *spares, const struct arrival *arrival, int tag);

/* Nobody waits: one more, or one less, where that is due. Where it is not quiet, since something
 * else has happened, several, but only where few are left. */
void spares_adapt(struct spares *spares, bool quiet);

/* One has ended before its time: no more for a while. */
void spares_failed(struct spares *spares);

/* Milliseconds until it is to be looked again; 0: nothing is to be done. */
int spares_wait_ms(struct spares *spares);

#endif
