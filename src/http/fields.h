/*
 * A field section: the fields of a head, or of a trailer section (RFC 9110 §5, §6.5; RFC 9112 §5).
 *
 * Pure: no I/O, no allocation; names and values are spans into the caller's buffer, which must not
 * move while they are used.
 */
#ifndef PERCH_HTTP_FIELDS_H
#define PERCH_HTTP_FIELDS_H

#include "base/span.h"
#include "bounds.h"
#include "http/line.h"

/* The fields that perch acts upon; the table of their names is in fields.c. */
enum field_id {
    FIELD_OTHER,
    FIELD_ACCEPT,
    FIELD_ACCEPT_ENCODING,
    FIELD_AUTHORIZATION,
    FIELD_CONNECTION,
    FIELD_CONTENT_LENGTH,
    FIELD_CONTENT_RANGE,
    FIELD_CONTENT_TYPE,
    FIELD_EXPECT,
    FIELD_HOST,
    FIELD_IF_MATCH,
    FIELD_IF_MODIFIED_SINCE,
    FIELD_IF_NONE_MATCH,
    FIELD_IF_RANGE,
    FIELD_IF_UNMODIFIED_SINCE,
    FIELD_ORIGIN,
    FIELD_RANGE,
    FIELD_SEC_FETCH_SITE,
    FIELD_REFERER,
    FIELD_TRANSFER_ENCODING,
    FIELD_UPLOAD_COMPLETE,
    FIELD_UPLOAD_DRAFT_INTEROP_VERSION,
    FIELD_UPLOAD_LENGTH,
    FIELD_UPLOAD_OFFSET,
    FIELD_USER_AGENT,
    FIELD_IDS
};

struct field {
    enum field_id id;
    struct span name;
    struct span value; /* without the white space around it */
};

struct fields {
    struct line line;
    unsigned count;
    unsigned char lines_of[FIELD_IDS]; /* how many field lines have that name */
    const char *why;                   /* after a refusal: what was wrong */
    struct field rows[FIELDS_MAX];
};

/* Makes ready for a section that begins at this offset of the buffer. */
void fields_begin(struct fields *fields, size_t at);

/*
 * Reads field lines up to and with the empty line that ends the section. To be called again with
 * the same buffer, longer, as long as it returns 0.
 * > 0: done; the offset behind the section. 0: more is needed.
 * -S_BAD_REQUEST: a line is no field line. -S_FIELDS_TOO_LARGE: more than FIELDS_MAX lines, or the
 * section does not end within buffer[0, max).
 */
int fields_parse(struct fields *fields, const char *buffer, size_t len, size_t max);

/* The value of the first field line with that name, or an empty span with at == NULL. */
struct span fields_value(const struct fields *fields, enum field_id id);

/* A walk over the members of a list field, all its lines in order (RFC 9110 §5.3). */
struct field_members {
    const struct fields *fields;
    enum field_id id;
    unsigned next_row;
    struct span rest;
};

struct field_members fields_members(const struct fields *fields, enum field_id id);

/* False at the end; empty members are passed over. */
bool fields_next_member(struct field_members *walk, struct span *member);

#endif
