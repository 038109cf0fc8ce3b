#include "launch/identity.h"

#include <string.h>
#include <sys/stat.h>

/* A file that is not there has the identity of none. */
static bool take_facts(struct identity *identity, unsigned i)
{
    struct stat facts;
    memset(&facts, 0, sizeof facts);
    (void)stat(identity->at[i].path, &facts);
    bool changed = identity->at[i].device != facts.st_dev ||
                   identity->at[i].inode != facts.st_ino || identity->at[i].size != facts.st_size ||
                   identity->at[i].changed.tv_sec != facts.st_ctim.tv_sec ||
                   identity->at[i].changed.tv_nsec != facts.st_ctim.tv_nsec;
    identity->at[i].device = facts.st_dev;
    identity->at[i].inode = facts.st_ino;
    identity->at[i].size = facts.st_size;
    identity->at[i].changed = facts.st_ctim;
    return changed;
}

static void watch(struct identity *identity, const char *path)
{
    struct stat facts;
    if (identity->count == IDENTITY_FILES_MAX || stat(path, &facts) != 0 || !S_ISREG(facts.st_mode))
        return;
    identity->at[identity->count].path = path;
    take_facts(identity, identity->count++);
}

void identity_begin(struct identity *identity, const char *program, char *const argv[])
{
    watch(identity, program);
    for (unsigned i = 1; argv[i]; i++) {
        const char *value = strchr(argv[i], '=');
        watch(identity, strncmp(argv[i], "--", 2) == 0 && value ? value + 1 : argv[i]);
    }
}

bool identity_changed(struct identity *identity)
{
    bool changed = false;
    for (unsigned i = 0; i < identity->count; i++)
        if (take_facts(identity, i))
            changed = true;
    return changed;
}
