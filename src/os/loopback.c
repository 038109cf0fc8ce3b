#include "os/loopback.h"

#include <netinet/in.h>
#include <string.h>

bool loopback_is_v4(const void *address)
{
    uint32_t number;
    memcpy(&number, address, sizeof number);
    return ntohl(number) >> 24 == IN_LOOPBACKNET;
}

bool loopback_is_v6(const void *address)
{
    struct in6_addr copy;
    memcpy(&copy, address, sizeof copy);
    return IN6_IS_ADDR_LOOPBACK(&copy) ||
           (IN6_IS_ADDR_V4MAPPED(&copy) && loopback_is_v4(copy.s6_addr + 12));
}

bool loopback_is(const union handover_address *address)
{
    return (address->any.sa_family == AF_INET && loopback_is_v4(&address->v4.sin_addr)) ||
           (address->any.sa_family == AF_INET6 && loopback_is_v6(&address->v6.sin6_addr));
}
