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

int returns_next(int returns)
{
    struct epoll_event event;
    return epoll_wait(returns, &event, 1, 0) == 1 ? (int)event.data.u32 : -1;
}
