/*
 * How long it may take until bytes have come or gone: a stall is bounded, and so is a trickle.
 *
 * Time that the process waits for its peer is taken from an allowance, bytes add to it; a byte
 * therefore buys the time that it is worth, and no clock starts anew with it.
 */
#ifndef PERCH_OS_PACE_H
#define PERCH_OS_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds and bytes; 0: no limit. */
struct pace_limits {
    int stall_ms;  /* the longest time without a byte */
    int allowance; /* the time that may pass besides what the bytes are worth */
    unsigned rate; /* bytes that are worth a second; 0: the allowance is no limit either */
};

struct pace {
    const struct pace_limits *limits;
    int64_t left;    /* of the allowance, in thousandths of a byte */
    int64_t stalled; /* milliseconds since the last byte */
    bool saves;      /* what bytes add can be more than the allowance was at first */
};

/* saves: bytes that came early are remembered for all that follows. */
void pace_begin(struct pace *pace, const struct pace_limits *limits, bool saves);

/* The longest that the next wait may be; 0: for ever; -1: the time is up. */
int pace_wait_ms(const struct pace *pace);

/* So long was waited, and so many bytes moved. */
void pace_note(struct pace *pace, int64_t waited_ms, uint64_t bytes);

#endif
