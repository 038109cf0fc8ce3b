/*
 * Which representation of a file is served: of what type, and in which coding (RFC 9110 §12).
 */
#ifndef PERCH_SERVE_CHOICE_H
#define PERCH_SERVE_CHOICE_H

#include "serve/exchange.h"

/* Reads the table of --types; ends the program where that can't be done. */
void choice_open(const struct settings *settings);

/* Answers GET and HEAD of a file. 0: replied; else the status of an error reply. */
int choice_answer(struct exchange *exchange, const char *path);

#endif
