/*
 * The launcher's side of os/handover.h: a connection is given to a spare.
 */
#ifndef PERCH_LAUNCH_OFFER_H
#define PERCH_LAUNCH_OFFER_H

#include "os/handover.h"

/* Both ends of a control socket: [0] the launcher's, [1] the spare's. 0, or -1 with errno. */
int offer_control(int ends[2]);

/* What is said with a connection that was accepted from that address. */
void offer_describe(struct handover *handover, int connection,
                    const struct sockaddr_storage *address);

/* Does not block. 0, or -1 with errno: the spare is of no use. */
int offer_give(int control, const struct handover *handover, int connection);

/* 1: the spare is ready again; 0: it has said nothing; -1: what it says makes no sense. */
int offer_hears(int control);

#endif
