/*
 * The launcher's own replies: 503 to an origin that has its share of connections already, or that
 * is penalised.
 *
 * Nothing is read of the request. The socket is kept open for a moment behind the reply, so that
 * the reset which closing it brings does not overtake it.
 */
#ifndef PERCH_LAUNCH_REFUSAL_H
#define PERCH_LAUNCH_REFUSAL_H

#include <stdint.h>

enum refusal { REFUSAL_FULL, REFUSAL_PENALISED };

/* Sends the reply and the FIN; the descriptor is closed here, later. Never blocks. */
void refusal_send(int connection, enum refusal why);

/* Closes what has been held for long enough. */
void refusal_close_old(void);

/* When the next one is due, by clock_ms(); DEADLINE_NEVER where none is held. */
int64_t refusal_next_close(void);

#endif
