#include "serve/choice.h"

#include "base/diag.h"
#include "base/put.h"
#include "http/coding.h"
#include "http/media_type.h"
#include "os/types.h"
#include "serve/representation.h"

#include <sysexits.h>

void choice_open(const struct settings *settings)
{
    if (!settings->types)
        return;
    const char *file = settings->types[0] ? settings->types : TYPES_SYSTEM;
    const char *wrong = types_read(file);
    if (wrong)
        diag_die(EX_NOINPUT,
                 "--types: \"%s\" can't be used: %s; give --types=FILE, such as " TYPES_SYSTEM,
                 file, wrong);
}

/* What says nothing of its type is served as what nothing is done with but storing it. */
static void choose_type(struct representation *chosen, const char *path)
{
    chosen->type = types_find(span_of(path));
    chosen->is_typed = chosen->type.len > 0;
    if (!chosen->is_typed)
        chosen->type = SPAN("application/octet-stream");
}

static bool is_older(const struct file *file, const struct file *other)
{
    return file->modified_s != other->modified_s ? file->modified_s < other->modified_s
                                                 : file->modified_ns < other->modified_ns;
}

/* NAME.gz in place of NAME, where there is one that was made of it as it is now. */
static bool take_coded_file(const struct exchange *exchange, struct representation *chosen,
                            const char *path, enum coding coding)
{
    char coded_path[PATH_BYTES_MAX + 1];
    struct file coded;
    struct span name = span_of(path), ending = coding_ending(coding);
    if (name.len > PATH_BYTES_MAX - ending.len)
        return false;
    *put_span(put_span(coded_path, name), ending) = '\0';
    if (store_read(exchange->store, coded_path, &coded) != 0)
        return false;
    bool serves = !is_older(&coded, &chosen->file);
    store_close(serves ? &chosen->file : &coded);
    if (serves)
        chosen->file = coded;
    return serves;
}

/* What is coded on its way has no length that could be told before, so HTTP/1.0 has none of it. */
static bool can_be_coded(const struct exchange *exchange, const struct representation *chosen)
{
    struct span type = chosen->type;
    struct span bare = span_cut(&type, ';');
    return chosen->is_typed && media_type_is_text(bare) && exchange->head.minor > 0;
}

/* 0, or 406 where the client excludes what there is. */
static int choose_coding(const struct exchange *exchange, struct representation *chosen,
                         const char *path)
{
    enum coding coding = coding_choose(&exchange->head.fields);
    if (coding == CODING_REFUSED)
        return S_NOT_ACCEPTABLE;
    if (coding == CODING_IDENTITY)
        return 0;
    bool is_stored = take_coded_file(exchange, chosen, path, coding);
    chosen->codes_as_it_goes = !is_stored && can_be_coded(exchange, chosen);
    if (is_stored || chosen->codes_as_it_goes)
        chosen->coding = coding;
    else if (coding_excludes_identity(&exchange->head.fields))
        return S_NOT_ACCEPTABLE;
    return 0;
}

int choice_answer(struct exchange *exchange, const char *path)
{
    struct representation chosen = {.coding = CODING_IDENTITY};
    int status = store_read(exchange->store, path, &chosen.file);
    if (status != 0)
        return status;
    choose_type(&chosen, path);
    if (exchange->settings->gzip_files)
        status = choose_coding(exchange, &chosen, path);
    if (status == 0) {
        enum coding made_here = chosen.codes_as_it_goes ? chosen.coding : CODING_IDENTITY;
        representation_validators(&chosen.validators, &chosen.file, coding_name(made_here));
        status = representation_file(exchange, &chosen);
    }
    store_close(&chosen.file);
    return status;
}
