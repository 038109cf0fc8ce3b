/*
 * HTTP dates (RFC 9110 §5.6.7). Pure: the clock is the caller's, and no time zone is read.
 */
#ifndef PERCH_HTTP_DATE_H
#define PERCH_HTTP_DATE_H

#include <stdint.h>

enum { DATE_LEN = sizeof "Sun, 06 Nov 1994 08:49:37 GMT" - 1 };

/* Writes the IMF-fixdate of a time in seconds since 1970, without a NUL. Times before the year 1
 * and after 9999, which the form can't say, are written as the nearest that it can. */
void date_format(int64_t seconds, char out[DATE_LEN]);

#endif
