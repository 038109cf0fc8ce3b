/*
 * The listening sockets: those that the service manager passes, and those that --listen names.
 */
#ifndef PERCH_LAUNCH_LISTENER_H
#define PERCH_LAUNCH_LISTENER_H

#include "base/span.h"
#include "bounds.h"
#include "os/handover.h"

#include <stdbool.h>
#include <sys/un.h>

struct listener {
    int fd;
    bool is_unix;
    /* What is accepted has, without a call more: its own address, where that is this one; and the
     * timeouts that a handler takes where no option says otherwise. */
    union handover_address local; /* AF_UNSPEC: each has its own */
    bool is_timed;
    struct span name; /* that the service manager gave it; or empty */
    char unlink_path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* ours to remove; or empty */
};

struct listeners {
    unsigned count;
    struct listener at[LISTENERS_MAX];
};

/* Takes over what sd_listen_fds(3) has. Dies with EX_CONFIG where one is no listening stream
 * socket. */
void listeners_inherit(struct listeners *listeners);

/* What is wrong with an address that --listen was given, and what to give instead; or NULL. */
const char *listeners_complaint(const char *where);

/*
 * Listens on "[HOST:]PORT" (HOST: a name, an IPv4 address, or an IPv6 address in brackets; without
 * it 127.0.0.1; port 0: the kernel picks one) or on the unix socket "/PATH". Of a name's addresses
 * all that this machine has are listened on. Dies with EX_UNAVAILABLE; then those that were opened
 * before are closed.
 */
void listeners_open(struct listeners *listeners, const char *where);

/* Prints a line for each on stdout: where it can be reached. */
void listeners_announce(const struct listeners *listeners);

/* From now on a connection is there when its client has sent something, or has been silent for a
 * second (TCP_DEFER_ACCEPT): whoever takes it over need not wait for the request. */
void listeners_await_requests(const struct listeners *listeners);

/* Closes all; a unix socket that was made here is removed. */
void listeners_close(struct listeners *listeners);

#endif
