/*
 * Uploads that outlive their connection: what came so far, in a hidden file in the folder that it
 * will stand in, and its state (upload_state.h) in another in the served folder itself. Both bear
 * the upload's token in their names, which nobody can guess; any later process on any machine that
 * shares the folder can go on.
 *
 * One process at a time has an upload: a lock on its state says which. Who wants it while another
 * has it makes the state's file longer; who has it looks every now and then, and lets go.
 *
 * What the state says has come is on stable storage, where store->durable says so. An upload that
 * nobody has written to for LEFTOVER_SECONDS is gone.
 *
 * Functions return 0, or the status that says why not; the log is told the call and the path.
 */
#ifndef PERCH_OS_PARTIAL_H
#define PERCH_OS_PARTIAL_H

#include "http/upload_state.h"
#include "os/random.h"
#include "os/upload.h"

#define PARTIAL_PREFIX HIDDEN_PREFIX "upload-"

struct partial {
    struct upload upload;
    bool has_upload;   /* false where it is complete */
    int fd;            /* of the state, locked */
    bool names_synced; /* the names of both files are on stable storage */
    uint64_t offset;   /* octets that came; state.offset of them are safe */
    int64_t size;      /* of the state's file, while nobody else wants it */
    int64_t left_s;    /* seconds until it is gone */
    char name[sizeof PARTIAL_PREFIX + RANDOM_NAME_LEN]; /* of the state */
    char text[UPLOAD_STATE_MAX];                        /* that the state's spans point into */
    struct upload_state state;
};

/* The upload's token: RANDOM_NAME_LEN octets. */
struct span partial_token(const struct partial *partial);

/*
 * Begins one, for a request of this method with these fields, to a path that must stay.
 * state.length and state.has_length are the caller's to set before. S_NOT_IMPLEMENTED, and nothing
 * in the log, where the served folder itself can't be written to: there are no such uploads then.
 */
int partial_begin(const struct store *store, const char *path, enum method method,
                  const struct fields *fields, const struct precondition *precondition,
                  struct partial *partial);

/* Finds one by its token, taking it from whoever has it. S_NOT_FOUND: there is none, or no more.
 * S_UNAVAILABLE: whoever has it does not let go. upload.precondition is NULL; the caller, who can
 * read state.fields now, may set another. */
int partial_find(const struct store *store, struct span token, struct partial *partial);

/* Whether another process wants it. For body_watch(). */
bool partial_is_wanted(const void *partial);

/* Leaves nothing of an upload that was found but what is safe; to be called before partial_write().
 */
int partial_go_on(struct partial *partial);

/* Appends to it, and makes what came safe every PARTIAL_STEP octets: *stepped says whether it did
 * now. */
int partial_write(const struct store *store, struct partial *partial, struct span piece,
                  bool *stepped);

/* Writes the state; what came is safe then. */
int partial_save(const struct store *store, struct partial *partial);

/* Ends it by publishing it, as upload_publish() does. Where keep is true and that went well, its
 * state stays for a while, and says that it is complete. */
int partial_publish(const struct store *store, struct partial *partial, bool keep,
                    struct file *file, bool *replaced);

/* Lets go of it: it can be found again. */
void partial_leave(struct partial *partial);

/* Ends it; nothing of it remains. */
void partial_remove(const struct store *store, struct partial *partial);

#endif
