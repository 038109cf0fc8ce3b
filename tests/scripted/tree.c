#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name that was there at the beginning. */
struct name {
    char *path;
    mode_t mode;
    struct span content; /* of a regular file; of a symbolic link, where it leads */
    ino_t inode;
    struct timespec changed;
};

enum { FOLDERS_OPEN = 16 };

static struct name names[TREE_NAMES];
static size_t name_count;
static char root[PATH_MAX];
static void (*on_name)(const char *path, const struct stat *facts);

static void give_up(const char *what)
{
    perror(what);
    abort();
}

static const char *whole(const char *path)
{
    static char full[2 * PATH_MAX];
    snprintf(full, sizeof full, "%s/%s", root, path);
    return full;
}

/* Of a regular file or a symbolic link; stands until the next call. */
static struct span content_of(const char *path, const struct stat *facts)
{
    static char content[1 << 22];
    ssize_t len = 0;
    if (S_ISLNK(facts->st_mode)) {
        len = readlink(whole(path), content, sizeof content);
    } else if (S_ISREG(facts->st_mode)) {
        int fd = open(whole(path), O_RDONLY | O_CLOEXEC);
        len = fd < 0 ? -1 : read(fd, content, sizeof content);
        close(fd);
    }
    if (len < 0 || len == sizeof content)
        give_up(path);
    return (struct span){content, (size_t)len};
}

static int visit_name(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    if (type == FTW_DNR || type == FTW_NS)
        give_up(path);
    if (where->level > 0)
        on_name(path + strlen(root) + 1, facts);
    return 0;
}

/* A folder comes before what is in it. */
static void walk_all(void (*on_each)(const char *path, const struct stat *facts))
{
    on_name = on_each;
    if (nftw(root, visit_name, FOLDERS_OPEN, FTW_PHYS) != 0)
        give_up(root);
}

/* ---- Remembering ---- */

static void remember(const char *path, const struct stat *facts)
{
    if (name_count == TREE_NAMES)
        give_up("more names than TREE_NAMES");
    struct span content = content_of(path, facts);
    struct name *name = &names[name_count++];
    *name = (struct name){
        strdup(path), facts->st_mode, {NULL, content.len}, facts->st_ino, facts->st_ctim};
    name->content.at = memcpy(malloc(content.len + 1), content.at, content.len);
}

void tree_remember(const char *folder)
{
    snprintf(root, sizeof root, "%s", folder);
    walk_all(remember);
}

/* ---- Comparing ---- */

uint64_t tree_digest_of(uint64_t digest, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        digest = (digest ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
    return digest;
}

static uint64_t digest_sum;

/* A sum: the order in which a folder lists its names says nothing. */
static void add_to_digest(const char *path, const struct stat *facts)
{
    uint64_t digest = tree_digest_of(TREE_DIGEST_BEGIN, (struct span){path, strlen(path) + 1});
    digest =
        tree_digest_of(digest, (struct span){(const char *)&facts->st_mode, sizeof facts->st_mode});
    digest_sum += tree_digest_of(digest, content_of(path, facts));
}

uint64_t tree_digest(void)
{
    digest_sum = 0;
    walk_all(add_to_digest);
    return digest_sum;
}

static tree_visitor *file_visitor;

static void visit_file(const char *path, const struct stat *facts)
{
    if (S_ISREG(facts->st_mode))
        file_visitor(path, content_of(path, facts));
}

void tree_visit_files(tree_visitor *visit)
{
    file_visitor = visit;
    walk_all(visit_file);
}

/* ---- Putting back ---- */

static struct name *find(const char *path)
{
    for (struct name *name = names; name < names + name_count; name++)
        if (strcmp(name->path, path) == 0)
            return name;
    return NULL;
}

/* Nothing here makes folders, so none has to be removed. */
static void remove_strange(const char *path, const struct stat *facts)
{
    (void)facts;
    if (!find(path) && unlink(whole(path)) != 0)
        give_up(path);
}

static bool is_as_it_was(const struct name *name, const struct stat *facts)
{
    return facts->st_ino == name->inode && facts->st_ctim.tv_sec == name->changed.tv_sec &&
           facts->st_ctim.tv_nsec == name->changed.tv_nsec;
}

static void put_back(struct name *name)
{
    struct stat facts;
    const char *path = whole(name->path);
    if (!S_ISREG(name->mode) || (lstat(path, &facts) == 0 && is_as_it_was(name, &facts)))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, name->mode & 07777);
    if (fd < 0 || write(fd, name->content.at, name->content.len) != (ssize_t)name->content.len ||
        fstat(fd, &facts) != 0)
        give_up(path);
    close(fd);
    lstat(path, &facts);
    name->inode = facts.st_ino;
    name->changed = facts.st_ctim;
}

void tree_restore(void)
{
    walk_all(remove_strange);
    for (size_t i = 0; i < name_count; i++)
        put_back(&names[i]);
}

static int remove_name(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    (void)facts, (void)type, (void)where;
    return remove(path);
}

void tree_remove(void)
{
    if (nftw(root, remove_name, FOLDERS_OPEN, FTW_PHYS | FTW_DEPTH) != 0)
        give_up(root);
}
