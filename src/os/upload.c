#include "os/upload.h"

#include "os/whole.h"

#include "bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Failures ---- */

static int conflict(struct upload *upload, const char *why)
{
    upload->why = why;
    return S_CONFLICT;
}

static int failed(struct upload *upload, const char *call)
{
    int status = place_failed(call, upload->place.path);
    if (status == S_CONFLICT)
        upload->why = "the name belongs to something that is no regular file";
    else if (status == S_BAD_REQUEST)
        upload->why = "the file system does not take this name; give a shorter or plainer one";
    else if (status == S_UNAVAILABLE)
        upload->why = "the server has too many files open or no memory; send the request again";
    return status;
}

/* Of a call that needs the folder to be there. */
static int failed_in_folder(struct upload *upload, const char *call)
{
    if (place_is_nothing(errno) && errno != ENAMETOOLONG)
        return conflict(upload, "the folder that this file would be in does not exist");
    return failed(upload, call);
}

/* ---- Writing aside ---- */

/* 0, or the status where the name is taken by what can't, or must not, be replaced. */
static int check_target(struct upload *upload, bool *taken)
{
    struct stat facts;
    *taken = fstatat(upload->place.folder, upload->place.name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*taken && errno != ENOENT)
        return failed_in_folder(upload, "stat");
    if (*taken && !S_ISREG(facts.st_mode))
        return conflict(upload, "the name belongs to something that is no regular file");
    return place_judge(upload->precondition, *taken ? &facts : NULL);
}

static int open_place(const struct store *store, const char *path,
                      const struct precondition *precondition, struct upload *upload)
{
    upload->precondition = precondition;
    upload->was_taken = upload->is_here = false;
    upload->is_durable = store->durable;
    upload->at = upload->flushed = upload->reserved = upload->end = 0;
    upload->why = NULL;
    upload->former = -1;
    upload->place.path = path;
    return place_open(store, path, &upload->place) == 0
               ? 0
               : failed_in_folder(upload, "open the folder of");
}

/* Over an existing file, what is here takes a hidden name for a moment in any case; with one from
 * the start that moment is some microseconds longer, and of 4 KiB an eighth more are stored a
 * second (a sixth, one at a time). */
static int open_aside(struct upload *upload, const char *token)
{
    int folder = upload->place.folder;
    bool is_brief = upload->is_here && upload->was_taken && !upload->is_durable;
    return token || is_brief ? aside_create(&upload->aside, folder, token)
                             : aside_open(&upload->aside, folder);
}

static int begin(const struct store *store, const char *path,
                 const struct precondition *precondition, bool is_here, const char *token,
                 struct upload *upload)
{
    int status = open_place(store, path, precondition, upload);
    if (status != 0)
        return status;
    upload->is_here = is_here;
    status = check_target(upload, &upload->was_taken);
    if (status == 0) {
        if (open_aside(upload, token) == 0)
            return 0;
        status = failed_in_folder(upload, "create");
    }
    place_close(&upload->place);
    return status;
}

int upload_begin(const struct store *store, const char *path,
                 const struct precondition *precondition, bool is_here, struct upload *upload)
{
    return begin(store, path, precondition, is_here, NULL, upload);
}

int upload_begin_as(const struct store *store, const char *path,
                    const struct precondition *precondition, const char *token,
                    struct upload *upload)
{
    return begin(store, path, precondition, false, token, upload);
}

int upload_find(const struct store *store, const char *path, const char *token, uint64_t length,
                struct upload *upload)
{
    int status = open_place(store, path, NULL, upload);
    if (status != 0)
        return status == S_CONFLICT ? S_NOT_FOUND : status;
    upload->at = upload->flushed = length;
    if (aside_find(&upload->aside, upload->place.folder, token, length) == 0)
        return 0;
    status = place_is_nothing(errno) ? S_NOT_FOUND : failed(upload, "open what came of");
    place_close(&upload->place);
    return status;
}

/* The size stays what was written: only the room is taken. */
static int reserve_up_to(struct upload *upload, uint64_t end)
{
    off_t from = (off_t)upload->reserved, length = (off_t)(end - upload->reserved);
    int done;
    do
        done = fallocate(upload->aside.fd, FALLOC_FL_KEEP_SIZE, from, length);
    while (done != 0 && errno == EINTR);
    /* Where a file system has no such call, the disk will tell as it fills. */
    if (done != 0 && errno != EOPNOTSUPP && errno != ENOSYS)
        return failed(upload, "fallocate");
    upload->reserved = end;
    upload->end = done == 0 ? upload->end : 0;
    return 0;
}

/* How far room is set aside once there are so many octets. */
static uint64_t step_behind(const struct upload *upload, uint64_t at)
{
    return upload->end - at < RESERVE_STEP ? upload->end : at + RESERVE_STEP;
}

int upload_reserve(const struct store *store, struct upload *upload, uint64_t from, uint64_t length)
{
    bool is_scarce = length > store->free;
    upload->reserved = from;
    upload->end = from + length;
    return reserve_up_to(upload, is_scarce ? upload->end : step_behind(upload, from));
}

static int reserve_ahead(struct upload *upload, uint64_t at)
{
    if (at <= upload->reserved || upload->reserved >= upload->end)
        return 0;
    return reserve_up_to(upload, step_behind(upload, at));
}

/* A hint: what fails here, the sync will tell of. */
static void flush_behind(struct upload *upload)
{
    uint64_t from = upload->flushed;
    if (!upload->is_durable || upload->at - from < FLUSH_STEP)
        return;
    (void)sync_file_range(upload->aside.fd, (off_t)from, (off_t)(upload->at - from),
                          SYNC_FILE_RANGE_WRITE);
    upload->flushed = upload->at;
}

int upload_write(struct upload *upload, struct span piece)
{
    upload->at += piece.len;
    int status = reserve_ahead(upload, upload->at);
    if (status != 0)
        return status;
    if (whole_write(upload->aside.fd, piece) != 0)
        return failed(upload, "write");
    flush_behind(upload);
    return 0;
}

int upload_cut(struct upload *upload, uint64_t length)
{
    return aside_cut(&upload->aside, length) != 0 ? failed(upload, "cut what came of") : 0;
}

int upload_sync(struct upload *upload)
{
    return whole_sync(upload->aside.fd) != 0 ? failed(upload, "fsync") : 0;
}

/* ---- Publishing ---- */

/* What a file system tells only when a file is closed (NFS, quotas) it is asked before the file has
 * its name. */
static int close_first(struct upload *upload)
{
    return aside_finish(&upload->aside) != 0 ? failed(upload, "close") : 0;
}

/* Whoever holds it lets the rename leave the work of freeing it to the close. Only a gain: where it
 * can't be had, or is another by the time of the rename, nothing is lost. */
static void hold_former(struct upload *upload)
{
    if (upload->at >= FORMER_MIN && !upload->is_durable)
        upload->former = place_hold(&upload->place);
}

/* A name that had a file when the upload began has one still, most often. */
static int name_it(struct upload *upload, bool *replaced)
{
    int status = 0;
    *replaced = upload->was_taken;
    if (!upload->was_taken) {
        if (aside_link(&upload->aside, upload->place.name) == 0)
            return 0;
        if (errno != EEXIST && errno != ENOTSUP)
            return failed_in_folder(upload, "link");
    }
    if (!upload->was_taken || !upload->is_here)
        status = check_target(upload, replaced);
    if (status == 0 && *replaced)
        hold_former(upload);
    if (status == 0 && aside_replace(&upload->aside, upload->place.name) != 0)
        status = failed_in_folder(upload, "rename to");
    return status;
}

/* A name that was free is taken by the link alone: whoever comes second finds it taken, and is
 * judged by what has it. */
static int name_it_if(struct upload *upload, bool *replaced)
{
    const char *name = upload->place.name;
    for (;;) {
        int status = check_target(upload, replaced);
        if (status != 0)
            return status;
        if (*replaced && aside_replace(&upload->aside, name) != 0)
            return failed_in_folder(upload, "rename to");
        if (*replaced || aside_link(&upload->aside, name) == 0)
            return 0;
        if (errno != EEXIST)
            return failed_in_folder(upload, "link");
    }
}

static int publish(struct upload *upload, bool *replaced)
{
    if (!upload->precondition)
        return name_it(upload, replaced);
    int lock = place_lock(&upload->place);
    int status = name_it_if(upload, replaced);
    place_unlock(lock);
    return status;
}

int upload_publish(const struct store *store, struct upload *upload, struct file *file,
                   bool *replaced)
{
    struct stat facts;
    int status = store->durable ? upload_sync(upload) : close_first(upload);
    /* Before it has a name: behind that no failure but the folder's could be taken back. */
    if (status == 0 && aside_stat(&upload->aside, &facts) != 0)
        status = failed(upload, "stat");
    if (status == 0)
        status = publish(upload, replaced);
    if (status == 0 && store->durable)
        status = place_sync(&upload->place);
    if (status == 0)
        place_facts(file, &facts);
    upload_abandon(upload);
    return status;
}

void upload_drop_former(struct upload *upload)
{
    if (upload->former >= 0)
        close(upload->former);
    upload->former = -1;
}

void upload_abandon(struct upload *upload)
{
    aside_close(&upload->aside);
    place_close(&upload->place);
}

void upload_leave(struct upload *upload)
{
    aside_leave(&upload->aside);
    place_close(&upload->place);
}
