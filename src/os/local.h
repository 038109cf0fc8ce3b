/*
 * Our own end of the connection, and the machine that it is on. Asked for only where somebody has
 * to know: a request that is simply served costs none of these calls.
 */
#ifndef PERCH_OS_LOCAL_H
#define PERCH_OS_LOCAL_H

#include "base/span.h"

/* Whether a connection came to a loopback address (127.0.0.0/8, ::1); false for what is no IP
 * socket. */
bool local_is_loopback(int connection);

/* Whether that is this machine's own host name, in any case. */
bool local_is_host_name(struct span name);

#endif
