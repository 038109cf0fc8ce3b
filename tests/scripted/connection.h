/*
 * A session in this process, over a socket pair whose other end follows a script.
 *
 * The system calls of os/wire*.c are the real ones, on a real socket; the linker leads them past
 * this file first (--wrap, see the Makefile), which plays the client between them: before a read
 * that would wait it sends the next piece, and after a write it takes what has come. So nothing
 * waits, and how the octets were cut is the script's to say, exactly.
 *
 * What differs from run to run in a program of its own is the same here each time: the clocks stand
 * still, regular files have one inode and one time, and what is random is counted.
 */
#ifndef PERCH_TESTS_SCRIPTED_CONNECTION_H
#define PERCH_TESTS_SCRIPTED_CONNECTION_H

#include "os/store.h"
#include "serve/settings.h"

/* What a client sends: the input, cut behind so many octets of each of these places, which ascend;
 * then the end. */
struct script {
    struct span input;
    const size_t *cuts;
    size_t cut_count;
};

/* Serves it; returns all that came back, which stands until SCRIPTED_REPLIES_KEPT more are served.
 * Text beyond SCRIPTED_REPLY_MAX is dropped. */
enum { SCRIPTED_REPLY_MAX = 1 << 26, SCRIPTED_REPLIES_KEPT = 2 };
struct span scripted_serve(const struct settings *settings, const struct store *store,
                           const struct script *script);

/* Removes the interim replies, 100 Continue, from a text: whether one is sent depends on what has
 * arrived, and on nothing else may. Returns what is left, in place. */
struct span scripted_without_interim(struct span replies);

#endif
