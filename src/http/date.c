#include "http/date.h"

#include <stddef.h>
#include <string.h>

enum { DAY = 86400 };
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
    int64_t days = days_since_1970 + 719468; /* since 0000-03-01 */
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
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

static void put_number(char *out, int64_t number, int digits)
{
    while (digits--) {
        out[digits] = (char)('0' + number % 10);
        number /= 10;
    }
}

void date_format(int64_t seconds, char out[DATE_LEN])
{
    static const char weekdays[] = "MonTueWedThuFriSatSun";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    seconds = seconds < FIRST_SECOND ? FIRST_SECOND : seconds > LAST_SECOND ? LAST_SECOND : seconds;
    /* From 0001-01-01, a Monday, so that no division meets a negative number. */
    int64_t days = (seconds - FIRST_SECOND) / DAY, of_day = (seconds - FIRST_SECOND) % DAY;
    struct day day = day_of(days + FIRST_SECOND / DAY);

    memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", DATE_LEN);
    memcpy(out, weekdays + 3 * (days % 7), 3);
    put_number(out + 5, day.mday, 2);
    memcpy(out + 8, months + (ptrdiff_t)3 * day.month, 3);
    put_number(out + 12, day.year, 4);
    put_number(out + 17, of_day / 3600, 2);
    put_number(out + 20, of_day / 60 % 60, 2);
    put_number(out + 23, of_day % 60, 2);
}
