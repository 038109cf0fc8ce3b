/*
 * The scenes in which something goes wrong: one request each, in pieces, and how the served file
 * stands before and after.
 */
#ifndef PERCH_FAULTS_SCENE_H
#define PERCH_FAULTS_SCENE_H

#include "trace.h"

#include <stdbool.h>
#include <stddef.h>

#define SCENE_SUBFOLDER "folder" /* some files are in it */

enum { OPTIONS_MAX = 8, SCENE_NAME_MAX = 128, SCENES_MAX = 128, TOKEN_LEN = 32 };

/* What is done with a resumable upload. */
enum part {
    PART_NONE,   /* there is none */
    PART_FIRST,  /* its first part is sent: what makes the others possible */
    PART_BEGIN,  /* it is begun, and all of it sent */
    PART_GO_ON,  /* a first part is there, and the rest is sent */
    PART_CANCEL, /* a first part is there, and is not wanted any more */
};

struct scene {
    const char *method;
    const char *file;                 /* below the folder */
    const char *options[OPTIONS_MAX]; /* perch's, up to a NULL */
    size_t piece_len;
    unsigned pieces;  /* of the body, each read by itself */
    unsigned first;   /* of them, those that are there before */
    unsigned without; /* what the file system can't do: WITHOUT_... */
    enum part part;
    bool chunked;
    bool had_old; /* the file is there before */
    bool expects; /* Expect: 100-continue */
    bool torn;    /* more is there than was acknowledged */
    char name[SCENE_NAME_MAX];
    char token[TOKEN_LEN + 1]; /* of the upload that is there before */
};

/* How the served name stands. */
enum state { STATE_NONE, STATE_OLD, STATE_NEW, STATE_OTHER };

/* All scenes, each body in that many pieces. Returns how many there are. */
unsigned scene_list(struct scene scenes[static SCENES_MAX], unsigned pieces);

/* How the file shall stand if all goes well, and if it does not. */
enum state scene_goal(const struct scene *scene);
enum state scene_start(const struct scene *scene);

#endif
