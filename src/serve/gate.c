#include "serve/gate.h"

#include "http/origin.h"
#include "os/local.h"

/* What the request was sent to (RFC 9112 §3.3); its host is empty where it does not say. Both have
 * passed authority_parse() with the head. */
static struct authority authority_of(const struct exchange *exchange)
{
    struct authority authority = {{NULL, 0}, {NULL, 0}};
    struct span text = exchange->target.authority;
    if (text.len == 0)
        text = fields_value(&exchange->head.fields, FIELD_HOST);
    if (text.len == 0 || !authority_parse(&authority, text))
        authority.host.len = 0;
    return authority;
}

static bool is_allowed(const struct hosts *allowed, struct span host)
{
    for (unsigned i = 0; i < allowed->count; i++)
        if (span_equal_nocase(host, allowed->names[i]))
            return true;
    return false;
}

int gate_host(const struct exchange *exchange)
{
    const struct hosts *allowed = &exchange->settings->allowed_hosts;
    if (allowed->count == 0 || is_allowed(allowed, authority_of(exchange).host))
        return 0;
    return S_MISDIRECTED_REQUEST;
}

/* Where hosts are allowed by name, gate_host() has seen to it already. */
static bool may_be_rebound(const struct exchange *exchange, struct span host)
{
    return exchange->settings->allowed_hosts.count == 0 && !authority_is_loopback(host) &&
           local_is_loopback() && !local_is_host_name(host);
}

int gate_origin(struct exchange *exchange)
{
    const struct fields *fields = &exchange->head.fields;
    struct authority own = authority_of(exchange);
    if (!origin_fetch_is_own(fields))
        exchange->why =
            "a page of another site sent this (Sec-Fetch-Site), and may change nothing here";
    else if (!origin_is_own(fields, &own))
        exchange->why = "a page of another origin sent this (Origin), and may change nothing here";
    else if (fields->lines_of[FIELD_ORIGIN] && may_be_rebound(exchange, own.host))
        exchange->why = "a browser came to this machine's loopback by an unknown name; if it is "
                        "yours, name it by --allow-host NAME";
    else
        return 0;
    return S_FORBIDDEN;
}
