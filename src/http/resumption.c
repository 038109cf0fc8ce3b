#include "http/resumption.h"

#include "http/item.h"

void resumption_read(struct resumption *resumption, const struct fields *fields)
{
    uint64_t version;
    *resumption = (struct resumption){.given = false};
    resumption->given = item_boolean(fields, FIELD_UPLOAD_COMPLETE, &resumption->complete);
    resumption->has_offset = item_count(fields, FIELD_UPLOAD_OFFSET, &resumption->offset);
    resumption->has_length = item_count(fields, FIELD_UPLOAD_LENGTH, &resumption->length);
    resumption->knows_104 = item_count(fields, FIELD_UPLOAD_DRAFT_INTEROP_VERSION, &version) &&
                            version == RESUMPTION_INTEROP_VERSION;
}

bool resumption_is_partial_upload(const struct fields *fields)
{
    struct span rest = fields_value(fields, FIELD_CONTENT_TYPE);
    return fields->lines_of[FIELD_CONTENT_TYPE] == 1 &&
           span_equal_nocase(span_trim(span_cut(&rest, ';')), SPAN(RESUMPTION_MEDIA_TYPE));
}
