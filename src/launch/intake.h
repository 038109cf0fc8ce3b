/*
 * From a listener to a handler: accept, cap, spawn. At the total cap new clients wait in the
 * listener's queue, and idle handlers are asked to make room; an origin that has its share, or is
 * penalised, is refused; where descriptors, processes or memory run out nothing is accepted for a
 * moment, and nobody is lost.
 */
#ifndef PERCH_LAUNCH_INTAKE_H
#define PERCH_LAUNCH_INTAKE_H

#include "launch/children.h"
#include "launch/room.h"
#include "launch/sources.h"
#include "launch/spares.h"

#include <stdbool.h>
#include <stdint.h>

struct intake {
    struct children *children;
    struct sources *sources;
    unsigned max_connections;
    uint64_t refused;
    struct spares *spares;
    struct arrival held; /* a connection that there was no process for yet; or INTAKE_NONE */
    int held_source;
    int64_t paused_until; /* nothing is accepted before this; 0: no pause */
    bool short_of;        /* descriptors, processes or memory */
    int crowd; /* accepted in the last turns, where each found as many as it took; or more */
    struct room room;
};

enum { INTAKE_NONE = -1 };

/* Whether it matters at present that a client waits. */
bool intake_watches(const struct intake *intake);

/* A client waits at this listener. Accepts some, so that others get their turn: one, and more from
 * turn to turn, since to ask in vain for a second one takes longer than to poll. */
void intake_take(struct intake *intake, const struct listener *listener);

/* Nobody waits. */
void intake_rests(struct intake *intake);

/* A connection whose handler has been killed before it did anything gets one that is its own. Takes
 * the descriptor over. False: there is none for it, and it is lost. */
bool intake_again(struct intake *intake, int connection, int source);

/* A handler has ended: there is room. */
void intake_freed(struct intake *intake);

/* Ends a pause that is over. */
void intake_tick(struct intake *intake);

/* When that is due, or listeners are to be watched again; or DEADLINE_NEVER. */
int64_t intake_next(const struct intake *intake);

/* Nobody is taken any more. */
void intake_close(struct intake *intake);

#endif
