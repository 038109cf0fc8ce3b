/*
 * What a connection leaves behind in memory: wiped where a process serves another one after it.
 * Whoever fills static memory says so.
 */
#ifndef PERCH_BASE_FORGET_H
#define PERCH_BASE_FORGET_H

#include <stddef.h>

/* This memory, which stays, is to be wiped at the end. Said again, it is the same once. */
void forget_later(void *memory, size_t len);

/* Wipes all of it, and the stack below the caller. */
void forget_now(void);

#endif
