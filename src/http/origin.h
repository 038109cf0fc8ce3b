/*
 * Whether a page of another site made a browser send a request: Origin (RFC 6454 §7) and
 * Sec-Fetch-Site (W3C Fetch Metadata). Pure. Clients that are no browsers send neither.
 */
#ifndef PERCH_HTTP_ORIGIN_H
#define PERCH_HTTP_ORIGIN_H

#include "http/authority.h"
#include "http/fields.h"

/* Whether Sec-Fetch-Site, where there is one, says that the page was of this origin, or that a
 * person did it: "same-origin" or "none". "same-site" is not enough. */
bool origin_fetch_is_own(const struct fields *fields);

/*
 * Whether Origin, where there is one, is this host and port. own is what the request was sent to;
 * its host is empty where the request does not say. A port that is left out is the one of Origin's
 * scheme: which scheme the client speaks to a proxy in front of us can't be seen from here.
 */
bool origin_is_own(const struct fields *fields, const struct authority *own);

#endif
