#include "serve/representation.h"

#include "base/forget.h"
#include "base/rare.h"
#include "bounds.h"
#include "http/coding.h"
#include "http/condition.h"
#include "http/range.h"
#include "os/clock.h"
#include "os/coder.h"
#include "serve/coded.h"
#include "serve/parts.h"
#include "serve/reply.h"

/* What 200 says of caches in the common case: nothing. */
static const struct reply plain;

/* True: go on. False: *status is what the handler returns, 0 where 304 has been sent, with what the
 * 200 would have said of caches (RFC 9110 §15.4.5). */
static bool conditions_hold(struct exchange *exchange, const struct validators *validators,
                            const struct reply *full, int *status)
{
    const struct fields *fields = &exchange->head.fields;
    enum method method = exchange->head.method;
    *status = 0;
    if (!condition_is_given(fields, method))
        return true;
    *status = condition_judge(fields, method, validators, clock_seconds());
    if (*status != S_NOT_MODIFIED)
        return *status == 0;
    reply_head(exchange, &(struct reply){.status = S_NOT_MODIFIED,
                                         .vary = full->vary,
                                         .changes = full->changes,
                                         .validators = validators->etag_len ? validators : NULL});
    *status = 0;
    return false;
}

/* ---- Files ---- */

/* Range is defined for GET alone (RFC 9110 §14.2). */
static enum range_verdict choose_ranges(const struct exchange *exchange,
                                        const struct representation *chosen, struct ranges *ranges)
{
    const struct fields *fields = &exchange->head.fields;
    if (fields->lines_of[FIELD_RANGE] == 0 || exchange->head.method != METHOD_GET ||
        !condition_range_holds(fields, &chosen->validators, clock_seconds()))
        return RANGE_WHOLE;
    return range_choose(fields, chosen->file.size, ranges);
}

static void send_range(struct exchange *exchange, const struct representation *chosen,
                       const struct range *part)
{
    struct range whole = {0, chosen->file.size};
    const struct range *range = part ? part : &whole;
    reply_head(exchange, &(struct reply){.status = part ? S_PARTIAL_CONTENT : S_OK,
                                         .type = chosen->type,
                                         .is_inline = chosen->is_typed,
                                         .coding = coding_name(chosen->coding),
                                         .length = range->len,
                                         .range = part,
                                         .size = chosen->file.size,
                                         .validators = &chosen->validators,
                                         .of_file = true});
    if (reply_has_content(exchange))
        wire_send_file(exchange->wire, chosen->file.fd, range->from, range->len);
}

int representation_file(struct exchange *exchange, const struct representation *chosen)
{
    struct ranges ranges;
    int status;
    if (!conditions_hold(exchange, &chosen->validators, &plain, &status))
        return status;
    if (chosen->codes_as_it_goes) {
        coded_send(exchange, chosen);
        return 0;
    }
    enum range_verdict verdict = choose_ranges(exchange, chosen, &ranges);
    if (verdict == RANGE_NONE)
        reply_unsatisfied_range(exchange, chosen->file.size);
    else if (verdict == RANGE_PARTS && ranges.count > 1)
        parts_send(exchange, chosen, &ranges);
    else
        send_range(exchange, chosen, verdict == RANGE_PARTS ? &ranges.rows[0] : NULL);
    return 0;
}

void representation_validators(struct validators *validators, const struct file *file,
                               struct span coding)
{
    validators_of_file(validators, file->size, file->modified_s, file->modified_ns, file->inode,
                       coding);
}

/* ---- What has no validators: it is made for each request ---- */

bool representation_is_wanted(struct exchange *exchange, const struct reply *full, int *status)
{
    static const struct validators none;
    return conditions_hold(exchange, &none, full, status);
}

int representation_text(struct exchange *exchange, struct span text)
{
    enum coding coding = coding_choose(&exchange->head.fields);
    if (coding == CODING_REFUSED)
        return S_NOT_ACCEPTABLE;
    int status;
    if (!representation_is_wanted(exchange, &plain, &status))
        return status;
    if (coding != CODING_IDENTITY) {
        static RARE char coded[HEAD_MAX + HEAD_MAX / 8 + 64];
        forget_later(coded, sizeof coded);
        text = (struct span){coded, coder_of(coding)->bytes(text, coded, sizeof coded)};
        if (text.len == 0)
            return S_INTERNAL_ERROR;
    }
    reply_head(exchange, &(struct reply){.status = S_OK,
                                         .type = SPAN("text/plain"),
                                         .coding = coding_name(coding),
                                         .length = text.len});
    if (reply_has_content(exchange))
        wire_put(exchange->wire, text);
    return 0;
}

int representation_empty(struct exchange *exchange)
{
    int status;
    if (representation_is_wanted(exchange, &plain, &status))
        reply_empty(exchange, S_OK);
    return status;
}
