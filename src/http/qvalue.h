/*
 * Weights in the fields that negotiate (RFC 9110 §12.4.2). Pure.
 */
#ifndef PERCH_HTTP_QVALUE_H
#define PERCH_HTTP_QVALUE_H

#include "base/span.h"

/* Weights count in thousandths. */
enum { QVALUE_ONE = 1000 };

/* The whole span as a qvalue of at most three decimals; false where it is none. */
bool qvalue_parse(struct span text, int *weight);

/* The same behind "q=", in any case. */
bool qvalue_parse_parameter(struct span text, int *weight);

#endif
