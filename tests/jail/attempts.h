/*
 * What a handler that was taken over might try, each a call that must be denied in the jail.
 *
 * They run in a folder that holds "outside" with a file "secret" in it, and the served folder
 * "served" with a file "inside", an executable "program", a folder "below" and a symbolic link
 * "out" to ../outside/secret. FOLDER is a descriptor of "served", SOCKET a unix one for datagrams,
 * BOUND_SOCKET another that is "outside/socket", NAMED_STREAM a stream that is "outside/stream".
 */
#ifndef PERCH_TESTS_JAIL_ATTEMPTS_H
#define PERCH_TESTS_JAIL_ATTEMPTS_H

#include <stdbool.h>

enum attempt_kind {
    OPEN_TO_ALL, /* works for every process that is in no jail: that is tried first */
    ANYHOW,      /* may need privileges, or be dangerous: tried in the jail alone */
    WRITING,     /* as OPEN_TO_ALL; denied where the folder is served read-only */
};

struct attempt {
    const char *name;
    enum attempt_kind kind;
};

enum { FOLDER = 3, SOCKET = 4, BOUND_SOCKET = 5, NAMED_STREAM = 6, ATTEMPT_NONE = -1000000 };

/* Tells what the attempt of that number is, and makes it where it is to be made really: < 0 with
 * errno where it failed. ATTEMPT_NONE: there are no more. */
long attempt_find(unsigned wanted, struct attempt *attempt, bool really);

#endif
