/*
 * http/framing: a body has one length that all readers agree on, or the request is refused.
 */
#include "http/framing.h"
#include "bounds.h"
#include "http/status.h"

#include "fuzz.h"

static void check_sound(const struct framing *framing, const struct head *head)
{
    unsigned lengths = head->fields.lines_of[FIELD_CONTENT_LENGTH];
    unsigned codings = head->fields.lines_of[FIELD_TRANSFER_ENCODING];
    HOLDS(lengths <= 1 && (lengths == 0 || codings == 0));
    HOLDS((framing->body == BODY_LENGTH) == (framing->length > 0));
    HOLDS((framing->body == BODY_CHUNKED) == (codings > 0));
    HOLDS(framing->body != BODY_LENGTH || lengths == 1);
    HOLDS(codings == 0 || head->minor == 1);
    HOLDS(framing->body == BODY_NONE || !method_refuses_body(head->method));
    HOLDS(!framing->expects_continue || (framing->body != BODY_NONE && head->minor == 1));
    if (framing->body == BODY_LENGTH) {
        struct span value = fields_value(&head->fields, FIELD_CONTENT_LENGTH);
        for (size_t i = 0; i < value.len; i++)
            HOLDS(value.at[i] >= '0' && value.at[i] <= '9');
        HOLDS(value.len <= CONTENT_LENGTH_DIGITS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head head;
    struct framing framing;
    head_begin(&head);
    if (head_parse(&head, (const char *)data, size) <= 0)
        return 0;
    int decided = framing_decide(&framing, &head);
    HOLDS(decided == 0 || decided == -S_BAD_REQUEST || decided == -S_NOT_IMPLEMENTED);
    HOLDS((decided < 0) == (framing.why != NULL));
    if (decided == 0)
        check_sound(&framing, &head);
    framing_unmet_expectation(&head);
    return 0;
}
