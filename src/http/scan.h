/*
 * How far text goes on, 16 octets at a time where the processor has that without being asked (SSE2,
 * which each x86-64 has); octet by octet by the table of octet.h elsewhere, and where
 * PERCH_SCAN_PLAIN is defined.
 *
 * Pure. Reads nothing outside of the buffer that it is given.
 */
#ifndef PERCH_HTTP_SCAN_H
#define PERCH_HTTP_SCAN_H

#include "base/span.h"

/* The first place in buffer[at, len) that is no OCTET_LINE, or len. */
size_t scan_line(const char *buffer, size_t at, size_t len);

/* How many octets at the beginning of the text are OCTET_TARGET. */
size_t scan_target(struct span text);

#endif
