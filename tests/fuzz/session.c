/*
 * The whole session, with the real wire and store, over a scripted connection (tests/scripted) and
 * a folder in memory. What must be true of any octets that a client sends:
 *
 * - all that comes back is replies, each well formed; each request gets one, an answer to HEAD has
 *   no content, and where the connection ends in the middle of a head that gets a refusal;
 * - a reply that says close is the last, and one to broken framing says so;
 * - in pieces the input gets the same replies;
 * - each file in the folder is one that was there, or a body that was read to its end.
 *
 * What was asked is noted where the parsers are called: the linker leads those calls past here.
 */
#include "../scripted/connection.h"
#include "../scripted/tree.h"
#include "http/recall.h"
#include "http/status.h"
#include "os/folder.h"
#include "serve/body.h"

#include "fuzz.h"

#include <sys/stat.h>
#include <unistd.h>

enum { REQUESTS_NOTED = 2048, BODIES_NOTED = 2048, PIECES_MAX = 16 };

/* ---- What was asked ---- */

static struct {
    size_t requests;
    bool head[REQUESTS_NOTED]; /* the method is HEAD */
    bool begun;                /* the last head is not whole */
    bool broken;               /* the last head or its framing was refused */
    unsigned may_interim;      /* so many clients wait for 100 Continue */
    bool changes;              /* a method that may change the folder */
    bool resumes;              /* an upload may come in parts, and stay unfinished */
    size_t bodies;
    uint64_t body[BODIES_NOTED]; /* of each that was read to its end, its digest */
    uint64_t body_now;
} asked;

static void note(const struct head *head)
{
    HOLDS(asked.requests < REQUESTS_NOTED);
    asked.head[asked.requests++] = head->method == METHOD_HEAD;
}

#define REAL(call) __asm__("__real_" #call)
#define WRAP(call) __asm__("__wrap_" #call)

int real_recall_parse(struct recall *recall, struct head *head, const char *buffer, size_t len)
    REAL(recall_parse);
int wrap_recall_parse(struct recall *recall, struct head *head, const char *buffer, size_t len)
    WRAP(recall_parse);
int wrap_recall_parse(struct recall *recall, struct head *head, const char *buffer, size_t len)
{
    HOLDS(!asked.broken);
    int parsed = real_recall_parse(recall, head, buffer, len);
    asked.begun = parsed == 0 && head_has_begun(head);
    asked.broken = parsed < 0;
    /* One that is not whole is noted when it is known that no more comes. */
    asked.head[asked.requests] = head->method == METHOD_HEAD;
    if (parsed != 0)
        note(head);
    if (parsed > 0 && !(head->method == METHOD_GET || head->method == METHOD_HEAD))
        asked.changes = true;
    if (parsed > 0)
        asked.resumes |=
            head->method == METHOD_PATCH || head->fields.lines_of[FIELD_UPLOAD_COMPLETE] > 0;
    asked.body_now = TREE_DIGEST_BEGIN;
    return parsed;
}

int real_framing_decide(struct framing *framing, const struct head *head) REAL(framing_decide);
int wrap_framing_decide(struct framing *framing, const struct head *head) WRAP(framing_decide);
int wrap_framing_decide(struct framing *framing, const struct head *head)
{
    int decided = real_framing_decide(framing, head);
    asked.broken = decided < 0;
    asked.may_interim += decided == 0 && framing->expects_continue;
    return decided;
}

int real_body_next(struct body *body, struct span *piece) REAL(body_next);
int wrap_body_next(struct body *body, struct span *piece) WRAP(body_next);
int wrap_body_next(struct body *body, struct span *piece)
{
    int got = real_body_next(body, piece);
    if (got > 0)
        asked.body_now = tree_digest_of(asked.body_now, *piece);
    if (got == 0 && asked.bodies < BODIES_NOTED)
        asked.body[asked.bodies++] = asked.body_now;
    return got;
}

/* ---- What came back ---- */

struct reply {
    unsigned status;
    bool has_length, says_close, is_guarded;
    uint64_t length;
};

static void take_field(struct reply *reply, struct span line)
{
    struct span value = line;
    struct span name = span_cut(&value, ':');
    HOLDS(octets_are(name, OCTET_TOKEN) && name.len < line.len);
    HOLDS(value.len > 1 && value.at[0] == ' ' && octets_are(value, OCTET_LINE));
    value = span_trim(value);
    if (span_equal(name, SPAN("Content-Length"))) {
        HOLDS(!reply->has_length && span_decimal(value, 19, &reply->length));
        reply->has_length = true;
    }
    HOLDS(!span_equal_nocase(name, SPAN("Transfer-Encoding")));
    reply->says_close |= span_equal(line, SPAN("Connection: close"));
    reply->is_guarded |= span_equal(line, SPAN("X-Content-Type-Options: nosniff"));
}

static struct span take_line(struct span *rest)
{
    struct span line = span_cut(rest, '\r');
    HOLDS(rest->len > 0 && rest->at[0] == '\n');
    *rest = span_after(*rest, 1);
    return line;
}

static struct reply take_head(struct span *rest)
{
    struct reply reply = {0};
    struct span line = take_line(rest);
    uint64_t status;
    HOLDS(span_starts(line, SPAN("HTTP/1.1 ")) && line.len > 13 && line.at[12] == ' ');
    HOLDS(span_decimal((struct span){line.at + 9, 3}, 3, &status) && status >= 100);
    reply.status = (unsigned)status;
    while ((line = take_line(rest)).len)
        take_field(&reply, line);
    return reply;
}

static bool has_no_content(const struct reply *reply)
{
    return reply->status < 200 || reply->status == 204 || reply->status == 304;
}

static void take_content(const struct reply *reply, bool to_head, struct span *rest)
{
    if (reply->status < 200 || reply->status == 204)
        HOLDS(!reply->has_length);
    else
        HOLDS(reply->has_length || reply->status == 304);
    if (to_head || has_no_content(reply))
        return;
    HOLDS(reply->length <= rest->len);
    *rest = span_after(*rest, (size_t)reply->length);
}

static void check_replies(struct span rest)
{
    size_t final = 0;
    unsigned interim = 0;
    struct reply reply = {0};
    if (asked.begun)
        asked.requests++;
    while (rest.len) {
        HOLDS(!reply.says_close && final < asked.requests);
        reply = take_head(&rest);
        take_content(&reply, asked.head[final], &rest);
        if (reply.status < 200) {
            interim++;
            continue;
        }
        HOLDS(reply.is_guarded);
        final++;
    }
    HOLDS(final == asked.requests);
    HOLDS(interim <= asked.may_interim || asked.resumes);
    if (asked.begun || asked.broken)
        HOLDS(reply.says_close && reply.status >= 400);
}

/* ---- What is in the folder ---- */

static uint64_t initial[TREE_NAMES];
static size_t initial_count;

static void note_initial(const char *path, struct span content)
{
    (void)path;
    initial[initial_count++] = tree_digest_of(TREE_DIGEST_BEGIN, content);
}

static void check_file(const char *path, struct span content)
{
    uint64_t digest = tree_digest_of(TREE_DIGEST_BEGIN, content);
    bool known = false;
    for (size_t i = 0; i < initial_count && !known; i++)
        known = initial[i] == digest;
    for (size_t i = 0; i < asked.bodies && !known; i++)
        known = asked.body[i] == digest;
    const char *slash = strrchr(path, '/');
    bool hidden = (slash ? slash[1] : path[0]) == '.';
    HOLDS(known || asked.resumes);
    HOLDS(!hidden || asked.resumes);
}

/* ---- One connection ---- */

static struct span serve(const struct settings *settings, const struct store *store,
                         const struct script *script)
{
    memset(&asked, 0, sizeof asked);
    struct span replies = scripted_serve(settings, store, script);
    if (replies.len == SCRIPTED_REPLY_MAX) /* there may be more */
        return replies;
    check_replies(replies);
    if (asked.changes) {
        tree_visit_files(check_file);
        tree_restore();
    }
    return replies;
}

/* ---- Options ---- */

static char folder[] = "/dev/shm/perch-fuzz-XXXXXX";

static void make_file(const char *name, const char *content, size_t times)
{
    char path[sizeof folder + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    HOLDS(file != NULL);
    while (times--)
        fputs(content, file);
    fclose(file);
}

static void make_folder(void)
{
    char path[sizeof folder + 32];
    HOLDS(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/folder", folder);
    HOLDS(mkdir(path, 0755) == 0);
    make_file("a", "hello\n", 1);
    make_file("folder/b", "", 0);
    make_file("big", "0123456789abcdef", 2000); /* more than is copied: sendfile */
    tree_remember(folder);
    tree_visit_files(note_initial);
    atexit(tree_remove);
}

enum { OPTIONS_MAX = 8 };
static char *variants[][OPTIONS_MAX] = {
    {"perch", "--directory", folder, NULL},
    {"perch", "--directory", folder, "--read-only", NULL},
    {"perch", "--directory", folder, "--max-body", "10", "--no-date", NULL},
    {"perch", NULL},
};

enum { VARIANTS = sizeof variants / sizeof variants[0] };

/* Half of the inputs meet the first, which does most. */
static size_t pick(uint64_t hash)
{
    return hash & 1 ? 0 : (hash >> 1) % VARIANTS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings settings[VARIANTS];
    static struct store store = {.folder = -1};
    static const struct store no_store = {.folder = -1};
    struct span input = fuzz_span(data, size);
    uint64_t hash = fuzz_hash(input);
    if (store.folder < 0) {
        make_folder();
        HOLDS(store_open(&store, folder, false) == 0);
        folder_prepare();
        for (size_t i = 0; i < VARIANTS; i++)
            settings_parse(&settings[i], variants[i]);
    }
    if (size == 0)
        return 0;
    size_t cuts[PIECES_MAX], count = 0;
    for (size_t at = 0; count < PIECES_MAX; count++) {
        at += 1 + (hash >> count) % (1 + size / 4);
        cuts[count] = at < size ? at : size;
    }
    const struct settings *chosen = &settings[pick(hash)];
    const struct store *served = chosen->directory ? &store : &no_store;
    struct span whole = serve(chosen, served, &(struct script){input, NULL, 0});
    struct span cut = serve(chosen, served, &(struct script){input, cuts, count});
    HOLDS(span_equal(scripted_without_interim(whole), scripted_without_interim(cut)));
    return 0;
}
