/*
 * The launcher's counts as a file of OpenMetrics text, which is also what the textfile collector of
 * Prometheus' node_exporter reads. Whoever reads it sees one state of it, whole.
 */
#ifndef PERCH_LAUNCH_METRICS_H
#define PERCH_LAUNCH_METRICS_H

#include "launch/manager.h"

/* Takes the file's path, which stays, and writes it for the first time, if that can be done; NULL:
 * none is written. */
void metrics_begin(const char *path);

/* Writes the file anew and puts it in place of the one before. 0, or -1 with errno: then the one
 * before stands. */
int metrics_write(const struct counts *counts);

/* Removes it: a launcher that has ended counts nothing. */
void metrics_end(void);

#endif
