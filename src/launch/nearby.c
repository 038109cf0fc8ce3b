#include "launch/nearby.h"

#include <stddef.h>

void nearby_hold(struct nearby *nearby, pid_t pid)
{
    cpu_set_t here;
    int own = sched_getcpu();
    nearby->pid = 0;
    if (own < 0 || sched_getaffinity(pid, sizeof nearby->before, &nearby->before) != 0 ||
        CPU_COUNT(&nearby->before) < 2 || !CPU_ISSET((size_t)own, &nearby->before))
        return;
    CPU_ZERO(&here);
    CPU_SET((size_t)own, &here);
    if (sched_setaffinity(pid, sizeof here, &here) == 0)
        nearby->pid = pid;
}

void nearby_release(struct nearby *nearby)
{
    if (!nearby->pid)
        return;
    sched_yield();
    sched_setaffinity(nearby->pid, sizeof nearby->before, &nearby->before);
}
