/*
 * The served folder, which is the current one: as it stands before a scene, and what is in it
 * after.
 */
#ifndef PERCH_FAULTS_FOLDER_H
#define PERCH_FAULTS_FOLDER_H

#include "scene.h"

/* What is in the folder. */
struct sight {
    enum state state;
    unsigned others; /* names that have no business there, hidden ones aside */
    unsigned hidden; /* names that begin as the store's own do */
};

/* Makes it as it stands before the scene. */
void folder_set_up(const struct scene *scene);

struct sight folder_look(const struct scene *scene);

/* Keeps the hidden files that are there now, for folder_set_up() to put them there again where the
 * scene has a first part. */
void folder_keep_hidden(void);

/* The token of the resumable upload that is there; false where there is none. */
bool folder_token(char token[static TOKEN_LEN + 1]);

#endif
