/*
 * What a person at a terminal is told when the launcher is ready: what is served, under which
 * addresses others can reach it, and who may change it.
 */
#ifndef PERCH_LAUNCH_GREETING_H
#define PERCH_LAUNCH_GREETING_H

#include "launch/listener.h"

/* Prints it on stdout. summary: what "perch --check" says. */
void greeting_print(const struct listeners *listeners, const char *summary);

#endif
