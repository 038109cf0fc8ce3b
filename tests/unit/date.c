/*
 * http/date: against gmtime_r() and strftime(), which in the C locale have the names of the RFC.
 * What is written is read again.
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
        int64_t read = 0;
        SWEEP(date_parse((struct span){out, DATE_LEN}, 0, &read) && read == time);
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
    CHECK(unit_swept() == 3UL * GUARDS * sizeof known / sizeof known[0]);
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
    CHECK(unit_swept() == sizeof years / sizeof years[0] * 13 * 5 * 2 * 5 * 3 * GUARDS);
}

/* ---- Many ---- */

static void check_every_day_of_four_centuries(void)
{
    int64_t end = seconds_of(2101, 1, 1);
    for (int64_t seconds = seconds_of(1700, 1, 1); seconds < end; seconds += DAY)
        check_time(seconds);
    CHECK(unit_swept() == (400 * 365 + 97 + 365) * 3UL * GUARDS);
}

static void check_random_times(void)
{
    for (int i = 0; i < RANDOM_TIMES; i++)
        check_time(FIRST + (int64_t)(unit_random() % (uint64_t)(LAST - FIRST + 1)));
    CHECK(unit_swept() == 3UL * GUARDS * RANDOM_TIMES);
}

/* ---- Reading ---- */

static const int64_t in_2026 = INT64_C(1795000000);

static const struct {
    const char *text;
    int64_t seconds;
} read_well[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"Sun Nov 06 08:49:37 1994", 784111777},
    {"Wed Nov 16 08:49:37 1994", 784111777 + 10 * DAY},
    {"Mon, 06 Nov 1994 08:49:37 GMT", 784111777}, /* another day of the week */
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Wed, 31 Dec 1969 23:59:59 GMT", -1},
    {"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
    {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800}, /* a leap second */
    {"Fri, 31 Dec 9999 23:59:59 GMT", LAST},
    {"Mon, 01 Jan 0001 00:00:00 GMT", FIRST},
    {"Monday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Tuesday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Wednesday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Thursday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Friday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Saturday, 06-Nov-94 08:49:37 GMT", 784111777},
};

static const char *const no_dates[] = {
    "Sat, 01 Jan 0000 00:00:00 GMT",
    "Fri, 31 Dec 0000 23:59:59 GMT",
    "",
    " ",
    "0",
    "784111777",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 GM",
    "Sun, 06 Nov 1994 08:49:37 gmt",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "SUN, 06 NOV 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 01994 08:49:37 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1994 08-49-37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
    "Foo, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 32 Dec 1994 08:49:37 GMT",
    "Sun, 29 Feb 1900 08:49:37 GMT",
    "Sun, 29 Feb 2001 08:49:37 GMT",
    "Sun, 30 Feb 2000 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, -6 Nov 1994 08:49:37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sunday, 6-Nov-94 08:49:37 GMT",
    "Sunday, 31-Nov-94 08:49:37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sundae, 06-Nov-94 08:49:37 GMT",
    "Mon Nov 6 08:49:37 1994",
    "Sun Nov   6 08:49:37 1994",
    "Sun Nov  06 08:49:37 1994",
    "Sun Nov  0 08:49:37 1994",
    "Sun Nov 31 08:49:37 1994",
    "Sun Nov  6 08:49:37 94",
    "Sun Nov  6 08:49:37 1994 GMT",
    "Sunday Nov  6 08:49:37 1994",
    "1994-11-06T08:49:37Z",
};

static void check_read(enum guard side)
{
    int64_t seconds;
    for (size_t i = 0; i < sizeof read_well / sizeof read_well[0]; i++) {
        struct span text = guard_copy(side, span_of(read_well[i].text));
        unit_about(text);
        CHECK(date_parse(text, in_2026, &seconds) && seconds == read_well[i].seconds);
    }
    for (size_t i = 0; i < sizeof no_dates / sizeof no_dates[0]; i++) {
        struct span text = guard_copy(side, span_of(no_dates[i]));
        unit_about(text);
        CHECK(!date_parse(text, in_2026, &seconds));
    }
}

/* Each beginning of a date, and each date with one octet changed: none is read beyond its end, and
 * no octet of a date is one that could be another at will. */
static void check_cut_and_changed(void)
{
    static const char *const dates[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994"};
    int64_t seconds;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        for (size_t at = 0; at < strlen(dates[i]); at++) {
            CHECK(!date_parse(guard_copy(GUARD_BEHIND, (struct span){dates[i], at}), in_2026,
                              &seconds));
            for (unsigned c = 0; c < 256; c++) {
                struct span text = guard_copy(GUARD_BEHIND, span_of(dates[i]));
                unit_about(text);
                if ((unsigned char)text.at[at] == c || (c >= '0' && c <= '9'))
                    continue;
                ((char *)text.at)[at] = (char)c;
                /* "Mon" for "Sun" would need two; "06" and " 6" are the same day. */
                CHECK(!date_parse(text, in_2026, &seconds));
            }
        }
}

/* A year of two digits is of this century, unless that is more than 50 years ahead. */
static void check_short_years(void)
{
    static const struct {
        int64_t now_year;
        const char *text;
        int year;
    } years_read[] = {
        {2026, "Sunday, 06-Nov-26 00:00:00 GMT", 2026},
        {2026, "Sunday, 06-Nov-75 00:00:00 GMT", 2075},
        {2026, "Sunday, 06-Nov-76 00:00:00 GMT", 1976},
        {2026, "Sunday, 06-Nov-77 00:00:00 GMT", 1977},
        {2026, "Sunday, 06-Nov-99 00:00:00 GMT", 1999},
        {2026, "Sunday, 06-Nov-00 00:00:00 GMT", 2000},
        {1996, "Sunday, 06-Nov-94 00:00:00 GMT", 1994},
        {1996, "Sunday, 06-Nov-00 00:00:00 GMT", 1900},
        {2099, "Sunday, 06-Nov-99 00:00:00 GMT", 2099},
        {2050, "Sunday, 06-Nov-99 00:00:00 GMT", 2099},
    };
    for (size_t i = 0; i < sizeof years_read / sizeof years_read[0]; i++) {
        struct span text = guard_copy(GUARD_BEHIND, span_of(years_read[i].text));
        int64_t seconds, now = seconds_of((int)years_read[i].now_year, 11, 5);
        unit_about(text);
        CHECK(date_parse(text, now, &seconds) && seconds == seconds_of(years_read[i].year, 11, 6));
    }
    /* Fifty years to the second are not more than fifty. */
    int64_t seconds, now = seconds_of(2026, 11, 6);
    struct span text = SPAN("Friday, 06-Nov-76 00:00:00 GMT");
    CHECK(date_parse(text, now, &seconds) && seconds == seconds_of(2076, 11, 6));
    CHECK(date_parse(text, now - 1, &seconds) && seconds == seconds_of(1976, 11, 6));
}

int main(void)
{
    for (enum guard side = 0; side < GUARDS; side++)
        check_read(side);
    check_cut_and_changed();
    check_short_years();
    check_known();
    check_years();
    check_every_day_of_four_centuries();
    check_random_times();
    return unit_end();
}
