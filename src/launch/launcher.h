/*
 * Accept, cap, spawn; and at the end, drain. Reads no byte of any request and never calls a
 * function that exits: nothing that a client or a handler does ends it.
 */
#ifndef PERCH_LAUNCH_LAUNCHER_H
#define PERCH_LAUNCH_LAUNCHER_H

#include "launch/children.h"
#include "launch/listener.h"
#include "launch/sources.h"

struct launch_plan {
    struct listeners *listeners;
    struct children *children;
    struct sources *sources;
    struct spares *spares;
    unsigned max_connections;
    int drain_ms; /* the longest wait for handlers that are at work; 0: for ever */
};

/* Blocks the signals that launcher_run() takes. To be called before anything that a signal could
 * interrupt, and before any handler is spawned. */
void launcher_block_signals(void);

/* Serves until SIGTERM or SIGINT, then lets the handlers finish. A second such signal ends them. */
void launcher_run(const struct launch_plan *plan);

#endif
