#include "launch/table.h"

#include "base/diag.h"

#include <stdlib.h>
#include <sysexits.h>

struct slot {
    unsigned chain; /* of the chain it is filed in */
    int next;       /* in its chain, or of the free ones; TABLE_END: the last */
};

struct table {
    unsigned mask; /* of the chains; one less than their number */
    int free;      /* the first free slot */
    int *chains;   /* the first slot of each */
    struct slot *slots;
};

void *table_array(unsigned max, unsigned long member_bytes)
{
    void *array = calloc(max, member_bytes);
    if (!array)
        diag_die(EX_OSERR, "--max-connections: no memory for %u; give fewer", max);
    return array;
}

struct table *table_new(unsigned max)
{
    struct table *table = table_array(1, sizeof *table);
    unsigned chains = 1;
    while (chains < max)
        chains *= 2;
    table->mask = chains - 1;
    table->chains = table_array(chains, sizeof *table->chains);
    table->slots = table_array(max, sizeof *table->slots);
    for (unsigned i = 0; i < chains; i++)
        table->chains[i] = TABLE_END;
    for (unsigned i = 0; i < max; i++)
        table->slots[i].next = i + 1 < max ? (int)i + 1 : TABLE_END;
    return table;
}

/* Fibonacci hashing: the upper bits depend on all of the hash. */
static unsigned chain_of(const struct table *table, uint64_t hash)
{
    return (unsigned)(hash * UINT64_C(0x9E3779B97F4A7C15) >> 32) & table->mask;
}

int table_add(struct table *table, uint64_t hash)
{
    unsigned chain = chain_of(table, hash);
    int taken = table->free;
    table->free = table->slots[taken].next;
    table->slots[taken] = (struct slot){chain, table->chains[chain]};
    table->chains[chain] = taken;
    return taken;
}

void table_remove(struct table *table, int slot)
{
    int *link = &table->chains[table->slots[slot].chain];
    while (*link != slot)
        link = &table->slots[*link].next;
    *link = table->slots[slot].next;
    table->slots[slot].next = table->free;
    table->free = slot;
}

int table_first(const struct table *table, uint64_t hash)
{
    return table->chains[chain_of(table, hash)];
}

int table_next(const struct table *table, int slot)
{
    return table->slots[slot].next;
}
