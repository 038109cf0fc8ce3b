/*
 * What a listening socket leaves to the connections that are accepted from it, so that none of them
 * costs a call more.
 */
#ifndef PERCH_LAUNCH_BEQUEST_H
#define PERCH_LAUNCH_BEQUEST_H

#include "os/handover.h"

#include <stdbool.h>

/* Replies never wait for Nagle. */
void bequest_no_delay(int fd);

/* Those that a handler takes where no option says otherwise; for a socket that is ours: nobody else
 * will accept from it. False: not all of them. */
bool bequest_timeouts(int fd);

/* The address that all have; AF_UNSPEC where it stands for several, and each has its own. */
union handover_address bequest_address(int fd);

/* Where the address is one of loopback: sending goes by no clock. For a connection, too, whose
 * listener could not know. */
void bequest_no_pacing(int fd, const union handover_address *address);

/* One is there when its client has sent something, or has been silent for a second
 * (TCP_DEFER_ACCEPT). */
void bequest_request(int fd);

#endif
