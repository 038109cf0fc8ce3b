#include "os/local.h"

#include "os/loopback.h"

#include <sys/socket.h>
#include <sys/utsname.h>

static bool is_loopback;
static struct utsname machine;

void local_ask_name(void)
{
    if (uname(&machine) != 0)
        machine.nodename[0] = '\0';
}

void local_begin_at(const union handover_address *address)
{
    is_loopback = loopback_is(address);
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
        is_loopback = loopback_is_v4(proxy->destination.address);
    else if (proxy->family == PROXY_IPV6)
        is_loopback = loopback_is_v6(proxy->destination.address);
}

bool local_is_loopback(void)
{
    return is_loopback;
}

bool local_is_host_name(struct span name)
{
    return span_equal_nocase(name, span_of(machine.nodename));
}
