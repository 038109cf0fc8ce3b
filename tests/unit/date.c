/*
 * http/date: against gmtime_r() and strftime(), which in the C locale have the names of the RFC.
 */
#include "http/date.h"

#include "unit.h"

#include <time.h>

#define FIRST (-INT64_C(62135596800)) /* 0001-01-01 00:00:00 */
#define LAST  INT64_C(253402300799)   /* 9999-12-31 23:59:59 */

enum { DAY = 86400, RANDOM_TIMES = 200000 };

static int64_t seconds_of(int year, int month, int day)
{
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(&date);
}

/* The year by hand: not every strftime() writes four digits. */
static void check_time(int64_t seconds)
{
    char expected[64], rest[32];
    struct tm date;
    time_t time = (time_t)(seconds < FIRST ? FIRST : seconds > LAST ? LAST : seconds);
    if (!gmtime_r(&time, &date))
        abort();
    size_t len = strftime(expected, sizeof expected, "%a, %d %b ", &date);
    strftime(rest, sizeof rest, "%H:%M:%S GMT", &date);
    snprintf(expected + len, sizeof expected - len, "%04d %s", date.tm_year + 1900, rest);
    for (enum guard side = 0; side < GUARDS; side++) {
        char *out = guard_room(side, DATE_LEN);
        date_format(seconds, out);
        unit_about((struct span){out, DATE_LEN});
        SWEEP(span_equal((struct span){out, DATE_LEN}, span_of(expected)));
    }
    strftime(rest, sizeof rest, "-%m-%dT%H:%M:%SZ", &date);
    snprintf(expected, sizeof expected, "%04d%s", date.tm_year + 1900, rest);
    for (enum guard side = 0; side < GUARDS; side++) {
        char *out = guard_room(side, DATE_ISO_LEN);
        date_format_iso(seconds, out);
        unit_about((struct span){out, DATE_ISO_LEN});
        SWEEP(span_equal((struct span){out, DATE_ISO_LEN}, span_of(expected)));
    }
}

/* ---- Known ones ---- */

static const struct {
    int64_t seconds;
    const char *date;
} known[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
    {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"}, /* RFC 9110 §5.6.7 */
    {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
    {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
    {INT32_MAX, "Tue, 19 Jan 2038 03:14:07 GMT"},
    {INT64_C(1) << 31, "Tue, 19 Jan 2038 03:14:08 GMT"},
    {FIRST, "Mon, 01 Jan 0001 00:00:00 GMT"},
    {FIRST - 1, "Mon, 01 Jan 0001 00:00:00 GMT"},
    {INT64_MIN, "Mon, 01 Jan 0001 00:00:00 GMT"},
    {LAST, "Fri, 31 Dec 9999 23:59:59 GMT"},
    {LAST + 1, "Fri, 31 Dec 9999 23:59:59 GMT"},
    {INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT"},
};

static void check_known(void)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char *out = guard_room(GUARD_BEHIND, DATE_LEN);
        date_format(known[i].seconds, out);
        unit_about((struct span){out, DATE_LEN});
        CHECK(span_equal((struct span){out, DATE_LEN}, span_of(known[i].date)));
        check_time(known[i].seconds);
    }
    CHECK(unit_swept() == 2 * GUARDS * sizeof known / sizeof known[0]);
}

/* ---- Edges: each second around a change of the year, of February, of the month ---- */

static const int years[] = {1,    2,    3,    4,    5,    99,   100,  101,  399,  400,  401,  1582,
                            1599, 1600, 1601, 1899, 1900, 1901, 1969, 1970, 1971, 1999, 2000, 2001,
                            2037, 2038, 2039, 2099, 2100, 2101, 2399, 2400, 9998, 9999};

static void check_around(int64_t seconds)
{
    for (int64_t shift = -2; shift <= 2; shift++)
        check_time(seconds + shift);
}

static void check_years(void)
{
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++)
        for (int month = 1; month <= 13; month++)
            for (int day = 28; day <= 32; day++) {
                check_around(seconds_of(years[i], month, 1));
                check_around(seconds_of(years[i], month, day));
            }
    CHECK(unit_swept() == sizeof years / sizeof years[0] * 13 * 5 * 2 * 5 * 2 * GUARDS);
}

/* ---- Many ---- */

static void check_every_day_of_four_centuries(void)
{
    int64_t end = seconds_of(2101, 1, 1);
    for (int64_t seconds = seconds_of(1700, 1, 1); seconds < end; seconds += DAY)
        check_time(seconds);
    CHECK(unit_swept() == (400 * 365 + 97 + 365) * 2UL * GUARDS);
}

static void check_random_times(void)
{
    for (int i = 0; i < RANDOM_TIMES; i++)
        check_time(FIRST + (int64_t)(unit_random() % (uint64_t)(LAST - FIRST + 1)));
    CHECK(unit_swept() == 2UL * GUARDS * RANDOM_TIMES);
}

int main(void)
{
    check_known();
    check_years();
    check_every_day_of_four_centuries();
    check_random_times();
    return unit_end();
}
