#include "folder.h"

#include "message.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIDDEN_PREFIX ".perch-"
#define UPLOAD_PREFIX HIDDEN_PREFIX "upload-"

static const char old_content[] = "the old file\n";

enum { KEPT_MAX = 4, KEPT_LEN = 1 << 16 };

static struct kept {
    char path[300];
    char content[KEPT_LEN];
    size_t len;
} kept[KEPT_MAX];
static unsigned kept_count;

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

static void put_file(const char *path, const char *content, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, content, len) != (ssize_t)len || close(fd) != 0)
        err(2, "%s", path);
}

void folder_set_up(const struct scene *scene)
{
    if (mkdir(SCENE_SUBFOLDER, 0777) != 0 && errno != EEXIST)
        err(2, SCENE_SUBFOLDER);
    empty(".");
    empty(SCENE_SUBFOLDER);
    if (scene->had_old)
        put_file(scene->file, old_content, sizeof old_content - 1);
    if (scene->part != PART_GO_ON && scene->part != PART_CANCEL)
        return;
    for (unsigned i = 0; i < kept_count; i++) {
        if (scene->torn && !strstr(kept[i].path, UPLOAD_PREFIX))
            memcpy(kept[i].content + kept[i].len, "torn", 4);
        put_file(kept[i].path, kept[i].content,
                 kept[i].len + (scene->torn && !strstr(kept[i].path, UPLOAD_PREFIX) ? 4 : 0));
    }
}

static enum state state_of(const struct scene *scene)
{
    static char content[MESSAGE_BODY_MAX + 1];
    int fd = open(scene->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? STATE_NONE : STATE_OTHER;
    ssize_t len = read(fd, content, sizeof content);
    close(fd);
    if (len == (ssize_t)sizeof old_content - 1 && memcmp(content, old_content, (size_t)len) == 0)
        return STATE_OLD;
    if (len == (ssize_t)(scene->pieces * scene->piece_len) &&
        memcmp(content, message_body(), (size_t)len) == 0)
        return STATE_NEW;
    return STATE_OTHER;
}

static void look_into(const char *path, const char *file, struct sight *sight)
{
    DIR *folder = open_folder(path);
    for (const char *name; (name = next_name(folder));) {
        bool belongs = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                       strcmp(name, SCENE_SUBFOLDER) == 0 || (file && strcmp(name, file) == 0);
        sight->hidden += is_hidden(name);
        sight->others += !belongs && !is_hidden(name);
    }
    closedir(folder);
}

struct sight folder_look(const struct scene *scene)
{
    const char *slash = strchr(scene->file, '/');
    struct sight sight = {.state = state_of(scene)};
    look_into(".", slash ? NULL : scene->file, &sight);
    look_into(SCENE_SUBFOLDER, slash ? slash + 1 : NULL, &sight);
    return sight;
}

/* ---- Resumable uploads ---- */

static void keep(const char *path, const char *name)
{
    struct kept *one = &kept[kept_count++];
    snprintf(one->path, sizeof one->path, "%s/%s", path, name);
    int fd = open(one->path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, one->content, KEPT_LEN - 4);
    if (len < 0 || close(fd) != 0)
        err(2, "%s", one->path);
    one->len = (size_t)len;
}

void folder_keep_hidden(void)
{
    static const char *const paths[] = {".", SCENE_SUBFOLDER};
    kept_count = 0;
    for (unsigned i = 0; i < 2; i++) {
        DIR *folder = open_folder(paths[i]);
        for (const char *name; (name = next_name(folder));)
            if (is_hidden(name) && kept_count < KEPT_MAX)
                keep(paths[i], name);
        closedir(folder);
    }
}

bool folder_token(char token[static TOKEN_LEN + 1])
{
    bool found = false;
    DIR *folder = open_folder(".");
    for (const char *name; (name = next_name(folder));)
        if (strncmp(name, UPLOAD_PREFIX, sizeof UPLOAD_PREFIX - 1) == 0) {
            snprintf(token, TOKEN_LEN + 1, "%s", name + sizeof UPLOAD_PREFIX - 1);
            found = true;
        }
    closedir(folder);
    return found;
}
