/*
 * Where the log goes: descriptor 2, syslog(3) where that is the client's own socket, or the
 * journal in its native protocol. Knows nothing of what a record says.
 *
 * What has to be opened is opened by journal_open(), before the first octet of a client is read.
 * Records are gathered and leave before the process waits for its client: a kept connection that
 * asks for one thing after another costs no more calls for that. A record that can't be delivered
 * is lost; the connection doesn't suffer.
 */
#ifndef PERCH_OS_JOURNAL_H
#define PERCH_OS_JOURNAL_H

#include "base/span.h"

enum journal_kind {
    JOURNAL_NONE,
    JOURNAL_LINES,  /* lines of text, to descriptor 2 or syslog */
    JOURNAL_NATIVE, /* fields, to systemd's journal; to syslog's socket where there is none */
};

/* The longest record. A pipe takes it whole or not at all (PIPE_BUF of pipe(7)), so that the lines
 * of two handlers don't mix. */
enum { JOURNAL_RECORD_MAX = 4096 }; /* with its line end */

/* Returns what kind of records there is a way for: JOURNAL_LINES where there is no journal,
 * JOURNAL_NONE where there is no syslog either. */
enum journal_kind journal_open(enum journal_kind wanted);

/* Room for a record of JOURNAL_RECORD_MAX; stays until journal_commit(). */
char *journal_room(void);

/* The record in that room is so long and so urgent (as in syslog.h). A line has no line end. */
void journal_commit(size_t len, int priority);

/* Lets go what was gathered. */
void journal_flush(void);

/* Wipes what was gathered; it has been flushed. */
void journal_forget(void);

#endif
