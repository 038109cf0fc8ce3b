/*
 * A connection that is handed over to a process which has started before it came: what the launcher
 * and its spares say to each other, over a socket of kind SOCK_SEQPACKET that is the spare's stdin.
 *
 * One message from the launcher: struct handover, and the connection as SCM_RIGHTS. The end of the
 * socket is the end of the spare. A spare that shall take one more connection says HANDOVER_READY
 * when it has done with the last.
 */
#ifndef PERCH_OS_HANDOVER_H
#define PERCH_OS_HANDOVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* An end of a connection: a jailed process can't ask the kernel any more. Family AF_UNIX, or
 * AF_UNSPEC, has no address. */
union handover_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct handover {
    bool returns;  /* the process is expected back: HANDOVER_READY */
    bool is_timed; /* the connection's timeouts are set: TIMEOUT_FIRST_MS, OUTPUT_LOOK_MS, and
                    * TIMEOUT_STALL_MS for the kernel to give up (TCP_USER_TIMEOUT) */
    union handover_address peer, local; /* to an address of loopback it sends by no clock */
};

/* What a spare says when it is ready for the next connection: one byte. */
#define HANDOVER_READY 'r'

/*
 * The spare's side: waits for a connection. Its descriptor; -1: there will be none. Dies with
 * EX_CONFIG where no descriptor came. That it is a connection is the launcher's word.
 */
int handover_take(int control, struct handover *handover);

/* The last connection has been closed, and nothing is kept of it. False: nobody waits for us. */
bool handover_return(int control);

#endif
