/*
 * Who a connection is from, as far as caps and penalties go: an IPv4 address, an IPv6 /64 (what one
 * customer gets), or, on a unix socket, a user.
 */
#ifndef PERCH_LAUNCH_ORIGIN_H
#define PERCH_LAUNCH_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct origin {
    uint64_t family;
    uint64_t address;
};

/* Of a connection that was accepted from that address. Returns whether it is of this machine. */
bool origin_find(struct origin *origin, int connection, const struct sockaddr_storage *address);

bool origin_equal(struct origin a, struct origin b);

/* For messages: "192.0.2.1", "2001:db8:0:1::/64" or "user 1000". */
enum { ORIGIN_TEXT_BYTES = 64 };
void origin_text(struct origin origin, char text[ORIGIN_TEXT_BYTES]);

#endif
