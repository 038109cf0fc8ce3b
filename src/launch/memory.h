/*
 * Whether this process may run out of memory before the machine does.
 */
#ifndef PERCH_LAUNCH_MEMORY_H
#define PERCH_LAUNCH_MEMORY_H

#include <stdbool.h>

/* Whether the control group that it is in, or one around that, has a limit (cgroups(7), either
 * version). False also where that can't be told. */
bool memory_is_limited(void);

#endif
