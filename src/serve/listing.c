#include "serve/listing.h"

#include "base/forget.h"
#include "base/put.h"
#include "base/rare.h"
#include "http/accept.h"
#include "http/date.h"
#include "serve/page.h"
#include "serve/representation.h"
#include "serve/stream.h"

#include <string.h>

/* ---- Writing ---- */

static RARE char batch[CHUNK_BYTES];

static void leave(struct listing *listing)
{
    forget_later(batch, sizeof batch);
    stream_put(&listing->stream, span_between(batch, listing->at));
    listing->at = batch;
}

void listing_put(struct listing *listing, struct span text)
{
    while (text.len) {
        size_t room = (size_t)(batch + sizeof batch - listing->at);
        size_t step = text.len < room ? text.len : room;
        listing->at = put_span(listing->at, (struct span){text.at, step});
        text = span_after(text, step);
        if (listing->at == batch + sizeof batch)
            leave(listing);
    }
}

void listing_put_escaped(struct listing *listing, enum escape how, struct span text)
{
    char escaped[ESCAPE_FACTOR * COMPONENT_BYTES_MAX];
    while (text.len) {
        /* Names are at most a component long; a path is cut into them. */
        size_t step = span_find(text, '/') + 1;
        step = step < text.len ? step : text.len;
        struct span part = {text.at, step};
        size_t len = escape_append(how, part, escaped, 0, sizeof escaped, NULL);
        listing_put(listing, (struct span){escaped, len});
        text = span_after(text, step);
    }
}

void listing_put_number(struct listing *listing, uint64_t number)
{
    char digits[PUT_NUMBER_MAX];
    listing_put(listing, span_between(digits, put_number(digits, number, 10)));
}

void listing_put_time(struct listing *listing, int64_t seconds)
{
    char time[DATE_ISO_LEN];
    date_format_iso(seconds, time);
    listing_put(listing, (struct span){time, sizeof time});
}

/* ---- JSON ---- */

static void json_begin(struct listing *listing)
{
    listing_put(listing, SPAN("["));
}

static void json_entry(struct listing *listing, const struct folder_entry *entry)
{
    listing_put(listing, listing->entries == 0 ? SPAN("\n{\"name\":\"") : SPAN(",\n{\"name\":\""));
    listing_put_escaped(listing, ESCAPE_UTF8, entry->name);
    listing_put(listing, entry->is_folder ? SPAN("\",\"type\":\"folder\",\"modified\":\"")
                                          : SPAN("\",\"type\":\"file\",\"size\":"));
    if (!entry->is_folder) {
        listing_put_number(listing, entry->size);
        listing_put(listing, SPAN(",\"modified\":\""));
    }
    listing_put_time(listing, entry->modified_s);
    listing_put(listing, SPAN("\"}"));
}

static void json_end(struct listing *listing)
{
    listing_put(listing, SPAN("\n]\n"));
}

/* ---- Lines ---- */

static void nothing(struct listing *listing)
{
    (void)listing;
}

static void line_entry(struct listing *listing, const struct folder_entry *entry)
{
    listing_put(listing, entry->name);
    listing_put(listing, entry->is_folder ? SPAN("/\n") : SPAN("\n"));
}

/* ---- The forms ---- */

static const struct form {
    struct span type; /* as Accept names it */
    struct span content_type;
    bool runs; /* it has a script of its own */
    void (*begin)(struct listing *listing);
    void (*entry)(struct listing *listing, const struct folder_entry *entry);
    void (*end)(struct listing *listing);
} forms[] = {
    {SPAN("application/json"), SPAN("application/json"), false, json_begin, json_entry, json_end},
    {SPAN("text/plain"), SPAN("text/plain; charset=utf-8"), false, nothing, line_entry, nothing},
    {SPAN("text/html"), SPAN("text/html; charset=utf-8"), true, page_begin, page_entry, page_end},
};

enum { FORMS = sizeof forms / sizeof forms[0] };
_Static_assert(sizeof forms / sizeof forms[0] <= ACCEPT_OFFERS_MAX, "all forms can be offered");

static const struct form *choose_form(const struct exchange *exchange)
{
    struct span offers[FORMS];
    for (size_t i = 0; i < FORMS; i++)
        offers[i] = forms[i].type;
    return &forms[accept_choose(&exchange->head.fields, offers, FORMS)];
}

static void write_all(struct listing *listing, struct folder *folder, const struct form *form)
{
    struct folder_entry entry;
    form->begin(listing);
    while (folder_next(folder, &entry)) {
        form->entry(listing, &entry);
        listing->entries++;
    }
    form->end(listing);
    leave(listing);
}

int listing_reply(struct exchange *exchange, const char *path)
{
    char name[PATH_BYTES_MAX + 1];
    char policy[PAGE_POLICY_MAX];
    struct folder folder;
    size_t len = strlen(path);
    memcpy(name, path, len + 1);
    if (len)
        name[len - 1] = '\0';
    int status = folder_open(exchange->store, name, &folder);
    if (status != 0)
        return status;
    const struct form *form = choose_form(exchange);
    struct reply reply = {.status = S_OK,
                          .type = form->content_type,
                          .streamed = true,
                          .vary = SPAN("Accept"),
                          .policy = form->runs ? page_policy(policy) : SPAN("sandbox"),
                          .changes = true};
    if (!representation_is_wanted(exchange, &reply, &status)) {
        folder_close(&folder);
        return status;
    }
    struct listing listing = {.exchange = exchange, .path = path, .at = batch};
    stream_begin(&listing.stream, exchange, &reply);
    if (reply_has_content(exchange))
        write_all(&listing, &folder, form);
    stream_end(&listing.stream);
    folder_close(&folder);
    return 0;
}

int listing_redirect(struct exchange *exchange, const char *path)
{
    char with_slash[PATH_BYTES_MAX + 2];
    if (!folder_is_there(exchange->store, path))
        return S_NOT_FOUND;
    size_t len = strlen(path);
    memcpy(with_slash, path, len);
    memcpy(with_slash + len, "/", 2);
    reply_head(exchange, &(struct reply){.status = S_MOVED_PERMANENTLY, .location = with_slash});
    return 0;
}
