/*
 * How many connections each origin has, and who is penalised.
 */
#ifndef PERCH_LAUNCH_SOURCES_H
#define PERCH_LAUNCH_SOURCES_H

#include "launch/origin.h"
#include "launch/penalties.h"

/* In place of a source: this connection is not counted. */
enum { SOURCE_UNCOUNTED = -1, SOURCE_FULL = -2, SOURCE_PENALISED = -3 };

struct sources;

/* For at most max_connections connections at once, and max_per_source of one origin. Loopback and
 * unix sockets are counted, and penalised, only with count_local. Dies with EX_OSERR where memory
 * is short. */
struct sources *sources_new(unsigned max_connections, unsigned max_per_source, bool count_local,
                            int penalty_ms);

/*
 * Counts a connection that was accepted from that address, and says whose it is. The source, to be
 * given back to sources_leave(); or SOURCE_UNCOUNTED; SOURCE_FULL, where the origin has its share
 * already; SOURCE_PENALISED.
 */
int sources_enter(struct sources *sources, int connection, const struct sockaddr_storage *address,
                  struct origin *origin);

/* The connection has ended. Takes SOURCE_UNCOUNTED as well. */
void sources_leave(struct sources *sources, int source);

/* Its handler crashed; before sources_leave(). False where it is not counted: nobody is penalised.
 * Else *origin is whose it was. */
bool sources_penalise(struct sources *sources, int source, struct origin *origin);

#endif
