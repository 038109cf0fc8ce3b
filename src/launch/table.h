/*
 * A hash table of fixed size: slots 0 to max - 1, which callers use as indexes into arrays of their
 * own. Nothing is allocated after table_new().
 */
#ifndef PERCH_LAUNCH_TABLE_H
#define PERCH_LAUNCH_TABLE_H

#include <stdint.h>

struct table;

/* In place of a slot: there is none. */
enum { TABLE_END = -1 };

/* Dies with EX_OSERR where memory is short; max is --max-connections. */
struct table *table_new(unsigned max);

/* Takes a free slot and files it under hash. The caller knows that there is one. */
int table_add(struct table *table, uint64_t hash);

void table_remove(struct table *table, int slot);

/* The slots whose hash may be this one: the caller compares what it holds for each. */
int table_first(const struct table *table, uint64_t hash);
int table_next(const struct table *table, int slot);

/* Zeroed memory for max members of the caller's own array; dies as table_new() does. */
void *table_array(unsigned max, unsigned long member_bytes);

#endif
