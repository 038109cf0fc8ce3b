/*
 * Conditional requests (RFC 9110 §13). Pure.
 *
 * Judges If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since and If-Range against the
 * representation that there is. Says nothing of requests that would fail without their conditions:
 * there they don't count (§13.2.1).
 */
#ifndef PERCH_HTTP_CONDITION_H
#define PERCH_HTTP_CONDITION_H

#include "http/fields.h"
#include "http/method.h"
#include "http/validator.h"

/* Whether there is a condition that condition_judge() could find false for this method. */
bool condition_is_given(const struct fields *fields, enum method method);

/*
 * In the order of §13.2.2. current: the validators of the selected representation, or NULL where
 * there is none. now, in seconds since 1970, is what a date with a year of two digits needs.
 * 0: go on; S_NOT_MODIFIED, for GET and HEAD; S_PRECONDITION_FAILED.
 *
 * A date that is none, or is given twice, is not there. A member of a list that is no entity tag
 * matches nothing; If-None-Match with one is false for methods that change something, for it can't
 * be said that the client's condition holds.
 */
int condition_judge(const struct fields *fields, enum method method,
                    const struct validators *current, int64_t now);

/*
 * Whether Range may be obeyed: there is no If-Range, or what it names is exactly what is there
 * (§13.1.5). A date counts only where the second it names is over: before that there may be
 * two versions of that date (§8.8.2.2).
 */
bool condition_range_holds(const struct fields *fields, const struct validators *current,
                           int64_t now);

#endif
