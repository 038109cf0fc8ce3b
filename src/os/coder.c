#include "os/coder.h"

#define ROW(id, name, alias, ending, functions)                                                    \
    [id] = {functions##_bytes, functions##_begin, functions##_step, functions##_forget},

static const struct coder coders[CODINGS] = {CODING_ROWS(ROW)};

const struct coder *coder_of(enum coding coding)
{
    return &coders[coding];
}

void coders_forget(void)
{
    for (const struct coder *coder = coders; coder < coders + CODINGS; coder++)
        if (coder->forget)
            coder->forget();
}
