#include "launch/bequest.h"

#include "bounds.h"
#include "os/loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

void bequest_no_delay(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool bequest_timeouts(int fd)
{
    const struct timeval first = {.tv_sec = TIMEOUT_FIRST_MS / 1000};
    const struct timeval look = {.tv_sec = OUTPUT_LOOK_MS / 1000};
    const int stall_ms = TIMEOUT_STALL_MS;
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &first, sizeof first) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &look, sizeof look) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms) == 0;
}

union handover_address bequest_address(int fd)
{
    union handover_address local = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof local;
    bool is_known = getsockname(fd, &local.any, &len) == 0;
    bool is_any = !is_known ||
                  (local.any.sa_family == AF_INET && local.v4.sin_addr.s_addr == INADDR_ANY) ||
                  (local.any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&local.v6.sin6_addr));
    if (is_any)
        local.any.sa_family = AF_UNSPEC;
    return local;
}

/* Who comes to a loopback address is on this machine, with no line between that could be crowded.
 * The kernel's usual algorithm may send by a clock all the same (BBR): downloads then are half as
 * fast and cost twice as much. Each kernel has this one, for all users. */
void bequest_no_pacing(int fd, const union handover_address *address)
{
    static const char simplest[] = "reno";
    if (loopback_is(address))
        setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, simplest, sizeof simplest - 1);
}

void bequest_request(int fd)
{
    int seconds = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}
