/*
 * The launcher's side of os/handover.h: a connection is given to a spare.
 */
#ifndef PERCH_LAUNCH_OFFER_H
#define PERCH_LAUNCH_OFFER_H

#include "launch/listener.h"
#include "os/handover.h"

/* A connection that was accepted. */
struct arrival {
    int connection;
    const struct listener *listener;
    struct sockaddr_storage address;
};

/* Both ends of a control socket: [0] the launcher's, [1] the spare's. 0, or -1 with errno. */
int offer_control(int ends[2]);

/* What is said with a connection. */
void offer_describe(struct handover *handover, const struct arrival *arrival);

/* Does not block. 0, or -1: the spare is of no use. lone: the spare's process, which is to wake up
 * nearby (nearby.h), since nobody else is there; 0: it wakes up where the kernel likes. */
int offer_give(int control, const struct handover *handover, int connection, pid_t lone);

/* 1: the spare is ready again; 0: it has said nothing; -1: what it says makes no sense. */
int offer_hears(int control);

#endif
