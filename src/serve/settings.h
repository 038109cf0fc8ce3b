/*
 * What the command line of perch decides.
 */
#ifndef PERCH_SERVE_SETTINGS_H
#define PERCH_SERVE_SETTINGS_H

#include "base/span.h"
#include "bounds.h"
#include "os/pace.h"

#include <stdbool.h>
#include <stdint.h>

enum log_format { LOG_OFF, LOG_COMMON, LOG_COMBINED, LOG_JSON, LOG_JOURNAL };

/* Spans into the command line. */
struct hosts {
    unsigned count;
    struct span names[ALLOWED_HOSTS_MAX];
};

enum sandbox {
    SANDBOX_AUTO,    /* as much as the kernel has; says so where that is not all */
    SANDBOX_REQUIRE, /* all, or nothing is served */
    SANDBOX_OFF,
};

struct settings {
    const char *directory;      /* NULL: no files are served */
    const char *types;          /* NULL: no types; "": those of the system; else a file */
    const char *token_file;     /* NULL: nobody needs a token */
    const char *user;           /* to become; NULL: whoever it was started as */
    struct hosts allowed_hosts; /* none: the server answers to every name */
    uint64_t max_body;
    enum log_format log;
    enum sandbox sandbox;
    /* Milliseconds; 0: no limit. */
    int timeout_first, timeout_head, timeout_idle;
    struct pace_limits pace; /* of bodies and of replies */
    bool read_only;
    bool checked; /* with --check, by the launcher */
    bool expendable;
    bool rename_only; /* uploads are published whole, but not synced */
    bool listing;     /* folders are shown */
    bool gzip_files;
    bool token_for_all; /* also for what is safe */
    bool no_date;
    bool proxy_protocol; /* a proxy names the client, and is believed */
    bool sweep;          /* remove leftovers of uploads, serve nothing */
    bool check;          /* judge the options, say what would be served, serve nothing */
};

/* Reads the command line; ends the program on --help, --version and on a mistake. */
void settings_parse(struct settings *settings, char *argv[]);

/* For a person at a terminal, who may think as long as it takes. */
void settings_stop_the_clocks(struct settings *settings);

#endif
