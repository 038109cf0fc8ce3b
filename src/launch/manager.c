#include "launch/manager.h"

#include <inttypes.h>
#include <stdio.h>

const char *counts_text(const struct counts *counts, char room[COUNTS_TEXT_MAX])
{
    snprintf(room, COUNTS_TEXT_MAX,
             "%" PRIu64 " connections now, %" PRIu64 " served, %" PRIu64 " refused",
             counts->connections, counts->served, counts->refused);
    return room;
}

#ifdef PERCH_LIBSYSTEMD
#include <systemd/sd-daemon.h>

void manager_ready(void)
{
    sd_notify(0, "READY=1");
}

void manager_status(const struct counts *counts)
{
    char text[COUNTS_TEXT_MAX];
    sd_notifyf(0, "STATUS=%s", counts_text(counts, text));
}

void manager_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

int manager_alive_period_ms(void)
{
    uint64_t microseconds;
    if (sd_watchdog_enabled(0, &microseconds) <= 0)
        return 0;
    /* Twice in each period, as sd_watchdog_enabled(3) recommends. */
    return (int)(microseconds / 2000) + 1;
}

void manager_alive(void)
{
    sd_notify(0, "WATCHDOG=1");
}
#else
void manager_ready(void)
{
}

void manager_status(const struct counts *counts)
{
    (void)counts;
}

void manager_stopping(void)
{
}

int manager_alive_period_ms(void)
{
    return 0;
}

void manager_alive(void)
{
}
#endif
