/*
 * What an upload in one request and one in several have in common: the conditions of the request
 * that began it, and the reply once it is stored.
 */
#ifndef PERCH_SERVE_STORING_H
#define PERCH_SERVE_STORING_H

#include "serve/exchange.h"

/* The conditions of a request (RFC 9110 §13), as the store wants them. */
struct storing_conditions {
    struct precondition precondition;
    const struct fields *fields;
    enum method method;
};

/* Fills the room in; NULL where there are no conditions. Room and fields must stay. */
const struct precondition *storing_conditions(struct storing_conditions *room,
                                              const struct fields *fields, enum method method);

/* 201 or 204, with the new file's Location and ETag; method is that of the request that began. */
void storing_reply(struct exchange *exchange, enum method method, bool replaced,
                   const struct file *file, const char *path);

#endif
