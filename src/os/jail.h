/*
 * The jail: what a handler that a client has taken over can still do, which is next to nothing.
 *
 * Limits first (no core, no processes, few descriptors, little address space), then no_new_privs,
 * Landlock (the served folder alone, nothing to execute, no TCP; signals and abstract sockets of
 * others where the kernel can keep them apart) and last the filter of system calls. All of it is
 * for good. Everything that is to be opened or allocated must be so by then.
 *
 * Built with PERCH_INSTRUMENTED (sanitizers, valgrind), whose runtime opens files and maps memory
 * as it likes, the walls have holes for that: such a build is for tests.
 */
#ifndef PERCH_OS_JAIL_H
#define PERCH_OS_JAIL_H

#include "os/filter.h"

/* Parts of the jail that a kernel may lack; bits. */
enum { JAIL_LANDLOCK = 1, JAIL_SECCOMP = 2 };

/* Shuts the process in. folder: the one that is served, or -1; does: bits of filter.h. Returns
 * the parts that the kernel does not have; dies with EX_OSERR where one fails that it has. */
unsigned jail_enter(int folder, unsigned does);

/* For messages: "Landlock", "seccomp", or both. */
const char *jail_parts_text(unsigned parts);

#endif
