/*
 * The system calls that a jailed handler may make, as a seccomp filter (seccomp(2)).
 *
 * What is on the list is allowed, some of it with certain arguments alone; what is nobody's
 * business here, such as execve(2) or socket(2), ends the process; everything else fails with
 * ENOSYS.
 *
 * Installing a filter is most of what the jail costs, and the kernel takes about 0.2 microseconds
 * an instruction for it: so the lists become bitmaps, which takes a third of the instructions that
 * a comparison for each call would.
 */
#ifndef PERCH_OS_FILTER_H
#define PERCH_OS_FILTER_H

/* What a handler does that takes more calls; bits. */
enum {
    FILTER_WRITES = 1,
    FILTER_SYNCS = 2,  /* what it writes */
    FILTER_COPIES = 4, /* descriptors, to close them: where it writes and does not sync */
    FILTER_LISTS = 8,
    FILTER_AWAITS = 16, /* its connection, which is still to come (os/handover.h) */
};

/* Installs it, for good, with the calls that what it does takes. no_new_privs must be set. 0, or -1
 * with errno: ENOSYS where the kernel has no seccomp, or no list is known for this machine. */
int filter_install(unsigned does);

#endif
