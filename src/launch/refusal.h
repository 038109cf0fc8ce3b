/*
 * The launcher's one reply: 503 to a source that has its share of connections already.
 *
 * Nothing is read of the request. The socket is kept open for a moment behind the reply, so that
 * the reset which closing it brings does not overtake it.
 */
#ifndef PERCH_LAUNCH_REFUSAL_H
#define PERCH_LAUNCH_REFUSAL_H

#include <stdint.h>

/* Sends the reply and the FIN; the descriptor is closed here, later. Never blocks. */
void refusal_send(int connection);

/* Closes what has been held for long enough. */
void refusal_close_old(void);

/* When the next one is due, by clock_ms(); DEADLINE_NEVER where none is held. */
int64_t refusal_next_close(void);

#endif
