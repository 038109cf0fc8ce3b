/*
 * At the total cap, with a client waiting: handlers are asked to end where they are idle, oldest
 * connection first, those that have been idle for a while before those that have just answered.
 * Only a handler knows whether it is idle; one that is not goes on as if nothing had been asked.
 */
#ifndef PERCH_LAUNCH_ROOM_H
#define PERCH_LAUNCH_ROOM_H

#include "launch/children.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed at first. */
struct room {
    uint64_t asked;     /* how far this round has come */
    unsigned steps;     /* of this round */
    bool asks_the_rest; /* the round of those that have just answered, too */
    int64_t next;       /* nobody is asked before this */
};

/* One step; to be called only where room_is_due(). */
void room_make(struct room *room, const struct children *children);

bool room_is_due(const struct room *room);

/* There is room: the next round begins with the oldest. */
void room_made(struct room *room);

#endif
