/*
 * Which descriptors were we handed? The only file that reads what a superserver passes on.
 *
 * Built with libsystemd (PERCH_LIBSYSTEMD) it asks sd_listen_fds_with_names(3); else it reads the
 * same documented protocol, $LISTEN_PID, $LISTEN_FDS and $LISTEN_FDNAMES, itself.
 */
#ifndef PERCH_OS_INHERIT_H
#define PERCH_OS_INHERIT_H

#include "base/span.h"

/* The first descriptor that the service manager passes (SD_LISTEN_FDS_START). */
enum { INHERIT_FIRST = 3 };

/* How a descriptor waits: a socket has timeouts of its own, a pipe can be polled, and for a file or
 * a terminal there is nothing to wait for. Over PEER_CONTROL the connection is still to come
 * (os/handover.h). */
enum peer_kind { PEER_SOCKET, PEER_PIPE, PEER_PATIENT, PEER_CONTROL };

/* Where a connection is read and written. */
struct peer {
    int in;
    int out;
    enum peer_kind in_kind;
    enum peer_kind out_kind;
};

/* How many descriptors the service manager passes, from INHERIT_FIRST on; 0 where there are none.
 * They are marked close-on-exec. */
int inherit_listen_fds(void);

/* Closes what was handed over beyond the standard descriptors and those: nobody knows what it is,
 * and whoever takes the process over could use it. */
void inherit_close_strays(void);

/* The name that the service manager gives one of them (FileDescriptorName=), or an empty span. */
struct span inherit_name(int fd);

/*
 * Finds the connection, by looking: a descriptor that the service manager names, or stdin; where it
 * is a listening stream socket, one connection is accepted from it, waiting at most wait_ms (0: for
 * ever). What is no socket is served as stdin and stdout.
 * 0: *peer is set. -1: nobody connected in time. Dies with EX_CONFIG or EX_NOINPUT where what was
 * handed over can't be served.
 */
int inherit_peer(struct peer *peer, int wait_ms);

#endif
