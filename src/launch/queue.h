/*
 * Queues of slots (launch/table.h): whoever came first stands first, and anybody may leave. A slot
 * stands in one queue at a time; its links are found by its number.
 */
#ifndef PERCH_LAUNCH_QUEUE_H
#define PERCH_LAUNCH_QUEUE_H

enum { QUEUE_END = -1 };

struct queue {
    int first, last; /* slots, or QUEUE_END */
    unsigned count;
};

#define QUEUE_EMPTY ((struct queue){QUEUE_END, QUEUE_END, 0})

struct queue_link {
    int before, behind; /* slots, or QUEUE_END */
};

/* links: an element for each slot, those of all the queues that it may stand in. */
void queue_join(struct queue *queue, struct queue_link *links, int slot);
void queue_leave(struct queue *queue, struct queue_link *links, int slot);

#endif
