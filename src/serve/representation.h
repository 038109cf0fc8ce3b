/*
 * How a resource that can be read is answered: the client's conditions, then its ranges, then the
 * representation, whole or in part (RFC 9110 §13.2, §14.2).
 *
 * Functions return 0, replied, or the status of an error reply.
 */
#ifndef PERCH_SERVE_REPRESENTATION_H
#define PERCH_SERVE_REPRESENTATION_H

#include "http/coding.h"
#include "http/validator.h"
#include "serve/exchange.h"

struct reply;

struct representation {
    struct file file; /* its octets; the descriptor stays the caller's */
    struct span type;
    bool is_typed; /* a table knows its type */
    enum coding coding;
    bool codes_as_it_goes; /* into that coding, while it is sent: of no length that is known */
    struct validators validators;
};

/* A file, or ranges of it. */
int representation_file(struct exchange *exchange, const struct representation *chosen);

/* text/plain in the coding that the client likes best, or 406. The text may be up to HEAD_MAX
 * octets. */
int representation_text(struct exchange *exchange, struct span text);

/* Nothing, successfully. */
int representation_empty(struct exchange *exchange);

/*
 * Whether the client's conditions let a representation be sent that has no validators: it is made
 * for each request. Where they don't, *status is what the handler returns; 304 takes from the full
 * reply what caches are told.
 */
bool representation_is_wanted(struct exchange *exchange, const struct reply *full, int *status);

/* The validators of a file as it is stored, or, where coding is not empty, coded on its way. */
void representation_validators(struct validators *validators, const struct file *file,
                               struct span coding);

#endif
