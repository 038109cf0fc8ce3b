/*
 * Content codings and their negotiation (RFC 9110 §8.4.1, §12.5.3). Pure.
 *
 * A new coding is one row in coding.c and the file that codes it.
 */
#ifndef PERCH_HTTP_CODING_H
#define PERCH_HTTP_CODING_H

#include "http/fields.h"

enum coding {
    CODING_IDENTITY,
    CODING_GZIP,
    CODINGS,
    CODING_REFUSED = CODINGS /* the client excludes all that there are: 406 */
};

/*
 * The coding that the client likes best. Of equal weights the one that saves octets. Without the
 * field, identity. A member that is not by the grammar is passed over; of members
 * with the same name the last counts.
 */
enum coding coding_choose(const struct fields *fields);

/* Whether the client excludes a resource that has no coding but identity. */
bool coding_excludes_identity(const struct fields *fields);

/* The value of Content-Encoding; an empty span for identity. */
struct span coding_name(enum coding coding);

#endif
