/*
 * A case cut at every byte, in this process: its reply and what is left in the folder must be those
 * of the request in one piece.
 *
 *   cut FOLDER PART/PARTS CASE.in ... -- OPTION ...
 *
 * FOLDER is what the options serve, and is put back after each run; "-" where there is none. Of all
 * cuts each of PARTS programs tries its share. The last line is the sum.
 */
#include "connection.h"
#include "os/folder.h"
#include "tree.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, FAILURES_SHOWN = 5 };

static struct settings settings;
static struct store store = {.folder = -1};
static bool has_folder;
static unsigned long passed, failed;

static void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

struct outcome {
    struct span reply;
    uint64_t tree;
};

static struct outcome serve(struct span input, const size_t *cuts, size_t count)
{
    struct script script = {input, cuts, count};
    struct outcome outcome = {scripted_without_interim(scripted_serve(&settings, &store, &script)),
                              0};
    if (has_folder) {
        outcome.tree = tree_digest();
        tree_restore();
    }
    return outcome;
}

static void judge(const char *name, const char *how, size_t at, struct outcome whole,
                  struct outcome cut)
{
    bool same = span_equal(whole.reply, cut.reply);
    if (same && whole.tree == cut.tree) {
        passed++;
        return;
    }
    if (failed++ >= FAILURES_SHOWN)
        return;
    printf("FAILED %s: %s %zu: another %s\n", name, how, at, same ? "tree" : "reply");
    if (!same)
        printf("---- whole\n%.*s\n---- cut\n%.*s\n----\n", (int)whole.reply.len, whole.reply.at,
               (int)cut.reply.len, cut.reply.at);
}

static struct span read_file(const char *path, char room[INPUT_MAX])
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        give_up(path);
    size_t len = fread(room, 1, INPUT_MAX, file);
    if (ferror(file) || len == INPUT_MAX)
        give_up(path);
    fclose(file);
    return (struct span){room, len};
}

/* cases.py compares what the program replies to the octet; here the status line is enough to see
 * that there was a session at all. */
static void judge_whole(const char *path, struct span reply)
{
    static char room[INPUT_MAX];
    struct span name = {path, strlen(path) - strlen("in")};
    char expected_path[PATH_MAX];
    snprintf(expected_path, sizeof expected_path, "%.*sout", (int)name.len, name.at);
    struct span expected = scripted_without_interim(read_file(expected_path, room));
    if (span_starts(expected, SPAN("{continue}")))
        expected = span_after(expected, sizeof "{continue}" - 1);
    if (span_equal(span_cut(&expected, '\r'), span_cut(&reply, '\r'))) {
        passed++;
        return;
    }
    failed++;
    printf("FAILED %s: another status line than its .out has\n", path);
}

/* The whole reply is kept apart: the buffer that it came in is soon another's. */
static void try_cuts(const char *name, struct span input, size_t part, size_t parts)
{
    static size_t cuts[INPUT_MAX];
    struct outcome whole = serve(input, NULL, 0);
    if (part == 0)
        judge_whole(name, whole.reply);
    char *copy = malloc(whole.reply.len + 1);
    if (!copy)
        give_up("malloc");
    memcpy(copy, whole.reply.at, whole.reply.len);
    whole.reply.at = copy;
    for (size_t at = 1 + part; at < input.len; at += parts)
        judge(name, "cut at", at, whole, serve(input, &at, 1));
    for (size_t i = 0; i < input.len; i++)
        cuts[i] = i + 1;
    if (part == 0)
        judge(name, "single bytes:", input.len, whole, serve(input, cuts, input.len));
    free(copy);
}

/* argv: behind the cases, "--" and the options, which are read as perch reads them. */
static char **set_up(char *argv[])
{
    char **options = argv;
    while (*options && strcmp(*options, "--") != 0)
        options++;
    if (!*options)
        give_up("cut: no --");
    settings_parse(&settings, options);
    if (settings.directory && store_open(&store, settings.directory, !settings.rename_only) != 0)
        give_up(settings.directory);
    if (settings.listing)
        folder_prepare();
    return options;
}

int main(int argc, char *argv[])
{
    static char input[INPUT_MAX];
    uint64_t part, parts;
    struct span share = argc > 3 ? span_of(argv[2]) : (struct span){NULL, 0};
    struct span number = span_cut(&share, '/');
    if (!span_decimal(number, 3, &part) || !span_decimal(share, 3, &parts) || part >= parts) {
        fprintf(stderr, "usage: cut FOLDER PART/PARTS CASE.in ... -- OPTION ...\n");
        return EXIT_FAILURE;
    }
    char **options = set_up(argv + 3);
    has_folder = strcmp(argv[1], "-") != 0;
    if (has_folder)
        tree_remember(argv[1]);
    for (char **path = argv + 3; path < options; path++)
        try_cuts(*path, read_file(*path, input), part, parts);
    printf("%lu passed, %lu failed\n", passed, failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
