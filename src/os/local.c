#include "os/local.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

static bool is_loopback_4(uint32_t address)
{
    return ntohl(address) >> 24 == IN_LOOPBACKNET;
}

/* An IPv4 connection to a socket that listens on both has a mapped address. */
static bool is_loopback_6(const struct in6_addr *address)
{
    uint32_t last;
    memcpy(&last, address->s6_addr + 12, sizeof last);
    return IN6_IS_ADDR_LOOPBACK(address) || (IN6_IS_ADDR_V4MAPPED(address) && is_loopback_4(last));
}

static bool is_loopback;
static struct utsname machine;

static bool came_to_loopback(int connection)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof address;
    if (getsockname(connection, &address.any, &len) != 0)
        return false;
    if (address.any.sa_family == AF_INET)
        return is_loopback_4(address.v4.sin_addr.s_addr);
    return address.any.sa_family == AF_INET6 && is_loopback_6(&address.v6.sin6_addr);
}

void local_begin(int connection)
{
    is_loopback = came_to_loopback(connection);
    if (is_loopback && uname(&machine) != 0)
        machine.nodename[0] = '\0';
}

bool local_is_loopback(void)
{
    return is_loopback;
}

bool local_is_host_name(struct span name)
{
    return span_equal_nocase(name, span_of(machine.nodename));
}
