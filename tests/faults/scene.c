#include "scene.h"

#include <stdio.h>
#include <string.h>

enum { LARGE_PIECE = 90000 };

static const char *part_of(enum part part)
{
    static const char *const parts[] = {"", "", ", resumable", ", resumed", ", cancelled"};
    return parts[part];
}

static const char *kind_of(unsigned without)
{
    switch (without) {
    case 0:
        return "";
    case WITHOUT_UNNAMED:
        return ", no unnamed files";
    case WITHOUT_EMPTY_PATH:
        return ", no link by descriptor";
    case WITHOUT_FALLOCATE:
        return ", no fallocate";
    default:
        return ", no links";
    }
}

static void name_it(struct scene *scene)
{
    bool uploads = strcmp(scene->method, "DELETE") != 0;
    snprintf(scene->name, sizeof scene->name, "%s %s%s%s%s%s%s%s%s%s", scene->method,
             scene->had_old ? uploads ? "over an old file" : "of a file" : "of a new file",
             uploads ? scene->chunked ? ", chunks" : ", length" : "",
             scene->piece_len >= LARGE_PIECE ? ", large" : "",
             scene->expects ? ", 100-continue" : "", kind_of(scene->without), part_of(scene->part),
             scene->torn ? " where it was torn" : "", scene->options[0] ? ", " : "",
             scene->options[0] ? scene->options[0] : "");
}

/* Chunks go into a folder below, so that both kinds of places are met. */
static struct scene upload(unsigned pieces, bool chunked, bool had_old)
{
    return (struct scene){
        .method = had_old == chunked ? "POST" : "PUT",
        .file = chunked ? SCENE_SUBFOLDER "/file" : "file",
        .chunked = chunked,
        .had_old = had_old,
        .pieces = pieces,
        .piece_len = 700,
    };
}

static unsigned list_uploads(struct scene *scenes, unsigned pieces)
{
    static const unsigned kinds[] = {0, WITHOUT_UNNAMED, WITHOUT_EMPTY_PATH,
                                     WITHOUT_UNNAMED | WITHOUT_LINKS, WITHOUT_FALLOCATE};
    unsigned count = 0;
    for (size_t i = 0; i < 8 * sizeof kinds / sizeof kinds[0]; i++) {
        struct scene *scene = &scenes[count++];
        *scene = upload(pieces, i & 1, i >> 1 & 1);
        scene->without = kinds[i >> 3];
        scene->options[0] = i >> 2 & 1 ? "--durability=rename" : NULL;
    }
    for (unsigned i = 0; i < 4; i++) {
        scenes[count] = upload(pieces, i & 1, i >> 1 & 1);
        scenes[count++].expects = true;
        scenes[count] = upload(3, i & 1, i >> 1 & 1);
        scenes[count++].piece_len = LARGE_PIECE;
    }
    return count;
}

static unsigned list_resumable_uploads(struct scene *scenes, unsigned pieces)
{
    unsigned count = 0;
    for (unsigned i = 0; i < 16; i++) {
        struct scene *scene = &scenes[count++];
        *scene = upload(pieces, i & 1, i >> 1 & 1);
        scene->part = PART_GO_ON;
        scene->first = pieces / 2;
        scene->options[0] = i >> 2 & 1 ? "--durability=rename" : NULL;
        scene->torn = i >> 3 & 1;
    }
    for (unsigned i = 0; i < 4; i++) {
        scenes[count] = upload(pieces, i & 1, i >> 1 & 1);
        scenes[count++].part = PART_BEGIN;
    }
    scenes[count] = upload(pieces, true, true);
    scenes[count].first = 2;
    scenes[count++].part = PART_CANCEL;
    return count;
}

static unsigned list_removals(struct scene *scenes)
{
    for (unsigned i = 0; i < 4; i++)
        scenes[i] = (struct scene){
            .method = "DELETE",
            .file = i & 1 ? SCENE_SUBFOLDER "/file" : "file",
            .had_old = true,
            .options = {i >> 1 & 1 ? "--durability=rename" : NULL},
        };
    return 4;
}

unsigned scene_list(struct scene scenes[static SCENES_MAX], unsigned pieces)
{
    unsigned count = list_uploads(scenes, pieces);
    count += list_resumable_uploads(scenes + count, pieces);
    count += list_removals(scenes + count);
    for (unsigned i = 0; i < count; i++)
        name_it(&scenes[i]);
    return count;
}

enum state scene_start(const struct scene *scene)
{
    return scene->had_old ? STATE_OLD : STATE_NONE;
}

enum state scene_goal(const struct scene *scene)
{
    if (scene->part == PART_CANCEL || scene->part == PART_FIRST)
        return scene_start(scene);
    return strcmp(scene->method, "DELETE") == 0 ? STATE_NONE : STATE_NEW;
}
