#include "serve/route.h"

#define ROW(prefix, whole, needs_directory, negotiates, methods, answer)                           \
    {SPAN(prefix), whole, needs_directory, negotiates, methods, answer},

static const struct route routes[] = {ENDPOINTS(ROW)};

enum { ROUTES = sizeof routes / sizeof routes[0] };

const struct route *route_find(struct exchange *exchange)
{
    for (const struct route *route = routes; route < routes + ROUTES; route++) {
        if (route->needs_directory && exchange->store->folder < 0)
            continue;
        if (!target_path_starts(exchange->target.path, route->prefix, &exchange->rest))
            continue;
        if (!route->whole || exchange->rest.len == 0)
            return route;
    }
    return NULL;
}

unsigned route_methods(const struct route *route, const struct settings *settings)
{
    return (route->methods &
            ~(settings->read_only ? (unsigned)(METHODS_WRITE | METHODS_RESUME) : 0)) |
           METHOD_OPTIONS;
}

bool route_negotiates(const struct route *route, const struct settings *settings)
{
    return route && (route->negotiates == NEGOTIATES_ALWAYS ||
                     (route->negotiates == NEGOTIATES_GZIP_FILES && settings->gzip_files));
}

unsigned route_all_methods(const struct settings *settings)
{
    unsigned methods = METHOD_OPTIONS;
    for (size_t i = 0; i < ROUTES; i++)
        if (!routes[i].needs_directory || settings->directory)
            methods |= route_methods(&routes[i], settings);
    return methods;
}
