#include "serve/route.h"

enum {
    READ = METHOD_GET | METHOD_HEAD,
    WRITE = METHOD_POST | METHOD_PUT | METHOD_DELETE,
    RESUME = METHOD_PATCH | METHOD_DELETE,
};

/* clang-format off */
static const struct route routes[] = {
    /* prefix             whole  dir.   negotiates             methods       answer */
    {SPAN("/"),           true,  false, NEGOTIATES_NEVER,      READ,         root_answer},
    {SPAN("/echo/"),      false, false, NEGOTIATES_ALWAYS,     READ,         echo_answer},
    {SPAN("/user-agent"), true,  false, NEGOTIATES_ALWAYS,     READ,         user_agent_answer},
    {SPAN("/files/"),     false, true,  NEGOTIATES_GZIP_FILES, READ | WRITE, files_answer},
    {SPAN("/uploads/"),   false, true,  NEGOTIATES_NEVER,      READ | RESUME, uploads_answer},
};
/* clang-format on */

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
    return (route->methods & ~(settings->read_only ? (unsigned)(WRITE | RESUME) : 0)) |
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
