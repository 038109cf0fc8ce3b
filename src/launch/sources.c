#include "launch/sources.h"

#include "launch/table.h"

struct source {
    struct origin origin;
    unsigned connections;
};

struct sources {
    unsigned max_per_source;
    bool count_local;
    struct table *table;
    struct penalties penalties;
    struct source *at; /* by the table's slots */
};

struct sources *sources_new(unsigned max_connections, unsigned max_per_source, bool count_local,
                            int penalty_ms)
{
    struct sources *sources = table_array(1, sizeof *sources);
    sources->max_per_source = max_per_source;
    sources->count_local = count_local;
    sources->penalties.each_ms = penalty_ms;
    sources->table = table_new(max_connections);
    sources->at = table_array(max_connections, sizeof *sources->at);
    return sources;
}

/* ---- Counting ---- */

static uint64_t hash_of(struct origin origin)
{
    return origin.address + origin.family;
}

/* The source of that origin, or TABLE_END. */
static int find_source(const struct sources *sources, struct origin origin)
{
    int found = table_first(sources->table, hash_of(origin));
    while (found != TABLE_END && !origin_equal(sources->at[found].origin, origin))
        found = table_next(sources->table, found);
    return found;
}

int sources_enter(struct sources *sources, int connection, const struct sockaddr_storage *address,
                  struct origin *origin)
{
    bool local = origin_find(origin, connection, address);
    if (local && !sources->count_local)
        return SOURCE_UNCOUNTED;
    if (penalties_hold(&sources->penalties, *origin))
        return SOURCE_PENALISED;
    int source = find_source(sources, *origin);
    if (source == TABLE_END) {
        source = table_add(sources->table, hash_of(*origin));
        sources->at[source] = (struct source){*origin, 0};
    }
    if (sources->at[source].connections >= sources->max_per_source)
        return SOURCE_FULL;
    sources->at[source].connections++;
    return source;
}

void sources_leave(struct sources *sources, int source)
{
    if (source >= 0 && --sources->at[source].connections == 0)
        table_remove(sources->table, source);
}

bool sources_penalise(struct sources *sources, int source, struct origin *origin)
{
    if (source < 0)
        return false;
    *origin = sources->at[source].origin;
    penalties_add(&sources->penalties, *origin);
    return sources->penalties.each_ms > 0;
}
