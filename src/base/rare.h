/*
 * Where large static arrays lie that most connections never touch: behind all others. So what every
 * connection touches is on few pages, each of which the kernel has to find, clear and take back.
 * Only to what begins as zeros.
 */
#ifndef PERCH_BASE_RARE_H
#define PERCH_BASE_RARE_H

#ifdef PERCH_INSTRUMENTED
/* The sanitizers watch over no array that is put somewhere by name. */
#define RARE
#else
/* The Makefile has the linker sort by these names, which are the last. */
#define RARE __attribute__((section(".bss.zz_rare")))
#endif

#endif
