#include "launch/intake.h"

#include "bounds.h"
#include "launch/news.h"
#include "launch/refusal.h"
#include "os/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Shortages ---- */

static void pause_for_shortage(struct intake *intake, const char *call)
{
    if (!intake->short_of)
        news(NEWS_SHORTAGE, "%s: %s; new clients wait until there is room again", call,
             strerror(errno));
    intake->short_of = true;
    intake->paused_until = clock_ms() + SHORTAGE_PAUSE_MS;
}

static void shortage_ends(struct intake *intake)
{
    if (intake->short_of)
        news(NEWS_ROOM, "there is room again; clients are served");
    intake->short_of = false;
}

/* ---- Handlers ---- */

static void serve(struct intake *intake, const struct arrival *arrival, int source)
{
    intake->held.connection = INTAKE_NONE;
    if (!spares_serve(intake->spares, arrival, source)) {
        if (children_spawn(intake->children, arrival->connection, source) != 0) {
            pause_for_shortage(intake, "spawning a handler");
            intake->held = *arrival;
            intake->held_source = source;
            return;
        }
        close(arrival->connection);
    }
    shortage_ends(intake);
}

bool intake_again(struct intake *intake, int connection, int source)
{
    bool done = children_spawn(intake->children, connection, source) == 0;
    close(connection);
    return done;
}

void intake_freed(struct intake *intake)
{
    room_made(&intake->room);
    if (intake->paused_until)
        intake->paused_until = clock_ms(); /* intake_tick() sees to it */
}

void intake_tick(struct intake *intake)
{
    if (intake->paused_until == 0 || intake->paused_until > clock_ms())
        return;
    intake->paused_until = 0;
    struct arrival held = intake->held;
    if (held.connection != INTAKE_NONE)
        serve(intake, &held, intake->held_source);
}

void intake_close(struct intake *intake)
{
    if (intake->held.connection != INTAKE_NONE)
        close(intake->held.connection);
    intake->held.connection = INTAKE_NONE;
    intake->paused_until = 0;
}

/* ---- Listeners ---- */

static bool is_full(const struct intake *intake)
{
    return children_busy(intake->children) >= intake->max_connections;
}

static bool may_accept(const struct intake *intake)
{
    return intake->held.connection == INTAKE_NONE && intake->paused_until == 0 && !is_full(intake);
}

bool intake_watches(const struct intake *intake)
{
    return may_accept(intake) || (is_full(intake) && room_is_due(&intake->room));
}

int64_t intake_next(const struct intake *intake)
{
    bool waits_for_room = is_full(intake) && !room_is_due(&intake->room);
    return deadline_nearer(intake->paused_until,
                           waits_for_room ? intake->room.next : DEADLINE_NEVER);
}

static void refuse(struct intake *intake, int connection, int source, struct origin origin)
{
    char who[ORIGIN_TEXT_BYTES];
    bool full = source == SOURCE_FULL;
    origin_text(origin, who);
    news(full ? NEWS_FULL_SOURCE : NEWS_PENALISED, "%s: %s; refused with 503", who,
         full ? "has as many connections as one address may" : "is penalised for a crash");
    refusal_send(connection, full ? REFUSAL_FULL : REFUSAL_PENALISED);
    intake->refused++;
}

/* False where there is nothing more to accept here. */
static bool accept_one(struct intake *intake, const struct listener *listener)
{
    struct arrival arrival = {.listener = listener, .address = {.ss_family = AF_UNSPEC}};
    socklen_t len = sizeof arrival.address;
    struct origin origin;
    int connection = accept4(listener->fd, (struct sockaddr *)&arrival.address, &len, SOCK_CLOEXEC);
    if (connection < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_for_shortage(intake, "accepting a connection");
        /* Others, such as ECONNABORTED, are of a client that has gone already. */
        return errno != EAGAIN;
    }
    arrival.connection = connection;
    int source = sources_enter(intake->sources, connection, &arrival.address, &origin);
    if (source == SOURCE_FULL || source == SOURCE_PENALISED)
        refuse(intake, connection, source, origin);
    else
        serve(intake, &arrival, source);
    return true;
}

void intake_take(struct intake *intake, const struct listener *listener)
{
    if (is_full(intake) && room_is_due(&intake->room))
        room_make(&intake->room, intake->children);
    int most = intake->crowd < ACCEPTS_A_TURN ? intake->crowd + 1 : ACCEPTS_A_TURN;
    for (int i = 0; i < most && may_accept(intake); i++)
        if (!accept_one(intake, listener))
            return;
    intake->crowd = 2 * most;
}

void intake_rests(struct intake *intake)
{
    intake->crowd = 0;
}
