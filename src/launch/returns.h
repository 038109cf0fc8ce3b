/*
 * The controls of handlers that will come back, watched together (epoll(7)): however many there
 * are, those that say something are found at once.
 */
#ifndef PERCH_LAUNCH_RETURNS_H
#define PERCH_LAUNCH_RETURNS_H

/* What the functions below are given, which polls readable where one says something. Dies with
 * EX_OSERR where there can be none. */
int returns_open(void);

/* Watches a control, for the handler in that slot. 0, or -1 with errno. */
int returns_watch(int returns, int control, int slot);

/* Before a watched control is closed: a process that is just being spawned may have a copy of it
 * still, and it would be watched for as long. */
void returns_forget(int returns, int control);

/* The slots whose handlers say something, or are no more; how many: 0 to RETURNS_MAX. */
enum { RETURNS_MAX = 16 };
int returns_next(int returns, int slots[RETURNS_MAX]);

#endif
