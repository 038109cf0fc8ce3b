#include "os/partial.h"

#include "base/diag.h"
#include "bounds.h"
#include "os/clock.h"
#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATE_MODE = 0600 };

struct span partial_token(const struct partial *partial)
{
    return (struct span){partial->name + sizeof PARTIAL_PREFIX - 1, RANDOM_NAME_LEN};
}

static void set_name(struct partial *partial, struct span token)
{
    memcpy(partial->name, PARTIAL_PREFIX, sizeof PARTIAL_PREFIX - 1);
    memcpy(partial->name + sizeof PARTIAL_PREFIX - 1, token.at, RANDOM_NAME_LEN);
    partial->name[sizeof partial->name - 1] = '\0';
}

/* ---- The state ---- */

static int write_to(int fd, struct span text, const char *name)
{
    return whole_write(fd, text) != 0 ? place_failed("write", name) : 0;
}

static int sync_descriptor(int fd, const char *name)
{
    return whole_sync(fd) != 0 ? place_failed("fsync", name) : 0;
}

static int sync_names(const struct store *store, struct partial *partial)
{
    int status = sync_descriptor(store->folder, "the served folder");
    if (status == 0 && partial->has_upload)
        status = place_sync(&partial->upload.place);
    partial->names_synced = status == 0;
    return status;
}

/* Over its beginning, through a descriptor of its own, which starts there. */
static int write_progress(const struct store *store, struct partial *partial)
{
    char progress[UPLOAD_STATE_PROGRESS_LEN];
    int fd = openat(store->folder, partial->name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return place_failed("open", partial->name);
    upload_state_write_progress(&partial->state, progress);
    int status = write_to(fd, (struct span){progress, sizeof progress}, partial->name);
    if (status == 0 && store->durable)
        status = sync_descriptor(fd, partial->name);
    close(fd);
    return status;
}

int partial_save(const struct store *store, struct partial *partial)
{
    int status = 0;
    if (store->durable && partial->has_upload)
        status = upload_sync(&partial->upload);
    if (status != 0)
        return status;
    partial->state.offset = partial->offset;
    status = write_progress(store, partial);
    if (status == 0 && store->durable && !partial->names_synced)
        status = sync_names(store, partial);
    partial->left_s = LEFTOVER_SECONDS;
    return status;
}

static int read_state(struct partial *partial)
{
    long len = whole_read(partial->fd, partial->text, sizeof partial->text);
    if (len < 0)
        return place_failed("read", partial->name);
    if (!upload_state_read(&partial->state, (struct span){partial->text, (size_t)len}))
        return S_NOT_FOUND;
    partial->offset = partial->state.offset;
    return 0;
}

/* ---- Turns ---- */

bool partial_is_wanted(const void *context)
{
    const struct partial *partial = context;
    struct stat facts;
    return place_stat(partial->fd, &facts) == 0 && facts.st_size != partial->size;
}

static bool lock(const struct partial *partial)
{
    return flock(partial->fd, LOCK_EX | LOCK_NB) == 0;
}

static void want(const struct store *store, const struct partial *partial)
{
    int fd = openat(store->folder, partial->name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    write_to(fd, SPAN("!"), partial->name);
    close(fd);
}

/* S_UNAVAILABLE where whoever has it does not let go in time. Where there are no locks nobody gets
 * it: two who write to one upload at a time would spoil it. */
static int take_turn(const struct store *store, const struct partial *partial)
{
    int64_t deadline = DEADLINE_NEVER;
    while (!lock(partial)) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return place_failed("lock", partial->name);
        if (deadline == DEADLINE_NEVER) {
            want(store, partial);
            deadline = deadline_in(PARTIAL_TURN_MS);
        }
        if (clock_ms() > deadline)
            return S_UNAVAILABLE;
        poll(NULL, 0, PARTIAL_LOOK_MS);
    }
    return 0;
}

/* ---- Beginning ---- */

static int create_state(const struct store *store, struct partial *partial)
{
    char token[RANDOM_NAME_LEN];
    random_name(token);
    set_name(partial, (struct span){token, sizeof token});
    partial->fd = openat(store->folder, partial->name,
                         O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, STATE_MODE);
    if (partial->fd >= 0) {
        flock(partial->fd, LOCK_EX);
        return 0;
    }
    if (errno == EACCES || errno == EPERM || errno == EROFS)
        return S_NOT_IMPLEMENTED;
    return place_failed("create", partial->name);
}

static void end_state(const struct store *store, struct partial *partial, bool removes)
{
    if (removes && unlinkat(store->folder, partial->name, 0) != 0 && errno != ENOENT)
        diag_warn("unlink %s: %s; perch --sweep will do it", partial->name, strerror(errno));
    close(partial->fd);
}

int partial_begin(const struct store *store, const char *path, enum method method,
                  const struct fields *fields, const struct precondition *precondition,
                  struct partial *partial)
{
    int status = create_state(store, partial);
    if (status != 0)
        return status;
    partial->state.offset = partial->offset = 0;
    partial->state.complete = false;
    partial->state.method = method;
    partial->names_synced = false;
    partial->has_upload = true;
    partial->left_s = LEFTOVER_SECONDS;
    size_t len = upload_state_write(&partial->state, path, fields, partial->text);
    partial->size = (int64_t)len;
    status = write_to(partial->fd, (struct span){partial->text, len}, partial->name);
    if (status == 0)
        status =
            upload_begin_as(store, path, precondition, partial_token(partial).at, &partial->upload);
    if (status != 0)
        end_state(store, partial, true);
    return status;
}

/* ---- Finding ---- */

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (span_hex_value(text.at[i]) < 0 || (text.at[i] >= 'A' && text.at[i] <= 'F'))
            return false;
    return text.len == RANDOM_NAME_LEN;
}

/* S_NOT_FOUND: it was removed while its lock was waited for, or is too old. */
static int look(struct partial *partial)
{
    struct stat facts;
    if (place_stat(partial->fd, &facts) != 0)
        return place_failed("stat", partial->name);
    partial->size = facts.st_size;
    partial->left_s = LEFTOVER_SECONDS - (clock_seconds() - facts.st_mtim.tv_sec);
    bool is_there = S_ISREG(facts.st_mode) && facts.st_nlink != 0 && partial->left_s > 0;
    return is_there ? 0 : S_NOT_FOUND;
}

/* What came of it; where that is lost, the state is of no use any more. */
static int find_upload(const struct store *store, struct partial *partial)
{
    partial->has_upload = !partial->state.complete;
    return partial->state.complete
               ? 0
               : upload_find(store, partial->state.path.text, partial_token(partial).at,
                             partial->offset, &partial->upload);
}

int partial_find(const struct store *store, struct span token, struct partial *partial)
{
    if (!is_token(token))
        return S_NOT_FOUND;
    set_name(partial, token);
    partial->names_synced = false;
    partial->fd =
        openat(store->folder, partial->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (partial->fd < 0)
        return place_is_nothing(errno) ? S_NOT_FOUND : place_failed("open", partial->name);
    int status = take_turn(store, partial);
    if (status == 0)
        status = look(partial);
    if (status == 0)
        status = read_state(partial);
    if (status == 0)
        status = find_upload(store, partial);
    if (status != 0)
        end_state(store, partial, status == S_NOT_FOUND);
    return status;
}

/* ---- Going on ---- */

int partial_go_on(struct partial *partial)
{
    return upload_cut(&partial->upload, partial->offset);
}

int partial_write(const struct store *store, struct partial *partial, struct span piece,
                  bool *stepped)
{
    int status = upload_write(&partial->upload, piece);
    *stepped = false;
    if (status != 0)
        return status;
    partial->offset += piece.len;
    *stepped = partial->offset - partial->state.offset >= PARTIAL_STEP;
    return *stepped ? partial_save(store, partial) : 0;
}

/* ---- Ending ---- */

int partial_publish(const struct store *store, struct partial *partial, bool keep,
                    struct file *file, bool *replaced)
{
    int status = upload_publish(store, &partial->upload, file, replaced);
    upload_drop_former(&partial->upload);
    partial->has_upload = false;
    partial->state.complete = true;
    /* The file is published: that its client may not be able to ask for that is no failure. */
    bool kept = status == 0 && keep && partial_save(store, partial) == 0;
    end_state(store, partial, !kept);
    return status;
}

void partial_leave(struct partial *partial)
{
    if (partial->has_upload)
        upload_leave(&partial->upload);
    close(partial->fd);
}

void partial_remove(const struct store *store, struct partial *partial)
{
    if (partial->has_upload)
        upload_abandon(&partial->upload);
    end_state(store, partial, true);
}
