/*
 * http/recall: the heads of a connection, one behind another, say what they say to head_parse(),
 * whole and cut, whatever was remembered of those before.
 */
#include "http/recall.h"

#include "fuzz.h"

static void check_span(struct span ours, struct span theirs)
{
    HOLDS(ours.at == theirs.at && ours.len == theirs.len);
}

static void check_same(const struct head *ours, const struct head *theirs)
{
    HOLDS(ours->method == theirs->method && ours->minor == theirs->minor);
    HOLDS(ours->begin == theirs->begin && head_has_begun(ours) == head_has_begun(theirs));
    check_span(ours->target, theirs->target);
    HOLDS(ours->fields.count == theirs->fields.count);
    HOLDS(memcmp(ours->fields.lines_of, theirs->fields.lines_of, FIELD_IDS) == 0);
    for (unsigned i = 0; i < ours->fields.count; i++) {
        HOLDS(ours->fields.rows[i].id == theirs->fields.rows[i].id);
        check_span(ours->fields.rows[i].name, theirs->fields.rows[i].name);
        check_span(ours->fields.rows[i].value, theirs->fields.rows[i].value);
    }
}

/* How much of what is left comes first. */
static size_t first_piece(uint64_t hash, size_t len)
{
    return hash & 1 ? len : (hash >> 1) % (len + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct recall recall;
    static struct head ours, theirs;
    struct span input = fuzz_span(data, size);
    uint64_t hash = fuzz_hash(input);
    int parsed = 1;
    recall.len = 0;
    for (; input.len && parsed > 0; hash = hash >> 7 | hash << 57) {
        size_t piece = first_piece(hash, input.len);
        head_begin(&ours);
        fuzz_hide_behind(input, piece);
        int by_recall = recall_parse(&recall, &ours, input.at, piece);
        fuzz_hide_behind(input, input.len);
        if (by_recall == 0)
            by_recall = recall_parse(&recall, &ours, input.at, input.len);
        head_begin(&theirs);
        parsed = head_parse(&theirs, input.at, input.len);
        HOLDS(by_recall == parsed && ours.why == theirs.why);
        if (parsed > 0) {
            check_same(&ours, &theirs);
            input = span_after(input, (size_t)parsed);
        }
    }
    return 0;
}
