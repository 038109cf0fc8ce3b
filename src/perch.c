/*
 * perch: one HTTP/1.1 connection, then exit.
 *
 * Whatever the client does, the exit code is 0: a service manager keeps a failed unit, and its
 * connection slot, for anything else.
 */
#include "base/diag.h"
#include "os/client.h"
#include "os/inherit.h"
#include "os/store.h"
#include "os/sweep.h"
#include "os/wire.h"
#include "serve/access.h"
#include "serve/log.h"
#include "serve/session.h"
#include "serve/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* What the launcher shows at its start. */
static int say_what_is_served(const struct settings *settings)
{
    if (!settings->directory)
        dprintf(STDOUT_FILENO, "no files: give --directory DIR to serve some\n");
    else
        dprintf(STDOUT_FILENO, "files below %s, %s\n", settings->directory,
                settings->read_only ? "read-only" : "uploads on");
    return EX_OK;
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

int main(int argc, char *argv[])
{
    static struct wire wire;
    struct settings settings;
    struct store store = {.folder = -1};
    struct client client;
    struct peer peer;
    (void)argc;

    diag_program(argv[0]);
    settings_parse(&settings, argv);
    if (settings.directory && store_open(&store, settings.directory, !settings.rename_only) != 0)
        diag_die(EX_NOINPUT, "--directory: \"%s\" can't be opened: %s; name a folder that exists",
                 settings.directory, strerror(errno));
    access_open(&settings);
    if (settings.check)
        return say_what_is_served(&settings);
    if (settings.sweep)
        return sweep_leftovers(&settings, &store);

    if (inherit_peer(&peer, settings.timeout_first) != 0)
        return EX_OK;
    if (peer.in_kind == PEER_PATIENT && isatty(peer.in))
        settings_stop_the_clocks(&settings);
    client_begin(&client, peer.in);
    wire_open(&wire, peer, settings.timeout_stall);
    if (log_open(settings.log))
        client_address(&client); /* asked for now: later it may not be allowed any more */
    session_run(&settings, &store, &client, &wire);
    return EX_OK;
}
