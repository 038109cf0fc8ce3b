/*
 * HTTP dates (RFC 9110 §5.6.7). Pure: the clock is the caller's, and no time zone is read.
 */
#ifndef PERCH_HTTP_DATE_H
#define PERCH_HTTP_DATE_H

#include "base/span.h"

#include <stdint.h>

enum { DATE_LEN = sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1 };

/* Writes the IMF-fixdate of a time in seconds since 1970, without a NUL. Times before the year 1
 * and after 9999, which the form can't say, are written as the nearest that it can. */
void date_format(int64_t seconds, char out[DATE_LEN]);

/*
 * Reads the whole span as a date in one of the three formats: IMF-fixdate, rfc850-date,
 * asctime-date. now, in seconds since 1970, tells which century a year of two digits belongs to.
 * False where it is none, or names a day or an hour that there is not. The day of the week must be
 * one, but need not be the right one.
 */
bool date_parse(struct span text, int64_t now, int64_t *seconds);

enum { DATE_ISO_LEN = sizeof "1994-11-06T08:49:37Z" - 1 };

/* The same time as RFC 3339 writes it, for what is no field: logs and listings. */
void date_format_iso(int64_t seconds, char out[DATE_ISO_LEN]);

#endif
