/*
 * The program that the launcher spawns: where it is, and what it says of its options.
 */
#ifndef PERCH_LAUNCH_HANDLER_H
#define PERCH_LAUNCH_HANDLER_H

#include <stddef.h>

/* The path of perch, beside this program's own file; a string that stays. Dies with EX_OSFILE where
 * there is none. */
const char *handler_find(void);

/*
 * Runs it once with --check: it knows its options, the launcher does not. What it says of what it
 * would serve is put into summary, a line without its end. Where it refuses the options it has said
 * why itself, and this exits with its code.
 */
void handler_check(const char *program, const char *const argv[], char *summary, size_t room);

/*
 * Runs it once with --sweep, and does not wait for it: it removes what killed handlers have left of
 * uploads, which may take long in a large folder. Its end is children_reap()'s, which passes over
 * it.
 */
void handler_sweep(const char *program, const char *const argv[]);

#endif
