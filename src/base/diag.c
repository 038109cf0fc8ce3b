#include "base/diag.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static const char *program = "perch";

void diag_program(const char *argv0)
{
    const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
    const char *name = slash ? slash + 1 : argv0;
    if (name && name[0])
        program = name;
}

const char *diag_name(void)
{
    return program;
}

/* A pipe or a terminal that 2 shares with 0 or 1 is a person's doing (2>&1) and may be written to;
 * a shared socket is a superserver's, and the client is at its other end. */
bool diag_is_seen_by_the_client(void)
{
    struct stat message, peer;
    if (fstat(STDERR_FILENO, &message) != 0 || !S_ISSOCK(message.st_mode))
        return false;
    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
        if (fstat(fd, &peer) == 0 && peer.st_dev == message.st_dev && peer.st_ino == message.st_ino)
            return true;
    return false;
}

static void say(int priority, const char *format, va_list args)
{
    char line[LINE_MAX_BYTES];
    int lead = snprintf(line, sizeof line, "%s: ", program);
    int text = vsnprintf(line + lead, sizeof line - (size_t)lead - 1, format, args);
    if (text < 0)
        return;
    if (diag_is_seen_by_the_client()) {
        syslog(LOG_DAEMON | priority, "%s", line + lead);
        return;
    }
    size_t len = strlen(line);
    line[len++] = '\n';
    /* Where even this fails there is nobody left to tell. */
    if (write(STDERR_FILENO, line, len) < 0)
        return;
}

void diag_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_WARNING, format, args);
    va_end(args);
}

void diag_die(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_ERR, format, args);
    va_end(args);
    exit(code);
}
