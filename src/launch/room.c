#include "launch/room.h"

#include "bounds.h"
#include "os/clock.h"

/* Twice as many with each step, behind the first ones. */
static unsigned step_size(unsigned steps)
{
    unsigned doublings = steps < ROOM_SINGLES ? 0 : steps - ROOM_SINGLES + 1;
    return doublings < 20 ? 1U << doublings : 1U << 20;
}

void room_made(struct room *room)
{
    *room = (struct room){0};
}

bool room_is_due(const struct room *room)
{
    return room->next <= clock_ms();
}

void room_make(struct room *room, const struct children *children)
{
    int idle_ms = room->asks_the_rest ? 0 : ROOM_IDLE_MS;
    unsigned count = step_size(room->steps++);
    if (children_ask_to_yield(children, &room->asked, count, idle_ms) == count) {
        room->next = clock_ms() + ROOM_STEP_MS;
        return;
    }
    *room = (struct room){
        .asks_the_rest = !room->asks_the_rest,
        .next = clock_ms() + (room->asks_the_rest ? ROOM_PAUSE_MS : ROOM_STEP_MS),
    };
}
