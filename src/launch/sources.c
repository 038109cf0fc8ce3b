#include "launch/sources.h"

#include "launch/table.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct key {
    uint64_t family;
    uint64_t address;
};

struct source {
    struct key key;
    unsigned connections;
};

struct sources {
    unsigned max_per_source;
    bool count_local;
    struct table *table;
    struct source *at; /* by the table's slots */
};

struct sources *sources_new(unsigned max_connections, unsigned max_per_source, bool count_local)
{
    struct sources *sources = table_array(1, sizeof *sources);
    sources->max_per_source = max_per_source;
    sources->count_local = count_local;
    sources->table = table_new(max_connections);
    sources->at = table_array(max_connections, sizeof *sources->at);
    return sources;
}

/* ---- Who is it? ---- */

static struct key ipv4_key(uint32_t network_order)
{
    return (struct key){AF_INET, ntohl(network_order)};
}

static struct key ipv6_key(const struct in6_addr *address)
{
    struct key key = {AF_INET6, 0};
    uint32_t mapped;
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        memcpy(&mapped, address->s6_addr + 12, sizeof mapped);
        return ipv4_key(mapped);
    }
    memcpy(&key.address, address->s6_addr, 8);
    return key;
}

static struct key unix_key(int connection)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof peer;
    getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len);
    return (struct key){AF_UNIX, peer.uid};
}

/* Sets *key; returns whether it is of this machine. */
static bool find_key(int connection, const struct sockaddr_storage *address, struct key *key)
{
    if (address->ss_family == AF_INET) {
        *key = ipv4_key(((const struct sockaddr_in *)address)->sin_addr.s_addr);
    } else if (address->ss_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        *key = ipv6_key(v6);
        if (IN6_IS_ADDR_LOOPBACK(v6))
            return true;
    } else {
        *key = unix_key(connection);
        return true;
    }
    return key->family == AF_INET && key->address >> 24 == IN_LOOPBACKNET;
}

/* ---- Counting ---- */

static uint64_t hash_of(struct key key)
{
    return key.address + key.family;
}

/* The source with that key, or TABLE_END. */
static int find_source(const struct sources *sources, struct key key)
{
    int found = table_first(sources->table, hash_of(key));
    while (found != TABLE_END && (sources->at[found].key.family != key.family ||
                                  sources->at[found].key.address != key.address))
        found = table_next(sources->table, found);
    return found;
}

int sources_enter(struct sources *sources, int connection, const struct sockaddr_storage *address)
{
    struct key key;
    bool local = find_key(connection, address, &key);
    if (local && !sources->count_local)
        return SOURCE_UNCOUNTED;
    int source = find_source(sources, key);
    if (source == TABLE_END) {
        source = table_add(sources->table, hash_of(key));
        sources->at[source] = (struct source){key, 0};
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
