/*
 * Our own end of the connection, and the machine that it is on. Asked for once, before a byte is
 * read: later it is not allowed any more.
 */
#ifndef PERCH_OS_LOCAL_H
#define PERCH_OS_LOCAL_H

#include "base/span.h"
#include "http/proxy.h"
#include "os/handover.h"

void local_begin(int connection);

/* The same, of where the launcher says it came to. The machine's name must have been asked for:
 * local_ask_name(). */
void local_begin_at(const union handover_address *address);
void local_ask_name(void);

/* A proxy whose word counts says where the client came to. */
void local_believe(const struct proxy *proxy);

/* Whether the connection came to a loopback address (127.0.0.0/8, ::1); false for what is no IP
 * socket. */
bool local_is_loopback(void);

/* Whether that is this machine's own host name, in any case. Of a connection to loopback alone. */
bool local_is_host_name(struct span name);

#endif
