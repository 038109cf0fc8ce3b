/*
 * How many connections each source has: an IPv4 address, an IPv6 /64 (what one customer gets), or,
 * on a unix socket, a user.
 */
#ifndef PERCH_LAUNCH_SOURCES_H
#define PERCH_LAUNCH_SOURCES_H

#include <stdbool.h>
#include <sys/socket.h>

/* In place of a source: this connection is not counted. */
enum { SOURCE_UNCOUNTED = -1, SOURCE_FULL = -2 };

struct sources;

/* For at most max_connections connections at once, and max_per_source of one source. Loopback and
 * unix sockets are counted only with count_local. Dies with EX_OSERR where memory is short. */
struct sources *sources_new(unsigned max_connections, unsigned max_per_source, bool count_local);

/*
 * Counts a connection that was accepted from that address. The source, to be given back to
 * sources_leave(); SOURCE_UNCOUNTED; or SOURCE_FULL, where the source has its share already.
 */
int sources_enter(struct sources *sources, int connection, const struct sockaddr_storage *address);

/* The connection has ended. Takes SOURCE_UNCOUNTED as well. */
void sources_leave(struct sources *sources, int source);

#endif
