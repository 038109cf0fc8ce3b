/*
 * How a handler is asked to end: SIGTERM, or SIGINT from a terminal.
 *
 * The request that is being answered is finished, and its reply says close; a connection that waits
 * for its next request is ended at once; one that waits for its first, or for the rest of one,
 * waits STOP_REQUEST_MS more: its client could not know. There is no moment in which the signal
 * could get lost: one that comes while the process waits shuts the reading side of the socket, or
 * shortens its timeout, so that the read that is under way, or about to be, returns what is there
 * and then the end.
 *
 * YIELD_SIGNAL asks the same, but only of a process that is idle, and has been for as many
 * milliseconds as its value says: a launcher that is at its cap makes room so. It changes nothing
 * for a process that is not.
 */
#ifndef PERCH_OS_STOP_H
#define PERCH_OS_STOP_H

#include <signal.h>
#include <stdbool.h>

#define YIELD_SIGNAL SIGUSR1

/* Takes the signals over, for a connected socket, and unblocks them. Without this call they end the
 * process, as they should where there is a shell and a pipe. */
void stop_watch(int socket);

/* For a process that has taken them over with -1, before there was a connection. */
void stop_watch_now(int socket);

bool stop_asked(void);

/* What a wait is for: the first byte of a connection, which is idle only once that is late; the
 * next request; or the rest of one. */
enum stop_wait { STOP_WAIT_FIRST, STOP_WAIT_NEXT, STOP_WAIT_REST };

/* Around a wait for a request. */
void stop_wait_begins(enum stop_wait what);
void stop_wait_ends(void);

/* The socket's timeout has just been set: what a signal had made of it meanwhile is gone. */
void stop_timeout_set(void);

#endif
