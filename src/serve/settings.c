#include "serve/settings.h"

#include "base/option.h"
#include "bounds.h"
#include "http/authority.h"
#include "serve/access.h"
#include "serve/log.h"

#include <string.h>

static const char *take_durability(void *member, const char *value)
{
    bool *rename_only = member;
    *rename_only = strcmp(value, "rename") == 0;
    return *rename_only || strcmp(value, "full") == 0 ? NULL
                                                      : "is no durability; give full or rename";
}

static const char *take_host(void *member, const char *value)
{
    struct hosts *hosts = member;
    struct authority authority;
    struct span text = span_of(value);
    if (!authority_parse(&authority, text) || authority.host.len < text.len)
        return "is no host; give a name or an address without a port, such as files.example.org";
    if (hosts->count == ALLOWED_HOSTS_MAX)
        return "is one host too many; give at most " BOUND_TEXT(ALLOWED_HOSTS_MAX);
    hosts->names[hosts->count++] = text;
    return NULL;
}

static const char *take_sandbox(void *member, const char *value)
{
    static const char *const names[] = {
        [SANDBOX_AUTO] = "auto", [SANDBOX_REQUIRE] = "require", [SANDBOX_OFF] = "off"};
    for (enum sandbox sandbox = SANDBOX_AUTO; sandbox <= SANDBOX_OFF; sandbox++) {
        if (strcmp(value, names[sandbox]) == 0) {
            *(enum sandbox *)member = sandbox;
            return NULL;
        }
    }
    return "is no sandbox; give require, auto or off";
}

static const char *take_rate(void *member, const char *value)
{
    uint64_t rate;
    const char *wrong = option_size(&rate, value);
    if (wrong || rate > MIN_RATE_MAX)
        return "is no rate; give bytes a second, 0 (no limit) to 1M";
    *(unsigned *)member = (unsigned)rate;
    return NULL;
}

#define MEMBER(name) offsetof(struct settings, name)

/* clang-format off */
static const struct option_row rows[] = {
    {"directory", "DIR", "serve files below DIR at /files/", MEMBER(directory), option_text},
    {"read-only", NULL, "refuse uploads and deletions", MEMBER(read_only), option_switch},
    {"listing", NULL, "show what is in a folder: a page, JSON or lines", MEMBER(listing), option_switch},
    {"max-body", "SIZE", "largest body taken, such as 500M (16G)", MEMBER(max_body), option_size},
    {"durability", "full|rename", "sync uploads before 201, or only rename (full)", MEMBER(rename_only), take_durability},
    {"types", "[=FILE]", "give files the types that mime.types lists", MEMBER(types), option_text},
    {"gzip-files", NULL, "send NAME.gz, or code text on its way", MEMBER(gzip_files), option_switch},
    {"allow-host", "NAME", "answer to this host name alone; may be repeated", MEMBER(allowed_hosts), take_host},
    {"no-date", NULL, "leave out the Date field", MEMBER(no_date), option_switch},
    {"proxy-protocol", NULL, "believe the PROXY header that must come first", MEMBER(proxy_protocol), option_switch},
    {"token-file", "FILE", "a token a line; unsafe methods need one of them", MEMBER(token_file), option_text},
    {"require-token", "write|all", "what needs a token: unsafe methods, or all (write)", MEMBER(token_for_all), access_take_required},
    {"log", "FORMAT", "common, combined, json, journal or off (off)", MEMBER(log), log_take_format},
    {"sandbox", "require|auto|off", "shut the handler in (auto)", MEMBER(sandbox), take_sandbox},
    {"checked", NULL, "by perchd: what --check told is not told again", MEMBER(checked), option_switch},
    {"expendable", NULL, "where memory runs out: be ended before others", MEMBER(expendable), option_switch},
    {"user", "NAME", "as root: become NAME; root: stay root", MEMBER(user), option_text},
    {"timeout-first", "SECONDS", "wait for the first byte (20)", MEMBER(timeout_first), option_seconds},
    {"timeout-head", "SECONDS", "from a head's first byte to its end (20)", MEMBER(timeout_head), option_seconds},
    {"timeout-idle", "SECONDS", "wait for the next request (15)", MEMBER(timeout_idle), option_seconds},
    {"timeout-body", "SECONDS", "a body or reply, besides its bytes' worth (20)", MEMBER(pace.allowance), option_seconds},
    {"timeout-stall", "SECONDS", "a body or reply that does not move (20)", MEMBER(pace.stall_ms), option_seconds},
    {"min-rate", "BYTES", "so many are worth a second (500)", MEMBER(pace.rate), take_rate},
    {"sweep", NULL, "remove what killed uploads left a day ago, exit", MEMBER(sweep), option_switch},
    {"check", NULL, "judge the options, say what would be served, exit", MEMBER(check), option_switch},
};
/* clang-format on */

static const struct option_group groups[] = {
    {"Files", "directory"},           {"Requests", "allow-host"},       {"Log and sandbox", "log"},
    {"Time limits", "timeout-first"}, {"In place of serving", "sweep"}, {NULL, NULL},
};

/* perchd's own, which a user of perchd may have meant; tests/cli.bats compares. */
static const char *const launcher_options[] = {"listen", "max-connections", "max-per-source",
                                               "spares", "reuse",           "penalty",
                                               "drain",  "metrics",         NULL};

static const struct option_program program = {
    .name = "perch",
    .usage = "perch: serve one HTTP/1.1 connection on stdin/stdout or an inherited socket\n"
             "\n"
             "Usage: perch [OPTION ...]       from systemd, inetd, xinetd, perchd or a pipe:\n"
             "  printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | perch\n",
    .notes = "\n"
             "A time of 0 means no limit. On a terminal there are none.\n"
             "Exit codes: 0 whatever the client did; 64 a wrong option; 66 no such folder, or\n"
             "no connection on stdin; 67 no such user; 69 no sandbox here; 71 the system\n"
             "failed; 77 not as root; 78 a descriptor that can't be served.\n",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .groups = groups,
    .also = launcher_options,
};

void settings_parse(struct settings *settings, char *argv[])
{
    *settings = (struct settings){
        .max_body = MAX_BODY_DEFAULT,
        .timeout_first = TIMEOUT_FIRST_MS,
        .timeout_head = TIMEOUT_HEAD_MS,
        .timeout_idle = TIMEOUT_IDLE_MS,
        .pace = {.stall_ms = TIMEOUT_STALL_MS, .allowance = TIMEOUT_BODY_MS, .rate = MIN_RATE},
    };
    option_parse(&program, argv, settings, NULL);
}

void settings_stop_the_clocks(struct settings *settings)
{
    settings->timeout_first = settings->timeout_head = 0;
    settings->timeout_idle = 0;
    settings->pace = (struct pace_limits){0, 0, 0};
}
