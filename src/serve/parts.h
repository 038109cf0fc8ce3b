/*
 * Several ranges in one reply: multipart/byteranges (RFC 9110 §14.6, RFC 2046 §5.1).
 */
#ifndef PERCH_SERVE_PARTS_H
#define PERCH_SERVE_PARTS_H

#include "http/range.h"
#include "serve/representation.h"

/* 206 with all of them, in their order, each with a head of its own. Between the parts stands a
 * boundary that is random anew in each reply: it can be neither guessed nor met by chance, so no
 * file has to be searched for it. */
void parts_send(struct exchange *exchange, const struct representation *chosen,
                const struct ranges *ranges);

#endif
