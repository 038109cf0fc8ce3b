#include "launch/sources.h"

#include "base/diag.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct key {
    uint64_t family;
    uint64_t address;
};

struct source {
    struct key key;
    unsigned connections; /* 0: free */
    int next;             /* in its chain, or of the free ones; -1: the last */
};

struct sources {
    unsigned max_per_source;
    bool count_local;
    unsigned mask; /* of the chains; one less than their number */
    int *chains;   /* the first source of each, or -1 */
    int free;
    struct source *at; /* one for each connection that there may be */
};

struct sources *sources_new(unsigned max_connections, unsigned max_per_source, bool count_local)
{
    struct sources *sources = calloc(1, sizeof *sources);
    unsigned chains = 1;
    while (chains < max_connections)
        chains *= 2;
    if (sources) {
        sources->chains = calloc(chains, sizeof *sources->chains);
        sources->at = calloc(max_connections, sizeof *sources->at);
    }
    if (!sources || !sources->chains || !sources->at)
        diag_die(EX_OSERR, "--max-connections: no memory for %u; give fewer", max_connections);
    sources->max_per_source = max_per_source;
    sources->count_local = count_local;
    sources->mask = chains - 1;
    memset(sources->chains, -1, chains * sizeof *sources->chains);
    for (unsigned i = 0; i < max_connections; i++)
        sources->at[i].next = i + 1 < max_connections ? (int)i + 1 : -1;
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

static int *chain_of(struct sources *sources, struct key key)
{
    /* Fibonacci hashing: the upper bits depend on all of the address. */
    uint64_t mixed = (key.address + key.family) * UINT64_C(0x9E3779B97F4A7C15);
    return &sources->chains[(mixed >> 32) & sources->mask];
}

int sources_enter(struct sources *sources, int connection, const struct sockaddr_storage *address)
{
    struct key key;
    bool local = find_key(connection, address, &key);
    if (local && !sources->count_local)
        return SOURCE_UNCOUNTED;
    int *chain = chain_of(sources, key);
    for (int i = *chain; i >= 0; i = sources->at[i].next) {
        struct source *source = &sources->at[i];
        if (source->key.family != key.family || source->key.address != key.address)
            continue;
        if (source->connections >= sources->max_per_source)
            return SOURCE_FULL;
        source->connections++;
        return i;
    }
    int taken = sources->free;
    struct source *source = &sources->at[taken];
    sources->free = source->next;
    *source = (struct source){key, 1, *chain};
    *chain = taken;
    return taken;
}

void sources_leave(struct sources *sources, int source)
{
    if (source < 0 || --sources->at[source].connections > 0)
        return;
    int *link = chain_of(sources, sources->at[source].key);
    while (*link != source)
        link = &sources->at[*link].next;
    *link = sources->at[source].next;
    sources->at[source].next = sources->free;
    sources->free = source;
}
