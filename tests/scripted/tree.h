/*
 * A folder that is to be found again as it was: remembered once, compared and put back after each
 * run that may have changed it.
 */
#ifndef PERCH_TESTS_SCRIPTED_TREE_H
#define PERCH_TESTS_SCRIPTED_TREE_H

#include "base/span.h"

/* Remembers a folder of at most TREE_NAMES names; aborts where it can't. */
enum { TREE_NAMES = 64 };
void tree_remember(const char *folder);

/* One number for all names, kinds and contents that are in it now. */
uint64_t tree_digest(void);

/* Calls this for each regular file that is in it now, with its path below the folder. */
typedef void tree_visitor(const char *path, struct span content);
void tree_visit_files(tree_visitor *visit);

/* Removes what was not there, and makes anew what was changed. */
void tree_restore(void);

/* Removes the folder and all that is in it. */
void tree_remove(void);

/* FNV-1a: goes on with what digest an earlier call returned, or TREE_DIGEST_BEGIN. */
#define TREE_DIGEST_BEGIN UINT64_C(0xcbf29ce484222325)
uint64_t tree_digest_of(uint64_t digest, struct span text);

#endif
