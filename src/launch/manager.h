/*
 * What the service manager is told (sd_notify(3)): ready, how it goes, stopping, still alive.
 * Without libsystemd, and where no manager listens, all of it does nothing.
 */
#ifndef PERCH_LAUNCH_MANAGER_H
#define PERCH_LAUNCH_MANAGER_H

#include <stdint.h>

struct counts {
    uint64_t connections; /* now */
    uint64_t served;      /* that have ended */
    uint64_t refused;     /* by --max-per-source, or for a penalty */
    uint64_t crashed;     /* handlers that ended by a signal nobody sent them */
};

/* As a person reads them, for STATUS= and the log. Returns room. */
enum { COUNTS_TEXT_MAX = 128 };
const char *counts_text(const struct counts *counts, char room[COUNTS_TEXT_MAX]);

void manager_ready(void);
void manager_status(const struct counts *counts);
void manager_stopping(void);

/* How often manager_alive() must be called, in milliseconds; 0: never. */
int manager_alive_period_ms(void);
void manager_alive(void);

#endif
