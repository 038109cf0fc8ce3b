#include "os/types.h"

#include "base/forget.h"
#include "base/rare.h"
#include "http/media_type.h"
#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* One octet more than there may be, so that a file that is too long is seen to be. Pages that the
 * table doesn't fill, and all of them without --types, cost nothing. */
static RARE char list[TYPES_BYTES_MAX + 1];
static size_t list_len;

/* The answers to the endings that were asked for last, or the lack of one: going through the whole
 * table takes longer than serving a small file. */
enum { REMEMBERED = 16, ENDING_MAX = 16 };
static RARE struct remembered {
    char ending[ENDING_MAX];
    char type[CONTENT_TYPE_MAX];
    size_t ending_len, type_len;
} remembered[REMEMBERED];

static const char *read_list(int fd)
{
    long len = whole_read(fd, list, sizeof list);
    if (len < 0)
        return strerror(errno);
    if (len > TYPES_BYTES_MAX)
        return "it is larger than " BOUND_TEXT(TYPES_BYTES_MAX) " bytes";
    list_len = (size_t)len;
    return NULL;
}

const char *types_read(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return strerror(errno);
    const char *wrong = read_list(fd);
    close(fd);
    return wrong;
}

static void look_up(struct remembered *slot, struct span ending)
{
    struct span type = media_type_find((struct span){list, list_len}, ending);
    forget_later(remembered, sizeof remembered);
    memcpy(slot->ending, ending.at, ending.len);
    slot->ending_len = ending.len;
    slot->type_len = (size_t)(media_type_write(slot->type, type) - slot->type);
}

/* FNV-1a; what it is for has no enemies: at worst two endings take turns. */
static unsigned slot_of(struct span ending)
{
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < ending.len; i++)
        sum = (sum ^ (unsigned char)ending.at[i]) * 16777619U;
    return sum % REMEMBERED;
}

struct span types_find(struct span path)
{
    struct span ending = media_type_ending(path);
    if (list_len == 0 || ending.len == 0 || ending.len > ENDING_MAX)
        return (struct span){NULL, 0};
    struct remembered *slot = &remembered[slot_of(ending)];
    if (!span_equal(ending, (struct span){slot->ending, slot->ending_len}))
        look_up(slot, ending);
    return (struct span){slot->type, slot->type_len};
}
