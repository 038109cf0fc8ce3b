#include "launch/origin.h"

#include "os/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static struct origin ipv4_origin(uint32_t network_order)
{
    return (struct origin){AF_INET, ntohl(network_order)};
}

static struct origin ipv6_origin(const struct in6_addr *address)
{
    struct origin origin = {AF_INET6, 0};
    uint32_t mapped;
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        memcpy(&mapped, address->s6_addr + 12, sizeof mapped);
        return ipv4_origin(mapped);
    }
    memcpy(&origin.address, address->s6_addr, sizeof origin.address);
    return origin;
}

static struct origin unix_origin(int connection)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof peer;
    getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len);
    return (struct origin){AF_UNIX, peer.uid};
}

bool origin_find(struct origin *origin, int connection, const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        const struct in_addr *v4 = &((const struct sockaddr_in *)address)->sin_addr;
        *origin = ipv4_origin(v4->s_addr);
        return loopback_is_v4(v4);
    }
    if (address->ss_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        *origin = ipv6_origin(v6);
        return loopback_is_v6(v6);
    }
    *origin = unix_origin(connection);
    return true;
}

bool origin_equal(struct origin a, struct origin b)
{
    return a.family == b.family && a.address == b.address;
}

void origin_text(struct origin origin, char text[ORIGIN_TEXT_BYTES])
{
    struct in6_addr v6 = {0};
    struct in_addr v4 = {.s_addr = htonl((uint32_t)origin.address)};
    if (origin.family == AF_INET) {
        inet_ntop(AF_INET, &v4, text, ORIGIN_TEXT_BYTES);
    } else if (origin.family == AF_INET6) {
        memcpy(v6.s6_addr, &origin.address, sizeof origin.address);
        inet_ntop(AF_INET6, &v6, text, ORIGIN_TEXT_BYTES - sizeof "/64");
        memcpy(text + strlen(text), "/64", sizeof "/64");
    } else {
        snprintf(text, ORIGIN_TEXT_BYTES, "user %u", (unsigned)origin.address);
    }
}
