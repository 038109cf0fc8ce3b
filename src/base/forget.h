/*
 * What a connection leaves behind in static memory: wiped where a process serves another one after
 * it. Whoever fills such memory says so.
 */
#ifndef PERCH_BASE_FORGET_H
#define PERCH_BASE_FORGET_H

#include <stddef.h>

/* This memory, which stays, is to be wiped at the end. Said again, it is the same once. */
void forget_later(void *memory, size_t len);

/* Wipes all of it. */
void forget_now(void);

#endif
