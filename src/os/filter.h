/*
 * The system calls that a jailed handler may make, as a seccomp filter (seccomp(2)).
 *
 * What is on the list is allowed, some of it with certain arguments alone; what is nobody's
 * business here, such as execve(2) or socket(2), ends the process; everything else fails with
 * ENOSYS. The filter is a balanced tree over the numbers: installing one costs what the kernel
 * takes to try it on each number there is, and that is the depth of a tree in place of the length
 * of a list.
 */
#ifndef PERCH_OS_FILTER_H
#define PERCH_OS_FILTER_H

/* What a handler does that takes more calls; bits. */
enum { FILTER_WRITES = 1, FILTER_LISTS = 2 };

/* Installs it, for good, with the calls that what it does takes. no_new_privs must be set. 0, or -1
 * with errno: ENOSYS where the kernel has no seccomp, or no list is known for this machine. */
int filter_install(unsigned does);

#endif
