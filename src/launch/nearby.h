/*
 * Where a spare wakes up: on the launcher's own processor, which it can take over at once. To wake
 * another one that sleeps takes several times as long, above all in a virtual machine. That holds
 * while nobody else is there; else the kernel knows better.
 */
#ifndef PERCH_LAUNCH_NEARBY_H
#define PERCH_LAUNCH_NEARBY_H

#include <sched.h>
#include <sys/types.h>

struct nearby {
    pid_t pid;        /* 0: it may run where it likes */
    cpu_set_t before; /* where it might run */
};

/* Before it is woken. Where that can't be done, nothing is. */
void nearby_hold(struct nearby *nearby, pid_t pid);

/* It has been woken: it goes first, and may then run where it might before. */
void nearby_release(struct nearby *nearby);

#endif
