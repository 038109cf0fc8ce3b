/*
 * perchd: listen, accept, and give each connection a perch of its own.
 */
#include "base/diag.h"
#include "base/option.h"
#include "bounds.h"
#include "launch/children.h"
#include "launch/greeting.h"
#include "launch/handler.h"
#include "launch/launcher.h"
#include "launch/listener.h"
#include "launch/memory.h"
#include "launch/metrics.h"
#include "launch/sources.h"
#include "launch/spares.h"
#include "os/powers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* --user, --checked, --expendable. */
enum { TOLD_MAX = 3 };

struct settings {
    struct {
        unsigned count;
        const char *at[LISTENERS_MAX];
    } listen;
    unsigned max_connections;
    const char *metrics;
    unsigned max_per_source; /* 0: the option was not given */
    unsigned spares, reuse;
    int penalty_ms;
    int drain_ms;
    const char *user; /* NULL: whoever it was started as */
    bool check;
};

/* What "perch --check" says: a path, and a few words. */
enum { SUMMARY_MAX = PATH_BYTES_MAX + 128 };

static const char *take_listen(void *member, const char *value)
{
    struct settings *settings = member;
    if (settings->listen.count == LISTENERS_MAX)
        return "is one socket too many; leave some out";
    settings->listen.at[settings->listen.count++] = value;
    return listeners_complaint(value);
}

#define MEMBER(name) offsetof(struct settings, name)

/* clang-format off */
static const struct option_row rows[] = {
    {"listen", "[HOST:]PORT|/PATH", "where to listen; may be repeated (127.0.0.1:4221)", 0, take_listen},
    {"max-connections", "N", "at once; more wait in the kernel's queue (512)", MEMBER(max_connections), option_count},
    {"max-per-source", "N", "of one address or IPv6 /64; more get 503 (32)", MEMBER(max_per_source), option_count},
    {"spares", "N", "handlers started ahead, at most; 0: none (8)", MEMBER(spares), option_count_or_none},
    {"reuse", "N", "connections of one handler: weaker walls (1)", MEMBER(reuse), option_count},
    {"penalty", "SECONDS", "refuse an address after a crash; 0: not (30)", MEMBER(penalty_ms), option_seconds},
    {"drain", "SECONDS", "for handlers at work to finish; 0: no limit (10)", MEMBER(drain_ms), option_seconds},
    {"user", "NAME", "as root: become NAME; root: stay root", MEMBER(user), option_text},
    {"metrics", "FILE", "counts as OpenMetrics, rewritten as they change", MEMBER(metrics), option_text},
    {"check", NULL, "judge the options, say what would be served, exit", MEMBER(check), option_switch},
};
/* clang-format on */

static const struct option_group groups[] = {
    {"Connections", "listen"},
    {"Besides", "user"},
    {"In place of serving", "check"},
    {NULL, NULL},
};

static const struct option_program program = {
    .name = "perchd",
    .usage = "perchd: listen, and give each connection a perch of its own\n"
             "\n"
             "Usage: perchd [OPTION ...] [OPTION OF PERCH ...]\n"
             "  perchd --directory /srv/files\n",
    .notes = "\n"
             "All other options go to perch, see perch --help. Port 0: the kernel picks one.\n"
             "Sockets that systemd passes are used instead of the default one. Clients on\n"
             "loopback or a unix socket are counted only where --max-per-source is given.\n"
             "SIGTERM, SIGINT: take no more, let the handlers finish; a second one ends them.\n"
             "Exit codes: 0 after such a signal; 64 a wrong option; 66 no such folder; 67 no\n"
             "such user; 69 an address that can't be had; 71 the system failed; 72 no perch\n"
             "beside perchd; 77 not permitted; 78 a passed socket that does not listen.\n",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .groups = groups,
};

/* A connection must never become descriptor 0, 1 or 2 of the launcher. */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* What the launcher itself was started with is nobody else's. */
static void keep_strays_from_handlers(void)
{
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void look_after_descriptors(void)
{
    fill_standard_descriptors();
    diag_never_wait();
    keep_strays_from_handlers();
}

/* Handlers are told one more thing. */
static void tell(const char **handler_argv, const char *option)
{
    while (*handler_argv)
        handler_argv++;
    *handler_argv = option;
}

/* Handlers inherit what is dropped here; to them it says whether they may keep what is left. */
static void drop_powers(const struct settings *settings, const char **handler_argv)
{
    if (!settings->user) {
        powers_give_up();
        return;
    }
    powers_become(settings->user);
    if (geteuid() == 0)
        tell(handler_argv, "--user=root");
}

/* What goes to perch: its name, and the arguments that are not the launcher's own, with room for
 * what it is told besides. */
static const char **parse(struct settings *settings, int argc, char *argv[])
{
    const char **handler_argv = calloc((size_t)argc + 2 + TOLD_MAX, sizeof *handler_argv);
    if (!handler_argv)
        diag_die(EX_OSERR, "no memory for %d arguments", argc);
    *settings = (struct settings){
        .max_connections = MAX_CONNECTIONS_DEFAULT,
        .spares = SPARES_DEFAULT,
        .reuse = REUSE_DEFAULT,
        .penalty_ms = PENALTY_SECONDS_DEFAULT * 1000,
        .drain_ms = DRAIN_SECONDS_DEFAULT * 1000,
    };
    handler_argv[0] = "perch";
    option_parse(&program, argv, settings, handler_argv + 1);
    return handler_argv;
}

static void open_listeners(struct listeners *listeners, const struct settings *settings)
{
    listeners_inherit(listeners);
    for (unsigned i = 0; i < settings->listen.count; i++)
        listeners_open(listeners, settings->listen.at[i]);
    if (listeners->count == 0)
        listeners_open(listeners, PORT_DEFAULT);
    if (settings->reuse > 1)
        listeners_await_requests(listeners);
}

static void begin_spares(struct spares *spares, const struct settings *settings,
                         const char *handler, char *const handler_argv[])
{
    *spares = (struct spares){
        .children = children_new(settings->max_connections + settings->spares, handler,
                                 handler_argv, settings->reuse),
        .most = settings->spares,
        .reuse = settings->reuse,
        .room = settings->max_connections,
    };
    identity_begin(&spares->identity, handler, handler_argv);
}

static struct sources *new_sources(const struct settings *settings)
{
    bool is_given = settings->max_per_source > 0;
    unsigned per_source = is_given ? settings->max_per_source : MAX_PER_SOURCE_DEFAULT;
    return sources_new(settings->max_connections, per_source, is_given, settings->penalty_ms);
}

static void tell_what_was_found(const char **handler_argv)
{
    tell(handler_argv, "--checked");
    if (memory_is_limited())
        tell(handler_argv, "--expendable");
}

static void announce(const struct listeners *listeners, const char *summary)
{
    listeners_announce(listeners);
    if (isatty(STDOUT_FILENO))
        greeting_print(listeners, summary);
}

int main(int argc, char *argv[])
{
    /* What is static lasts as long as the program. */
    static struct listeners listeners;
    static struct launch_plan plan;
    static struct spares spares;
    static const char **handler_argv;
    struct settings settings;
    char summary[SUMMARY_MAX];

    diag_program(argv[0]);
    look_after_descriptors();
    launcher_block_signals();
    handler_argv = parse(&settings, argc, argv);
    const char *handler = handler_find();
    if (!settings.check)
        open_listeners(&listeners, &settings);
    drop_powers(&settings, handler_argv);
    handler_check(handler, handler_argv, summary, sizeof summary);
    if (settings.check) {
        printf("%s\n", summary);
        return EX_OK;
    }
    tell_what_was_found(handler_argv);
    begin_spares(&spares, &settings, handler, (char *const *)handler_argv);
    plan = (struct launch_plan){
        .listeners = &listeners,
        .children = spares.children,
        .spares = &spares,
        .sources = new_sources(&settings),
        .max_connections = settings.max_connections,
        .drain_ms = settings.drain_ms,
    };
    metrics_begin(settings.metrics);
    announce(&listeners, summary);
    handler_sweep(handler, handler_argv);
    launcher_run(&plan);
    return EX_OK;
}
