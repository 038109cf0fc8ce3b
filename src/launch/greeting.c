#include "launch/greeting.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How "perch --check" ends where whoever reaches it may upload. */
#define OPEN_TO_ALL ", uploads on"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Not of use to any other machine. */
static bool is_local(const union address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    if (address->any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr) ||
               IN6_IS_ADDR_LINKLOCAL(&address->v6.sin6_addr);
    return true;
}

static bool is_any(const union address *address)
{
    return address->any.sa_family == AF_INET ? address->v4.sin_addr.s_addr == INADDR_ANY
                                             : IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

static void print_address(const union address *address, unsigned port)
{
    char text[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof text);
        dprintf(STDOUT_FILENO, "perchd: others reach it at http://%s:%u/\n", text, port);
    } else {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof text);
        dprintf(STDOUT_FILENO, "perchd: others reach it at http://[%s]:%u/\n", text, port);
    }
}

/* Each address of this machine that a listener on all of them answers at. */
static void print_own_addresses(const union address *listening, bool v6_alone)
{
    struct ifaddrs *all;
    unsigned port = ntohs(listening->any.sa_family == AF_INET ? listening->v4.sin_port
                                                              : listening->v6.sin6_port);
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        union address own = {.any = {.sa_family = AF_UNSPEC}};
        if (!at->ifa_addr || !(at->ifa_flags & IFF_UP))
            continue;
        int family = at->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6)
            continue;
        if (family != listening->any.sa_family && (family == AF_INET6 || v6_alone))
            continue;
        memcpy(&own, at->ifa_addr, family == AF_INET ? sizeof own.v4 : sizeof own.v6);
        if (!is_local(&own))
            print_address(&own, port);
    }
    freeifaddrs(all);
}

/* Whether other machines can reach it; if by more addresses than it has been given, says which. */
static bool tell_of(const struct listener *listener)
{
    union address address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof address;
    int v6_alone = 0;
    socklen_t option_len = sizeof v6_alone;
    if (listener->is_unix || getsockname(listener->fd, &address.any, &len) != 0 ||
        is_local(&address))
        return false;
    getsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_alone, &option_len);
    if (is_any(&address))
        print_own_addresses(&address, v6_alone);
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

void greeting_print(const struct listeners *listeners, const char *summary)
{
    bool others_reach_it = false;
    dprintf(STDOUT_FILENO, "perchd: serving %s; Ctrl-C stops\n", summary);
    for (unsigned i = 0; i < listeners->count; i++)
        others_reach_it |= tell_of(&listeners->at[i]);
    if (others_reach_it && ends_with(summary, OPEN_TO_ALL))
        dprintf(STDOUT_FILENO, "perchd: whoever reaches it may upload and delete; give "
                               "--token-file FILE or --read-only to change that\n");
}
