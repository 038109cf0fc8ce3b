/*
 * Who is at the other end of the connection: for the log, and for whatever depends on the source.
 *
 * The kernel is asked when somebody wants to know, and then once: a request that is served and not
 * logged costs no getpeername(2). With --proxy-protocol it is whom the proxy names.
 */
#ifndef PERCH_OS_CLIENT_H
#define PERCH_OS_CLIENT_H

#include "base/span.h"
#include "http/proxy.h"
#include "os/handover.h"

/* An IPv6 address as text with its NUL (INET6_ADDRSTRLEN). */
enum { CLIENT_ADDRESS_MAX = 46 };

struct client {
    int socket;                          /* to be asked; -1: there is no need any more */
    const union handover_address *known; /* what it would say; NULL: nobody has said it */
    char address[CLIENT_ADDRESS_MAX];
};

/* The client of a connection; its descriptor may be no socket. Asks nobody yet. */
void client_begin(struct client *client, int connection);

/* The same, of whom the launcher names, which stays the caller's. */
void client_begin_at(struct client *client, const union handover_address *address);

/* What a proxy says whose word counts; nothing where it speaks for itself. */
void client_believe(struct client *client, const struct proxy *proxy);

/*
 * Its address as text: "192.0.2.1" (also where it came over IPv6, mapped), "2001:db8::1", "unix" on
 * a unix socket, "-" where there is no socket. Stands as long as the client does.
 */
struct span client_address(struct client *client);

#endif
