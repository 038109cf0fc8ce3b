/*
 * perch: one HTTP/1.1 connection, then exit.
 *
 * Whatever the client does, the exit code is 0: a service manager keeps a failed unit, and its
 * connection slot, for anything else.
 */
#include "base/diag.h"
#include "bounds.h"
#include "os/client.h"
#include "os/expendable.h"
#include "os/folder.h"
#include "os/handover.h"
#include "os/inherit.h"
#include "os/jail.h"
#include "os/local.h"
#include "os/powers.h"
#include "os/stop.h"
#include "os/store.h"
#include "os/sweep.h"
#include "os/wire.h"
#include "serve/access.h"
#include "serve/choice.h"
#include "serve/log.h"
#include "serve/session.h"
#include "serve/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char *uploads_text(const struct settings *settings)
{
    if (settings->read_only)
        return "read-only";
    return settings->token_file ? "uploads with a token" : "uploads on";
}

static void open_folder(const struct settings *settings, struct store *store)
{
    const char *name = settings->directory;
    if (name && store_open(store, name, !settings->rename_only) != 0)
        diag_die(EX_NOINPUT, "--directory: \"%s\" can't be opened: %s; name a folder that exists",
                 name, strerror(errno));
    if (settings->listing)
        folder_prepare();
}

/* Nothing where there can't be leftovers. */
static int sweep_leftovers(const struct settings *settings, const struct store *store)
{
    unsigned long removed = settings->directory && !settings->read_only ? sweep(store) : 0;
    if (removed)
        dprintf(STDOUT_FILENO, "removed %lu leftovers of uploads below %s\n", removed,
                settings->directory);
    return EX_OK;
}

/* All of it that can be had by now, where the connection is still to come. */
static void open_peer(const struct settings *settings, struct peer peer, struct client *client,
                      struct wire *wire)
{
    if (peer.in_kind == PEER_CONTROL) {
        local_ask_name();
        wire_prepare(wire);
        session_prepare();
    } else {
        client_begin(client, peer.in);
        local_begin(peer.in);
        wire_open(wire, peer, &settings->pace);
    }
}

static void drop_powers(const struct settings *settings)
{
    if (settings->user)
        powers_become(settings->user);
    else if (settings->sandbox != SANDBOX_OFF)
        powers_give_up();
}

static void enter_jail(const struct settings *settings, int folder, enum peer_kind kind)
{
    unsigned lacking = JAIL_LANDLOCK | JAIL_SECCOMP;
    bool is_network = kind == PEER_SOCKET || kind == PEER_CONTROL;
    unsigned stores = FILTER_WRITES | (settings->rename_only ? FILTER_COPIES : FILTER_SYNCS);
    unsigned does = (settings->read_only ? 0U : stores) | (settings->listing ? FILTER_LISTS : 0U) |
                    (kind == PEER_CONTROL ? FILTER_AWAITS : 0U);
    if (settings->sandbox != SANDBOX_OFF)
        lacking = jail_enter(folder, does);
    if (lacking && settings->sandbox == SANDBOX_REQUIRE)
        diag_die(EX_UNAVAILABLE,
                 "--sandbox=require: this kernel lacks %s; take auto to do with what there is",
                 jail_parts_text(lacking));
    if (lacking && is_network && geteuid() == 0 && !settings->user)
        diag_die(EX_NOPERM,
                 "not as root without %s; give --user NAME to become a user, or --user root",
                 jail_parts_text(lacking));
    if (lacking && settings->sandbox == SANDBOX_AUTO && !settings->checked)
        diag_warn("this kernel lacks %s: a client that takes its handler over is held by less",
                  jail_parts_text(lacking));
}

/* What the launcher shows at its start; where it ends with "uploads on", all may change files. Into
 * the jail only to tell what the kernel lacks. */
static int check(const struct settings *settings, const struct store *store)
{
    if (!settings->directory)
        dprintf(STDOUT_FILENO, "no files: give --directory DIR to serve some\n");
    else
        dprintf(STDOUT_FILENO, "files below %s, %s\n", settings->directory, uploads_text(settings));
    diag_open();
    enter_jail(settings, store->folder, PEER_PATIENT);
    return EX_OK;
}

static void shut_in(const struct settings *settings, int folder, enum peer_kind kind)
{
    if (settings->expendable)
        expendable_become();
    drop_powers(settings);
    enter_jail(settings, folder, kind);
}

/* One connection after another, as they are handed over; most often there is one. Nothing of one is
 * kept for the next. */
static void serve_what_comes(const struct settings *settings, const struct store *store,
                             struct wire *wire, int control)
{
    struct handover handover;
    struct client client;
    do {
        int connection = handover_take(control, &handover);
        if (connection < 0)
            return;
        client_begin_at(&client, &handover.peer);
        local_begin_at(&handover.local);
        wire_open_late(wire, connection, &settings->pace, handover.is_timed);
        session_run(settings, store, &client, wire);
        if (!handover.returns || stop_asked())
            return;
        close(connection);
        session_forget(wire);
        diag_limit(DIAG_LINES_MAX);
    } while (handover_return(control));
}

/* A person, who may think as long as it takes, and may have meant the other program. */
static void meet_the_person(struct settings *settings)
{
    settings_stop_the_clocks(settings);
    if (isatty(STDERR_FILENO))
        diag_warn("waiting for a request, whose lines end with CR LF, from this terminal; to "
                  "listen on a port, run perchd");
}

int main(int argc, char *argv[])
{
    static struct wire wire;
    struct settings settings;
    struct store store = {.folder = -1};
    struct client client;
    struct peer peer;
    (void)argc;

    diag_program(argv[0]);
    inherit_close_strays();
    settings_parse(&settings, argv);
    open_folder(&settings, &store);
    access_open(&settings);
    choice_open(&settings);
    if (settings.check)
        return check(&settings, &store);
    if (settings.sweep)
        return sweep_leftovers(&settings, &store);

    if (inherit_peer(&peer, settings.timeout_first) != 0)
        return EX_OK;
    if (peer.in_kind == PEER_PATIENT && isatty(peer.in))
        meet_the_person(&settings);
    bool is_to_come = peer.in_kind == PEER_CONTROL;
    open_peer(&settings, peer, &client, &wire);
    diag_open();
    diag_limit(DIAG_LINES_MAX);
    if (log_open(settings.log) && !is_to_come)
        client_address(&client); /* asked for now: later it may not be allowed any more */

    shut_in(&settings, store.folder, peer.in_kind);
    if (is_to_come)
        serve_what_comes(&settings, &store, &wire, peer.in);
    else
        session_run(&settings, &store, &client, &wire);
    return EX_OK;
}
