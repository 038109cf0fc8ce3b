/*
 * One new process that is another program: the cheapest way the kernel has.
 *
 * The child shares the launcher's memory until its exec, as with vfork(2), but the launcher does
 * not wait for that: the child runs on a stack of its own, of a small ring, and the kernel says
 * when it has left it (CLONE_CHILD_CLEARTID). So the launcher is at its next connection while the
 * kernel still loads the program.
 */
#ifndef PERCH_LAUNCH_SPAWN_H
#define PERCH_LAUNCH_SPAWN_H

#include <sys/types.h>

/*
 * Starts program with these arguments and an empty environment; its descriptor 0 is a copy of
 * input, 1 one of output, and those that are not close-on-exec it has besides. Both stay the
 * caller's to close, at once. Signals are blocked there as they are here, and no signal may have a
 * handler here. Its id, or -1 with errno: EAGAIN or ENOMEM where there is no room for a process
 * now. Where the program can't be run the child ends with EX_OSERR.
 */
pid_t spawn_program(const char *program, char *const argv[], int input, int output);

#endif
