#include "http/date.h"

#include <stddef.h>
#include <string.h>

enum { DAY = 86400, MONTHS = 12, WEEKDAYS = 7 };
#define FIRST_SECOND (-INT64_C(62135596800)) /* 0001-01-01 00:00:00 */
#define LAST_SECOND  INT64_C(253402300799)   /* 9999-12-31 23:59:59 */

struct day {
    int64_t year;
    int month; /* 0 to 11 */
    int mday;  /* 1 to 31 */
};

/* Counts years from 1 March, so that the leap day is the last of its year, in eras of 400 years. */
static struct day day_of(int64_t days_since_1970)
{
    int64_t days = days_since_1970 + 719468; /* since 0000-03-01, and not before it */
    int64_t era = days / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    int month = (int)(from_march < 10 ? from_march + 2 : from_march - 10);
    return (struct day){
        .year = year_of_era + era * 400 + (month < 2 ? 1 : 0),
        .month = month,
        .mday = (int)(of_year - (153 * from_march + 2) / 5 + 1),
    };
}

/* The other way round. */
static int64_t days_since_1970(int64_t year, int month, int mday)
{
    int from_march = month < 2 ? month + 10 : month - 2;
    int64_t from_year = month < 2 ? year - 1 : year;
    int64_t era = from_year / 400;
    int64_t of_era = from_year - era * 400;
    int64_t of_year = (153 * from_march + 2) / 5 + mday - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* ---- Writing ---- */

static const char weekdays[] = "MonTueWedThuFriSatSun";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static void write_number(char *out, int64_t number, int digits)
{
    while (digits--) {
        out[digits] = (char)('0' + number % 10);
        number /= 10;
    }
}

static int64_t within_bounds(int64_t seconds)
{
    return seconds < FIRST_SECOND ? FIRST_SECOND : seconds > LAST_SECOND ? LAST_SECOND : seconds;
}

/* "00:00:00" */
static void write_time(char *out, int64_t of_day)
{
    write_number(out, of_day / 3600, 2);
    write_number(out + 3, of_day / 60 % 60, 2);
    write_number(out + 6, of_day % 60, 2);
}

void date_format(int64_t seconds, char out[DATE_LEN])
{
    seconds = within_bounds(seconds);
    /* From 0001-01-01, a Monday, so that no division meets a negative number. */
    int64_t days = (seconds - FIRST_SECOND) / DAY, of_day = (seconds - FIRST_SECOND) % DAY;
    struct day day = day_of(days + FIRST_SECOND / DAY);

    memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", DATE_LEN);
    memcpy(out, weekdays + 3 * (days % 7), 3);
    write_number(out + 5, day.mday, 2);
    memcpy(out + 8, months + (ptrdiff_t)3 * day.month, 3);
    write_number(out + 12, day.year, 4);
    write_time(out + 17, of_day);
}

void date_format_iso(int64_t seconds, char out[DATE_ISO_LEN])
{
    seconds = within_bounds(seconds);
    struct day day = day_of((seconds - FIRST_SECOND) / DAY + FIRST_SECOND / DAY);
    memcpy(out, "0000-00-00T00:00:00Z", DATE_ISO_LEN);
    write_number(out, day.year, 4);
    write_number(out + 5, day.month + 1, 2);
    write_number(out + 8, day.mday, 2);
    write_time(out + 11, (seconds - FIRST_SECOND) % DAY);
}

/* ---- Reading ---- */

struct moment {
    int64_t year;
    int month, mday, hour, minute, second;
    bool short_year; /* it has two digits */
};

/* Takes exactly so many digits. */
static bool take_digits(struct span *text, size_t digits, int *number)
{
    uint64_t value = 0;
    if (text->len < digits || !span_decimal((struct span){text->at, digits}, digits, &value))
        return false;
    *text = span_after(*text, digits);
    *number = (int)value;
    return true;
}

/* Takes one of the names, three letters each, and says which. */
static bool take_name(struct span *text, const char *names, int count, int *which)
{
    for (*which = 0; *which < count; ++*which)
        if (span_take(text, (struct span){names + (ptrdiff_t)3 * *which, 3}))
            return true;
    return false;
}

static bool take_long_weekday(struct span *text)
{
    static const struct span endings[WEEKDAYS] = {SPAN("day"),   SPAN("sday"), SPAN("nesday"),
                                                  SPAN("rsday"), SPAN("day"),  SPAN("urday"),
                                                  SPAN("day")};
    int which;
    return take_name(text, weekdays, WEEKDAYS, &which) && span_take(text, endings[which]);
}

/* date3 of an asctime-date: a day below 10 has a space in front. */
static bool take_padded_day(struct span *text, int *mday)
{
    bool padded = span_take(text, SPAN(" "));
    return take_digits(text, padded ? 1 : 2, mday);
}

static bool take_year(struct span *text, size_t digits, struct moment *moment)
{
    int year;
    if (!take_digits(text, digits, &year))
        return false;
    moment->year = year;
    moment->short_year = digits == 2;
    return true;
}

/* One conversion of a format, by the letters of strptime(3). */
static bool take_part(struct span *text, char letter, struct moment *moment)
{
    int weekday;
    switch (letter) {
    case 'a':
        return take_name(text, weekdays, WEEKDAYS, &weekday);
    case 'A':
        return take_long_weekday(text);
    case 'b':
        return take_name(text, months, MONTHS, &moment->month);
    case 'd':
        return take_digits(text, 2, &moment->mday);
    case 'e':
        return take_padded_day(text, &moment->mday);
    case 'H':
        return take_digits(text, 2, &moment->hour);
    case 'M':
        return take_digits(text, 2, &moment->minute);
    case 'S':
        return take_digits(text, 2, &moment->second);
    default:
        return take_year(text, letter == 'Y' ? 4 : 2, moment);
    }
}

static bool take_format(struct span text, const char *format, struct moment *moment)
{
    for (; *format; format++) {
        if (*format == '%') {
            if (!take_part(&text, *++format, moment))
                return false;
        } else {
            if (text.len == 0 || text.at[0] != *format)
                return false;
            text = span_after(text, 1);
        }
    }
    return text.len == 0;
}

static int64_t seconds_of(const struct moment *moment)
{
    int64_t days = days_since_1970(moment->year, moment->month, moment->mday);
    return days * DAY + (int64_t)moment->hour * 3600 + (int64_t)moment->minute * 60 +
           moment->second;
}

/* A day that its month does not have comes out as one of the next month. Second 60 is a leap
 * second. */
static bool exists(const struct moment *moment)
{
    if (moment->year == 0)
        return false;
    struct day day = day_of(days_since_1970(moment->year, moment->month, moment->mday));
    return day.mday == moment->mday && moment->hour <= 23 && moment->minute <= 59 &&
           moment->second <= 60;
}

/* What appears to be more than 50 years ahead is of the century before. */
static void complete_year(struct moment *moment, int64_t now)
{
    struct moment back;
    moment->year += day_of(now / DAY).year / 100 * 100;
    back = *moment;
    back.year -= 50;
    if (seconds_of(&back) > now)
        moment->year -= 100;
}

bool date_parse(struct span text, int64_t now, int64_t *seconds)
{
    static const char *const formats[] = {
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    };
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct moment moment = {0};
        if (!take_format(text, formats[i], &moment))
            continue;
        if (moment.short_year)
            complete_year(&moment, now);
        *seconds = seconds_of(&moment);
        return exists(&moment);
    }
    return false;
}
