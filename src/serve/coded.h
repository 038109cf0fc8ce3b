/*
 * A file that is coded while it is sent: nobody knows how long it becomes.
 */
#ifndef PERCH_SERVE_CODED_H
#define PERCH_SERVE_CODED_H

#include "serve/representation.h"

/* 200 with all of it. Where the file can't be read to the end that it had, the connection is cut
 * before the content's end. */
void coded_send(struct exchange *exchange, const struct representation *chosen);

#endif
