/*
 * The requests of the scenes. Each stands until the next one is made.
 */
#ifndef PERCH_FAULTS_MESSAGE_H
#define PERCH_FAULTS_MESSAGE_H

#include "scene.h"
#include "trace.h"

#include <stddef.h>

enum { MESSAGE_BODY_MAX = 1 << 20 };

/* The new file's content, as much of it as a scene takes. */
const char *message_body(void);

/* What the scene is about. */
const struct request *message_of(const struct scene *scene);

/* Asks how far an upload came. */
const struct request *message_state(const char *token);

/* The rest of the scene's body from there on. */
const struct request *message_rest(const struct scene *scene, const char *token, size_t offset);

#endif
