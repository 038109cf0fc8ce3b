/*
 * How a handler is asked to end: SIGTERM, or SIGINT from a terminal.
 *
 * The request that is being answered is finished, and its reply says close; a connection that waits
 * for its next request is ended at once. There is no moment in which the signal could get lost: one
 * that comes while the process waits shuts the reading side of the socket, so that the read that is
 * under way, or about to be, returns what is there and then the end.
 */
#ifndef PERCH_OS_STOP_H
#define PERCH_OS_STOP_H

#include <stdbool.h>

/* Takes the signals over, for a connected socket, and unblocks them. Without this call they end the
 * process, as they should where there is a shell and a pipe. */
void stop_watch(int socket);

bool stop_asked(void);

/* Around a wait for a request: true before it, false behind it. */
void stop_waiting(bool begins);

#endif
