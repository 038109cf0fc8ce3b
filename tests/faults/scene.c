#include "scene.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIDDEN_PREFIX ".perch-"
#define SUBFOLDER     "folder"

static const char old_content[] = "the old file\n";

enum { BODY_MAX = 1 << 20, LARGE_PIECE = 90000 };

static char body[BODY_MAX];        /* the new file's content */
static char message[2 * BODY_MAX]; /* head and framed body */

/* ---- The list ---- */

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
    snprintf(scene->name, sizeof scene->name, "%s %s%s%s%s%s%s%s", scene->method,
             scene->had_old ? uploads ? "over an old file" : "" : "of a new file",
             uploads ? scene->chunked ? ", chunks" : ", length" : "",
             scene->piece_len >= LARGE_PIECE ? ", large" : "",
             scene->expects ? ", 100-continue" : "", kind_of(scene->without),
             scene->options[0] ? ", " : "", scene->options[0] ? scene->options[0] : "");
}

/* Chunks go into a folder below, so that both kinds of places are met. */
static struct scene upload(unsigned pieces, bool chunked, bool had_old)
{
    return (struct scene){
        .method = had_old == chunked ? "POST" : "PUT",
        .file = chunked ? SUBFOLDER "/file" : "file",
        .chunked = chunked,
        .had_old = had_old,
        .pieces = pieces,
        .piece_len = 700,
    };
}

unsigned scene_list(struct scene scenes[static SCENES_MAX], unsigned pieces)
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
    for (unsigned i = 0; i < 4; i++)
        scenes[count++] = (struct scene){
            .method = "DELETE",
            .file = i & 1 ? SUBFOLDER "/file" : "file",
            .had_old = true,
            .options = {i >> 1 & 1 ? "--durability=rename" : NULL},
        };
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
    return strcmp(scene->method, "DELETE") == 0 ? STATE_NONE : STATE_NEW;
}

/* ---- The request ---- */

static void fill_body(void)
{
    unsigned value = 12345;
    for (size_t i = 0; body[0] == '\0' && i < sizeof body; i++) {
        value = value * 1103515245 + 12345;
        body[i] = (char)('a' + (value >> 16) % 26);
    }
}

static void add(struct request *request, size_t *used, const char *end)
{
    request->pieces[request->count++] =
        (struct piece){message + *used, (size_t)(end - message) - *used};
    *used = (size_t)(end - message);
}

static char *put_piece(char *at, const struct scene *scene, unsigned index)
{
    if (scene->chunked)
        at += sprintf(at, "%zx\r\n", scene->piece_len);
    memcpy(at, body + index * scene->piece_len, scene->piece_len);
    at += scene->piece_len;
    return scene->chunked ? stpcpy(at, "\r\n") : at;
}

const struct request *scene_request(const struct scene *scene)
{
    static struct request request;
    size_t used = 0;
    fill_body();
    request.count = 0;
    char *at = message +
               sprintf(message, "%s /files/%s HTTP/1.1\r\nHost: x\r\n", scene->method, scene->file);
    if (scene->chunked)
        at = stpcpy(at, "Transfer-Encoding: chunked\r\n");
    else if (scene->pieces)
        at += sprintf(at, "Content-Length: %zu\r\n", scene->pieces * scene->piece_len);
    at = stpcpy(at, scene->expects ? "Expect: 100-continue\r\n\r\n" : "\r\n");
    add(&request, &used, at);
    for (unsigned i = 0; i < scene->pieces; i++) {
        at = put_piece(at, scene, i);
        add(&request, &used, at);
    }
    if (scene->chunked)
        add(&request, &used, stpcpy(at, "0\r\n\r\n"));
    return &request;
}

/* ---- The folder ---- */

static DIR *open_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        err(2, "%s", path);
    return folder;
}

static const char *next_name(DIR *folder)
{
    const struct dirent *entry = readdir(folder); /* cppcheck-suppress readdirCalled */
    return entry ? entry->d_name : NULL;
}

static bool is_hidden(const char *name)
{
    return strncmp(name, HIDDEN_PREFIX, sizeof HIDDEN_PREFIX - 1) == 0;
}

static void empty(const char *path)
{
    DIR *folder = open_folder(path);
    for (const char *name; (name = next_name(folder));)
        if (name[0] != '.' || is_hidden(name))
            unlinkat(dirfd(folder), name, 0);
    closedir(folder);
}

void scene_set_up(const struct scene *scene)
{
    if (mkdir(SUBFOLDER, 0777) != 0 && errno != EEXIST)
        err(2, SUBFOLDER);
    empty(".");
    empty(SUBFOLDER);
    if (!scene->had_old)
        return;
    int fd = open(scene->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, old_content, sizeof old_content - 1) < 0 || close(fd) != 0)
        err(2, "%s", scene->file);
}

static enum state state_of(const struct scene *scene)
{
    static char content[BODY_MAX + 1];
    int fd = open(scene->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? STATE_NONE : STATE_OTHER;
    ssize_t len = read(fd, content, sizeof content);
    close(fd);
    if (len == (ssize_t)sizeof old_content - 1 && memcmp(content, old_content, (size_t)len) == 0)
        return STATE_OLD;
    if (len == (ssize_t)(scene->pieces * scene->piece_len) &&
        memcmp(content, body, (size_t)len) == 0)
        return STATE_NEW;
    return STATE_OTHER;
}

static void look_into(const char *path, const char *file, struct sight *sight)
{
    DIR *folder = open_folder(path);
    for (const char *name; (name = next_name(folder));) {
        bool belongs = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                       strcmp(name, SUBFOLDER) == 0 || (file && strcmp(name, file) == 0);
        sight->hidden += is_hidden(name);
        sight->others += !belongs && !is_hidden(name);
    }
    closedir(folder);
}

struct sight scene_look(const struct scene *scene)
{
    const char *slash = strchr(scene->file, '/');
    struct sight sight = {.state = state_of(scene)};
    look_into(".", slash ? NULL : scene->file, &sight);
    look_into(SUBFOLDER, slash ? slash + 1 : NULL, &sight);
    return sight;
}
