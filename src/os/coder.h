/*
 * What codes the content codings of http/coding.h: each in a file of its own, whose functions begin
 * as its row says. None of them allocates: their state lives in static memory, is set up by the
 * first call and reset by the next ones. Their output has no time and no name in it: equal texts
 * give equal bytes.
 */
#ifndef PERCH_OS_CODER_H
#define PERCH_OS_CODER_H

#include "base/span.h"
#include "http/coding.h"

struct coder {
    /*
     * Codes the whole text into out. Returns the length, or 0 where that fails or the room is
     * short: a text takes at most an eighth more than its own length, and 64 bytes.
     */
    size_t (*bytes)(struct span text, char *out, size_t room);

    /* Begins a text that comes piece by piece; false where that fails. */
    bool (*begin)(void);

    /*
     * Codes from the start of *text, which becomes what is left of it, into out; with end there is
     * nothing behind it. Returns how many octets of out were written; as long as that is room,
     * there is more to come, and the call is to be repeated. -1: it failed.
     */
    long (*step)(struct span *text, bool end, char *out, size_t room);

    /* Wipes the state, and with it the last texts; the next call sets it up anew. */
    void (*forget)(void);
};

/* That of any coding but identity. */
const struct coder *coder_of(enum coding coding);

/* All of them forget. */
void coders_forget(void);

#define CODER_FUNCTIONS(id, name, alias, ending, functions)                                        \
    size_t functions##_bytes(struct span text, char *out, size_t room);                            \
    bool functions##_begin(void);                                                                  \
    long functions##_step(struct span *text, bool end, char *out, size_t room);                    \
    void functions##_forget(void);
CODING_ROWS(CODER_FUNCTIONS)

#endif
