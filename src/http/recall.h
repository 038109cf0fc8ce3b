/*
 * The head that was read last, remembered: on a kept connection a client says much the same again
 * and again. Where the octets are the same, so is what they say: then a head, or all of it behind
 * its request line, is compared and not read anew.
 *
 * Pure, like head.h, whose head_parse() this gives the same answers as, whatever was remembered.
 */
#ifndef PERCH_HTTP_RECALL_H
#define PERCH_HTTP_RECALL_H

#include "bounds.h"
#include "http/head.h"

/* Zeros: nothing is remembered. */
struct recall {
    size_t len;      /* of the head; 0: none */
    size_t line_len; /* of its request line, CRLF included */
    const char *at;  /* where it stood: there the spans point that came of it */
    enum method method;
    unsigned minor;
    struct span target;
    unsigned count; /* the rows themselves stay where they are, in the head */
    unsigned char lines_of[FIELD_IDS];
    char octets[RECALL_BYTES];
};

/* As head_parse(). The head must be the same one each time, and the recall its own. */
int recall_parse(struct recall *recall, struct head *head, const char *buffer, size_t len);

#endif
