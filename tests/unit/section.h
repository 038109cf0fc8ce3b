/*
 * Field sections for the unit programs of what reads their fields.
 */
#ifndef PERCH_TESTS_SECTION_H
#define PERCH_TESTS_SECTION_H

#include "http/fields.h"

#include "unit.h"

/* Parses a whole section, the empty line included, from a guarded copy that the fields point into.
 */
static inline void section_parse(struct fields *fields, enum guard side, struct span section)
{
    struct span input = guard_copy(side, section);
    fields_begin(fields, 0);
    CHECK(fields_parse(fields, input.at, input.len, HEAD_MAX) == (int)input.len);
}

/* The same of field lines that a line feed ends each, which are what a failed check shows. */
static inline void section_parse_lines(struct fields *fields, enum guard side, const char *lines)
{
    char room[512];
    struct unit_text text = {room, 0, sizeof room};
    struct span rest = span_of(lines);
    while (rest.len) {
        unit_append(&text, span_cut(&rest, '\n'));
        unit_append(&text, SPAN("\r\n"));
    }
    unit_append(&text, SPAN("\r\n"));
    section_parse(fields, side, unit_span(&text));
    unit_about(span_of(lines));
}

#endif
