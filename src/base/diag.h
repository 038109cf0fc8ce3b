/*
 * Messages for whoever runs the program, and exits.
 *
 * A message is one line, written by one call. It goes to descriptor 2, unless that is the client's
 * own socket, as it is under inetd, xinetd and systemd's StandardInput=socket: then it goes to
 * the system's log. It never goes to the client. Whatever a message quotes, it stays one line:
 * bytes that are no printing ASCII, and the backslash, are written as \xNN. Exit codes are those of
 * sysexits.h.
 */
#ifndef PERCH_BASE_DIAG_H
#define PERCH_BASE_DIAG_H

#include <stdbool.h>

#define PERCH_VERSION "0.1.0"

/* The name that stands before every message: the last component of argv[0], which stays, and may be
 * NULL. "perch" until this is called. */
void diag_program(const char *argv0);
const char *diag_name(void);

/* Whether descriptor 2 is the client's own socket: what is written there lands in its reply. */
bool diag_is_seen_by_the_client(void);

/* Finds out where messages go and opens what they need, for good. The first message does it too:
 * who can't open anything later calls this first. */
void diag_open(void);

/* A message that does not go at once is lost: for who must not stand still, whoever reads the
 * messages, or does not. Else one waits JOURNAL_WAIT_MS, unless one before it has done so in vain.
 */
void diag_never_wait(void);

/* Whether descriptor 2 takes something now, or soon. */
bool diag_is_ready(void);

/* The process's id, as of diag_open(). */
int diag_pid(void);

/* At most so many messages from here on; the last of them says so. For a process that serves a
 * client, who may bring them about. */
void diag_limit(unsigned lines);

/* Whether it leads to systemd's journal, which takes a priority from "<N>" at the begin of a line.
 */
bool diag_is_read_by_the_journal(void);

/* One line about something that went wrong. Cut at 1 KiB. */
__attribute__((format(printf, 1, 2))) void diag_warn(const char *format, ...);

/* The same, then exit(code). */
__attribute__((format(printf, 2, 3), noreturn)) void diag_die(int code, const char *format, ...);

#endif
