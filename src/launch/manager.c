#include "launch/manager.h"

#ifdef PERCH_LIBSYSTEMD
#include <inttypes.h>
#include <systemd/sd-daemon.h>

void manager_ready(void)
{
    sd_notify(0, "READY=1");
}

void manager_status(const struct counts *counts)
{
    sd_notifyf(0, "STATUS=%u connections now, %" PRIu64 " served, %" PRIu64 " refused",
               counts->connections, counts->served, counts->refused);
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
