/*
 * The listing as a page for a browser: src/page/ holds its HTML, style and script, which are put
 * into the program when it is built. The page needs nothing but itself, and its policy allows
 * nothing else to run (CSP 3): what is written into it can be read, not run.
 */
#ifndef PERCH_SERVE_PAGE_H
#define PERCH_SERVE_PAGE_H

#include "os/folder.h"
#include "serve/listing.h"

enum { PAGE_POLICY_MAX = 512 };

/* The value of the page's Content-Security-Policy, made anew for each reply, in room. */
struct span page_policy(char room[PAGE_POLICY_MAX]);

void page_begin(struct listing *listing);
void page_entry(struct listing *listing, const struct folder_entry *entry);
void page_end(struct listing *listing);

#endif
