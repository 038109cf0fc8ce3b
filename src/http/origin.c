#include "http/origin.h"

bool origin_fetch_is_own(const struct fields *fields)
{
    struct span site = fields_value(fields, FIELD_SEC_FETCH_SITE);
    switch (fields->lines_of[FIELD_SEC_FETCH_SITE]) {
    case 0:
        return true;
    case 1:
        return span_equal(site, SPAN("same-origin")) || span_equal(site, SPAN("none"));
    default:
        return false;
    }
}

/* An authority has passed authority_parse(): its port is empty or a number. */
static uint64_t port_of(const struct authority *authority, uint64_t otherwise)
{
    struct span digits = authority->port;
    uint64_t port = otherwise;
    while (digits.len > 1 && digits.at[0] == '0')
        digits = span_after(digits, 1);
    return span_decimal(digits, 5, &port) ? port : otherwise;
}

/* serialized-origin = scheme "://" host [ ":" port ]. "null", and schemes of anything but the web,
 * are nobody's. */
bool origin_is_own(const struct fields *fields, const struct authority *own)
{
    struct span rest = fields_value(fields, FIELD_ORIGIN);
    struct authority origin;
    if (fields->lines_of[FIELD_ORIGIN] == 0)
        return true;
    bool secure = span_starts_nocase(rest, SPAN("https://"));
    if (!secure && !span_starts_nocase(rest, SPAN("http://")))
        return false;
    rest = span_after(rest, secure ? 8 : 7);
    uint64_t usual = secure ? 443 : 80;
    return fields->lines_of[FIELD_ORIGIN] == 1 && authority_parse(&origin, rest) &&
           span_equal_nocase(origin.host, own->host) &&
           port_of(&origin, usual) == port_of(own, usual);
}
