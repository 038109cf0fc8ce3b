#include "http/status.h"

#define ROW(name, code, reason, why) {name, SPAN("HTTP/1.1 " #code " " reason "\r\n"), why},

static const struct status_row statuses[] = {STATUSES(ROW)};

enum { ROWS = sizeof statuses / sizeof statuses[0] };

const struct status_row *status_row(enum status status)
{
    const struct status_row *internal_error = statuses;
    for (const struct status_row *row = statuses; row < statuses + ROWS; row++) {
        if (row->status == status)
            return row;
        if (row->status == S_INTERNAL_ERROR)
            internal_error = row;
    }
    return internal_error;
}

bool status_is_bodiless(enum status status)
{
    return status == S_NO_CONTENT || status == S_NOT_MODIFIED;
}
