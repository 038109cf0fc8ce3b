/*
 * Who the process is: from root to a user of its own, or to a root without any capability.
 */
#ifndef PERCH_OS_POWERS_H
#define PERCH_OS_POWERS_H

#include <stdbool.h>

/* Whether it has what makes root more than a user: any capability. */
bool powers_held(void);

/*
 * Becomes the user: its groups, its group, itself, for good; "root" stays what it is. Does nothing
 * where the process is that user already. Dies with EX_NOUSER where there is none of that name,
 * with EX_NOPERM where the change is not permitted.
 */
void powers_become(const char *user);

/* Gives up all capabilities, for good: root is then the owner of its files, and nothing more. Dies
 * with EX_OSERR where that fails. */
void powers_give_up(void);

#endif
