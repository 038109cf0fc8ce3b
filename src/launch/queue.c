#include "launch/queue.h"

void queue_join(struct queue *queue, struct queue_link *links, int slot)
{
    links[slot] = (struct queue_link){.before = queue->last, .behind = QUEUE_END};
    if (queue->last == QUEUE_END)
        queue->first = slot;
    else
        links[queue->last].behind = slot;
    queue->last = slot;
    queue->count++;
}

void queue_leave(struct queue *queue, struct queue_link *links, int slot)
{
    const struct queue_link *link = &links[slot];
    if (link->before == QUEUE_END)
        queue->first = link->behind;
    else
        links[link->before].behind = link->behind;
    if (link->behind == QUEUE_END)
        queue->last = link->before;
    else
        links[link->behind].before = link->before;
    queue->count--;
}
