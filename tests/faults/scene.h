/*
 * What is done to a served folder while something goes wrong: one request, in pieces, and how the
 * folder stands before and after.
 */
#ifndef PERCH_FAULTS_SCENE_H
#define PERCH_FAULTS_SCENE_H

#include "trace.h"

#include <stdbool.h>
#include <stddef.h>

enum { OPTIONS_MAX = 8, SCENE_NAME_MAX = 128, SCENES_MAX = 128 };

struct scene {
    char name[SCENE_NAME_MAX];
    const char *method;
    const char *file; /* below the folder */
    bool chunked;
    bool had_old;     /* the file is there before */
    bool expects;     /* Expect: 100-continue */
    unsigned without; /* what the file system can't do: WITHOUT_... */
    unsigned pieces;  /* of the body, each read by itself */
    size_t piece_len;
    const char *options[OPTIONS_MAX]; /* perch's, up to a NULL */
};

/* How the served name stands. */
enum state { STATE_NONE, STATE_OLD, STATE_NEW, STATE_OTHER };

/* What is in the folder. */
struct sight {
    enum state state;
    unsigned others; /* names that have no business there, hidden ones aside */
    unsigned hidden; /* names that begin as the store's own do */
};

/* All scenes, each body in that many pieces. Returns how many there are. */
unsigned scene_list(struct scene scenes[static SCENES_MAX], unsigned pieces);

/* The current folder as it stands before the scene. */
void scene_set_up(const struct scene *scene);

/* The request of the scene; stands until the next call. */
const struct request *scene_request(const struct scene *scene);

/* Looks at the current folder. */
struct sight scene_look(const struct scene *scene);

/* How the file shall stand if all goes well, and if it does not. */
enum state scene_goal(const struct scene *scene);
enum state scene_start(const struct scene *scene);

#endif
