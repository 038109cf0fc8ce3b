/*
 * Whether an address is this machine's own: IPv4 addresses and IPv6 addresses, in network order,
 * wherever they stand.
 */
#ifndef PERCH_OS_LOOPBACK_H
#define PERCH_OS_LOOPBACK_H

#include "os/handover.h"

#include <stdbool.h>

/* 127.0.0.0/8. */
bool loopback_is_v4(const void *address);

/* ::1; or a mapped one: an IPv4 connection to a socket that listens on both has such. */
bool loopback_is_v6(const void *address);

/* Either; false for what is no IP address. */
bool loopback_is(const union handover_address *address);

#endif
