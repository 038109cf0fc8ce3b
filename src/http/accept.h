/*
 * Choosing a media type by Accept (RFC 9110 §12.5.1). Pure.
 */
#ifndef PERCH_HTTP_ACCEPT_H
#define PERCH_HTTP_ACCEPT_H

#include "http/fields.h"

enum { ACCEPT_OFFERS_MAX = 8 };

/*
 * Which of the offered types, such as "text/plain", the client likes best: the first one where
 * several are liked alike, or where nothing is said. The most specific range that a type is in
 * decides; a range with parameters other than charset=utf-8 and "q" is none of ours.
 * Where nothing offered is acceptable it is the first as well: a listing in another form than the
 * one asked for is worth more than a 406 (RFC 9110 §15.5.7 leaves that choice).
 */
size_t accept_choose(const struct fields *fields, const struct span offers[], size_t count);

#endif
