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

/* Does not block. 0, or -1 with errno: the spare is of no use. */
int offer_give(int control, const struct handover *handover, int connection);

/* 1: the spare is ready again; 0: it has said nothing; -1: what it says makes no sense. */
int offer_hears(int control);

#endif
