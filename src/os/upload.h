/*
 * Uploads: written aside, published whole.
 *
 * A body is written aside (aside.h) in the folder that it will stand in, synced, and only then
 * linked or renamed to its name: a reader sees the old file or the new one, whole. Only a regular
 * file is replaced. Every failure leaves what was there before, and nothing beside it.
 *
 * Functions return 0, or the status that says why not; the log is told the call and the path.
 */
#ifndef PERCH_OS_UPLOAD_H
#define PERCH_OS_UPLOAD_H

#include "base/span.h"
#include "os/aside.h"
#include "os/place.h"
#include "os/store.h"

#include <stdbool.h>
#include <stdint.h>

/* An upload that is not published yet. */
struct upload {
    struct aside aside;
    struct place place;
    const struct precondition *precondition; /* NULL: none */
    bool was_taken;                          /* the name, when it was looked at first */
    int former;        /* the file that was replaced, where there is much of it to free; or -1 */
    bool is_here;      /* nothing is waited for until it is published */
    bool is_durable;   /* it will be synced */
    uint64_t at;       /* octets that it has */
    uint64_t flushed;  /* of these so many were given to the disk, or need not be */
    uint64_t reserved; /* so many have room, once upload_reserve() was told of them */
    uint64_t end; /* octets that it will have; 0: that is not known, or nothing can be reserved */
    const char *why; /* after a failure: what stands in the way, a string that stays; or NULL */
};

/* Begins an upload to a path. Path and precondition, which may be NULL, must stay until the upload
 * is published or abandoned. A precondition that does not hold refuses it here already. is_here:
 * all of it has been received, and is written and published at once. */
int upload_begin(const struct store *store, const char *path,
                 const struct precondition *precondition, bool is_here, struct upload *upload);

/* The same for an upload that can be found again by its token (aside_create()), also by another
 * process, once it was left. */
int upload_begin_as(const struct store *store, const char *path,
                    const struct precondition *precondition, const char *token,
                    struct upload *upload);

/* Finds it again; S_NOT_FOUND where it is not there any more, or has not so many octets. Whoever
 * does must see to it that nobody else does meanwhile. */
int upload_find(const struct store *store, const char *path, const char *token, uint64_t length,
                struct upload *upload);

/* Leaves no octets in an upload that was found but these first ones. What is written comes behind
 * them. */
int upload_cut(struct upload *upload, uint64_t length);

/* Makes what was written last. */
int upload_sync(struct upload *upload);

/*
 * Sets room aside for octets [from, from + length), which are to be written next, where the file
 * system can: a full disk is found before anything is sent. All of it at once where there was too
 * little when the store was opened; else a step of it, and the next ones as the octets come, so
 * that nobody holds much of a disk by announcing a lot. After a failure it can only be abandoned.
 */
int upload_reserve(const struct store *store, struct upload *upload, uint64_t from,
                   uint64_t length);

/* Appends to it. After a failure it can only be abandoned. */
int upload_write(struct upload *upload, struct span piece);

/*
 * Makes the upload the file of its name, in one step, and ends it in any case. *file tells of it
 * (without a descriptor), *replaced whether there was a file of that name before. The precondition
 * is judged once more, of what the name leads to then: of many that may only create a file, the
 * link itself lets one through. Where only the sync of the folder fails, that is a failure although
 * the name leads to the new file by then: nobody can tell which a power cut would leave.
 */
int upload_publish(const struct store *store, struct upload *upload, struct file *file,
                   bool *replaced);

/* Behind upload_publish(), once the client has its answer: lets the file that was replaced go. */
void upload_drop_former(struct upload *upload);

/* Ends the upload; nothing of it remains. */
void upload_abandon(struct upload *upload);

/* Lets go of an upload that can be found again. */
void upload_leave(struct upload *upload);

#endif
