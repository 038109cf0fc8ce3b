/*
 * Content codings and their negotiation (RFC 9110 §8.4.1, §12.5.3). Pure.
 *
 * A new coding is one row here, and a file in os/ with the functions that code it (os/coder.h).
 */
#ifndef PERCH_HTTP_CODING_H
#define PERCH_HTTP_CODING_H

#include "http/fields.h"

/* A row: its name, that and another one in Accept-Encoding (RFC 9110 §8.4.1.3), the ending of files
 * that are stored in it, and how the functions that code it begin. In the order in which they are
 * preferred where a client gives them the same weight; identity comes behind them. */
#define CODING_ROWS(ROW) ROW(CODING_GZIP, "gzip", "x-gzip", ".gz", gzip)

#define CODING_MEMBER(id, name, alias, ending, functions) id,
enum coding {
    CODING_IDENTITY,
    CODING_ROWS(CODING_MEMBER) CODINGS,
    CODING_REFUSED = CODINGS /* the client excludes all that there are: 406 */
};

enum { CODING_NAME_MAX = 8 };

/*
 * The coding that the client likes best. Of equal weights the one that saves octets. Without the
 * field, identity. A member that is not by the grammar is passed over; of members with the same
 * name the last counts.
 */
enum coding coding_choose(const struct fields *fields);

/* Whether the client excludes a resource that has no coding but identity. */
bool coding_excludes_identity(const struct fields *fields);

/* The value of Content-Encoding, at most CODING_NAME_MAX octets; an empty span for identity. */
struct span coding_name(enum coding coding);

/* What files that are stored in that coding have behind their name; likewise. */
struct span coding_ending(enum coding coding);

#endif
