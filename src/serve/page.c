#include "serve/page.h"

#include "base/put.h"
#include "bounds.h"
#include "http/path.h"
#include "os/random.h"

#include <string.h>

// NOLINTBEGIN(bugprone-macro-parentheses): names of symbols
/* A file, read when this one is assembled: "make" runs at the top of the tree. */
#define EMBED(name, file)                                                                          \
    __asm__(".pushsection .rodata\n" #name ": .incbin \"" file "\"\n" #name "_end:\n"              \
            ".popsection");                                                                        \
    extern const char name[] __attribute__((visibility("hidden")));                                \
    extern const char name##_end[] __attribute__((visibility("hidden")))

EMBED(page_html, "src/page/listing.html");
EMBED(page_style, "src/page/listing.css");
EMBED(page_script, "src/page/listing.js");
// NOLINTEND(bugprone-macro-parentheses)

/* Known to the policy and to the elements it lets run, and to nobody who writes names of files. */
static char nonce[RANDOM_NAME_LEN];

struct span page_policy(char room[PAGE_POLICY_MAX])
{
    random_name(nonce);
    struct span own = {nonce, sizeof nonce};
    char *at = put_span(room, SPAN("default-src 'none'; script-src 'nonce-"));
    at = put_span(at, own);
    at = put_span(at, SPAN("'; style-src 'nonce-"));
    at = put_span(at, own);
    at = put_span(at,
                  SPAN("'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                       "frame-ancestors 'none'"));
    return span_between(room, at);
}

/* ---- What stands in the page's gaps ---- */

static void put_nonce(struct listing *listing)
{
    listing_put(listing, (struct span){nonce, sizeof nonce});
}

static void put_style(struct listing *listing)
{
    listing_put(listing, span_between(page_style, page_style_end));
}

static void put_script(struct listing *listing)
{
    listing_put(listing, span_between(page_script, page_script_end));
}

static void put_path(struct listing *listing)
{
    listing_put_escaped(listing, ESCAPE_HTML, span_of(listing->path));
}

static void put_uploads(struct listing *listing)
{
    listing_put(listing, listing->exchange->settings->read_only ? SPAN("no") : SPAN("yes"));
}

static void put_parent(struct listing *listing)
{
    if (listing->path[0])
        listing_put(listing, SPAN("<tr class=up><td><a href=\"../\">../</a></td><td></td><td></td>"
                                  "<td></td></tr>\n"));
}

/* An attribute of what is said of an empty folder. */
static void put_hidden(struct listing *listing)
{
    if (listing->entries)
        listing_put(listing, SPAN(" hidden"));
}

static const struct gap {
    struct span name;
    void (*put)(struct listing *listing);
} gaps[] = {
    {SPAN("nonce"), put_nonce},   {SPAN("style"), put_style},     {SPAN("script"), put_script},
    {SPAN("path"), put_path},     {SPAN("uploads"), put_uploads}, {SPAN("parent"), put_parent},
    {SPAN("hidden"), put_hidden},
};

/* Writes a part of the page, "{{name}}" filled. */
static void put_part(struct listing *listing, struct span part)
{
    while (part.len) {
        const char *mark = memmem(part.at, part.len, "{{", 2);
        struct span before = mark ? span_between(part.at, mark) : part;
        listing_put(listing, before);
        if (!mark)
            return;
        part = span_after(part, before.len + 2);
        struct span name = {part.at, span_find(part, '}')};
        for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++)
            if (span_equal(name, gaps[i].name))
                gaps[i].put(listing);
        part = span_after(part, name.len + 2);
    }
}

/* The page before its rows, and behind them. */
static struct span half_of_page(bool second)
{
    static const char rows[] = "{{rows}}";
    struct span page = span_between(page_html, page_html_end);
    const char *middle = memmem(page.at, page.len, rows, sizeof rows - 1);
    return second ? span_between(middle + sizeof rows - 1, page_html_end)
                  : span_between(page_html, middle);
}

void page_begin(struct listing *listing)
{
    put_part(listing, half_of_page(false));
}

void page_end(struct listing *listing)
{
    put_part(listing, half_of_page(true));
}

/* ---- A row ---- */

/* "12 B", "1.5 KB", ...: three digits at most, as people read them. */
static void put_size(struct listing *listing, uint64_t bytes)
{
    static const char *const units[] = {" B", " KB", " MB", " GB", " TB", " PB", " EB"};
    unsigned unit = 0;
    uint64_t tenths = bytes * 10;
    if (bytes > UINT64_MAX / 10)
        tenths = UINT64_MAX;
    for (; tenths >= 10000; unit++)
        tenths = (tenths + 500) / 1000;
    listing_put_number(listing, tenths / 10);
    if (unit && tenths < 100) {
        listing_put(listing, SPAN("."));
        listing_put_number(listing, tenths % 10);
    }
    listing_put(listing, span_of(units[unit]));
}

static void put_link(struct listing *listing, const struct folder_entry *entry)
{
    char encoded[3 * COMPONENT_BYTES_MAX];
    struct span slash = entry->is_folder ? SPAN("/") : SPAN("");
    /* "./": or a name with a colon in it would be another scheme. */
    listing_put(listing, SPAN("<a href=\"./"));
    listing_put(listing, span_between(encoded, path_encode(encoded, entry->name)));
    listing_put(listing, slash);
    listing_put(listing, SPAN("\">"));
    listing_put_escaped(listing, ESCAPE_HTML, entry->name);
    listing_put(listing, slash);
    listing_put(listing, SPAN("</a>"));
}

void page_entry(struct listing *listing, const struct folder_entry *entry)
{
    if (listing->entries && listing->entries % PAGE_GROUP_ROWS == 0)
        listing_put(listing, SPAN("</tbody><tbody>\n"));
    listing_put(listing, entry->is_folder ? SPAN("<tr class=folder><td>") : SPAN("<tr><td>"));
    put_link(listing, entry);
    listing_put(listing, SPAN("</td><td data-value="));
    listing_put_number(listing, entry->size);
    listing_put(listing, SPAN(">"));
    if (!entry->is_folder)
        put_size(listing, entry->size);
    listing_put(listing, SPAN("</td><td><time>"));
    listing_put_time(listing, entry->modified_s);
    listing_put(listing, SPAN("</time></td><td></td></tr>\n"));
}
