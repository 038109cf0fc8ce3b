#include "launch/returns.h"

#include "base/diag.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sysexits.h>

int returns_open(void)
{
    int returns = epoll_create1(EPOLL_CLOEXEC);
    if (returns < 0)
        diag_die(EX_OSERR, "--reuse: epoll_create1: %s", strerror(errno));
    return returns;
}

int returns_watch(int returns, int control, int slot)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)slot};
    return epoll_ctl(returns, EPOLL_CTL_ADD, control, &event);
}

void returns_forget(int returns, int control)
{
    (void)epoll_ctl(returns, EPOLL_CTL_DEL, control, NULL);
}

int returns_next(int returns, int slots[RETURNS_MAX])
{
    struct epoll_event events[RETURNS_MAX];
    int count = epoll_wait(returns, events, RETURNS_MAX, 0);
    for (int i = 0; i < count; i++)
        slots[i] = (int)events[i].data.u32;
    return count < 0 ? 0 : count;
}
