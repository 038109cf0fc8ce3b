/*
 * Connections that spares were given a moment ago: they stay open here as well, and one whose
 * handler is killed before it has touched it goes to another one instead of being lost.
 *
 * Each until its handler ends or comes back, or newer ones need its place. A handler ends what it
 * sends by itself: no client waits for what is done here.
 */
#ifndef PERCH_LAUNCH_DEPOSIT_H
#define PERCH_LAUNCH_DEPOSIT_H

#include <stdbool.h>

enum { DEPOSIT_NONE = -1 };

/* Takes the descriptor over, for a slot that has none here. */
void deposit_put(int slot, int connection);

/* Closes it, where it is still here. */
void deposit_close(int slot);

/*
 * Gives it back, where it is still here and nobody has read from it, or written to it, or ended it;
 * else closes it: DEPOSIT_NONE. Of a connection that is not TCP this can't be known: it counts as
 * touched.
 */
int deposit_take_untouched(int slot);

#endif
