/*
 * http/upload_state: what is read and written is read again as the same.
 */
#include "http/upload_state.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct upload_state state, again;
    static char room[UPLOAD_STATE_MAX];
    if (size > HEAD_MAX || !upload_state_read(&state, fuzz_span(data, size)))
        return 0;
    HOLDS(state.path.kind == PATH_FILE && state.path.text[0] != '/');
    size_t len = upload_state_write(&state, state.path.text, &state.fields, room);
    HOLDS(len <= sizeof room);
    HOLDS(upload_state_read(&again, (struct span){room, len}));
    HOLDS(again.offset == state.offset && again.complete == state.complete);
    HOLDS(again.has_length == state.has_length && again.method == state.method);
    HOLDS(!state.has_length || again.length == state.length);
    HOLDS(strcmp(again.path.text, state.path.text) == 0);
    return 0;
}
