#include "os/local.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

/* Addresses in network order, wherever they stand. */
static bool is_loopback_4(const void *address)
{
    uint32_t number;
    memcpy(&number, address, sizeof number);
    return ntohl(number) >> 24 == IN_LOOPBACKNET;
}

/* An IPv4 connection to a socket that listens on both has a mapped address. */
static bool is_loopback_6(const void *address)
{
    struct in6_addr copy;
    memcpy(&copy, address, sizeof copy);
    return IN6_IS_ADDR_LOOPBACK(&copy) ||
           (IN6_IS_ADDR_V4MAPPED(&copy) && is_loopback_4(copy.s6_addr + 12));
}

static bool is_loopback;
static struct utsname machine;

void local_ask_name(void)
{
    if (uname(&machine) != 0)
        machine.nodename[0] = '\0';
}

void local_begin_at(const union handover_address *address)
{
    is_loopback = (address->any.sa_family == AF_INET && is_loopback_4(&address->v4.sin_addr)) ||
                  (address->any.sa_family == AF_INET6 && is_loopback_6(&address->v6.sin6_addr));
}

void local_begin(int connection)
{
    union handover_address address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof address;
    is_loopback = false;
    if (getsockname(connection, &address.any, &len) == 0)
        local_begin_at(&address);
    if (is_loopback)
        local_ask_name();
}

void local_believe(const struct proxy *proxy)
{
    if (proxy->family == PROXY_IPV4)
        is_loopback = is_loopback_4(proxy->destination.address);
    else if (proxy->family == PROXY_IPV6)
        is_loopback = is_loopback_6(proxy->destination.address);
}

bool local_is_loopback(void)
{
    return is_loopback;
}

bool local_is_host_name(struct span name)
{
    return span_equal_nocase(name, span_of(machine.nodename));
}
