/*
 * The errors that system calls can give: from their manual pages, and those that network file
 * systems add (ESTALE, ETIMEDOUT, EREMOTEIO). EBADF and EFAULT are left out: they would be perch's
 * own mistakes.
 */
#ifndef PERCH_FAULTS_ERRORS_H
#define PERCH_FAULTS_ERRORS_H

#include <stdbool.h>

struct errors {
    long number;
    const char *name;
    bool counts;         /* can be cut short: it takes a count of octets */
    const int *of_files; /* up to a 0 */
    const int *of_peer;  /* the same on a connection */
};

/* The row of a call; the last row, with the errors that any call can give, where it has none. */
const struct errors *errors_of(long number);

#endif
