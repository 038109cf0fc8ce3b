/*
 * Items of structured fields (RFC 9651 §3.3): a boolean or a number, with parameters, which are
 * checked and passed over. Pure.
 *
 * A field that is not there, is there twice, or is of another type gives false: it is to be ignored
 * whole (§4.2).
 */
#ifndef PERCH_HTTP_ITEM_H
#define PERCH_HTTP_ITEM_H

#include "http/fields.h"

/* ?0 or ?1. */
bool item_boolean(const struct fields *fields, enum field_id id, bool *value);

/* An integer that is not negative: at most 15 digits. */
bool item_count(const struct fields *fields, enum field_id id, uint64_t *value);

#endif
