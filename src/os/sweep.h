/*
 * What killed processes left of uploads below the served folder: hidden files, of no use to anyone
 * once nobody has written to them for a day (LEFTOVER_SECONDS). They are never served meanwhile.
 *
 * Removes regular files whose name begins with HIDDEN_PREFIX and nothing else; looks into every
 * folder that could be uploaded to, down to SWEEP_DEPTH_MAX, through no symbolic link, and not into
 * other file systems. Not for a process that serves: it allocates.
 */
#ifndef PERCH_OS_SWEEP_H
#define PERCH_OS_SWEEP_H

#include "os/store.h"

/* How many were removed. What can't be read or removed is told to the log and passed over. */
unsigned long sweep(const struct store *store);

#endif
