#include "base/diag.h"

#include "bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 1024,
    ESCAPE_BYTES = 4, /* \xNN */
    UNKNOWN = -2,     /* where messages go */
    NOWHERE = -1,
};

static const char *program = "perch";
static int log_socket = UNKNOWN; /* NOWHERE: descriptor 2 is used, if it is open */
static bool stderr_is_open;
static mode_t stderr_kind;
static bool never_waits;
static int messages = STDERR_FILENO; /* a descriptor of our own, where we never wait */
static bool is_read_by_journal;      /* then each line begins with its priority */
static int own_pid;
static bool limited;
static unsigned lines_left;

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

void diag_limit(unsigned lines)
{
    limited = true;
    lines_left = lines;
}

/* ---- Where to ---- */

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

/* Not by syslog(3), which connects anew whenever it likes. */
static int open_system_log(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return NOWHERE;
}

/* $JOURNAL_STREAM would tell, but handlers have no environment. Each journal has a folder of its
 * own: /run/systemd/journal, or journal.NAMESPACE. */
static bool leads_to_journal(void)
{
    static const char begin[] = "/run/systemd/journal", end[] = "/stdout";
    struct sockaddr_un peer = {.sun_family = AF_UNSPEC};
    socklen_t len = sizeof peer - 1;
    if (getpeername(STDERR_FILENO, (struct sockaddr *)&peer, &len) != 0 ||
        peer.sun_family != AF_UNIX)
        return false;
    size_t path = strlen(peer.sun_path);
    return path >= sizeof begin + sizeof end - 2 &&
           memcmp(peer.sun_path, begin, sizeof begin - 1) == 0 &&
           strcmp(peer.sun_path + path - (sizeof end - 1), end) == 0;
}

void diag_open(void)
{
    struct stat facts;
    if (log_socket != UNKNOWN)
        return;
    bool to_system_log = diag_is_seen_by_the_client();
    /* Closed, it may become anybody's file. */
    stderr_is_open = !to_system_log && fstat(STDERR_FILENO, &facts) == 0;
    stderr_kind = stderr_is_open ? facts.st_mode & S_IFMT : 0;
    own_pid = getpid();
    log_socket = to_system_log ? open_system_log() : NOWHERE;
    is_read_by_journal = stderr_is_open && leads_to_journal();
}

/* Not of a file, which never makes anybody wait, and where it would begin at its begin. */
void diag_never_wait(void)
{
    diag_open();
    never_waits = true;
    if (stderr_kind != S_IFIFO && stderr_kind != S_IFCHR)
        return;
    int own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own >= 0)
        messages = own;
}

bool diag_is_ready(void)
{
    static bool was_ready = true; /* else it has been waited for */
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (stderr_kind == S_IFREG)
        return true;
    was_ready = poll(&ready, 1, was_ready && !never_waits ? JOURNAL_WAIT_MS : 0) != 0;
    return was_ready;
}

bool diag_is_read_by_the_journal(void)
{
    diag_open();
    return is_read_by_journal;
}

int diag_pid(void)
{
    diag_open();
    return own_pid;
}

/* ---- A line ---- */

/* The text in printing ASCII, as much of it as there is room for. Returns the length. */
static size_t put_escaped(char *at, size_t room, const char *text)
{
    size_t len = 0;
    for (; *text && len + ESCAPE_BYTES < room; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte >= ' ' && byte <= '~' && byte != '\\')
            at[len++] = *text;
        else
            len += (size_t)snprintf(at + len, ESCAPE_BYTES + 1, "\\x%02x", byte);
    }
    at[len] = '\0';
    return len;
}

/* Where even this fails there is nobody left to tell. */
static void write_line(const char *line, size_t len)
{
    if (never_waits && stderr_kind == S_IFSOCK)
        (void)send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    else if (stderr_is_open && diag_is_ready() && write(messages, line, len) < 0)
        return;
}

static void send_line(int priority, const char *text)
{
    char line[LINE_MAX_BYTES];
    int lead;
    if (log_socket >= 0)
        lead = snprintf(line, sizeof line, "<%d>%s[%d]: ", LOG_DAEMON | priority, program, own_pid);
    else if (is_read_by_journal)
        lead = snprintf(line, sizeof line, "<%d>%s: ", priority, program);
    else
        lead = snprintf(line, sizeof line, "%s: ", program);
    if (lead < 0 || (size_t)lead >= sizeof line / 2)
        return;
    size_t len = (size_t)lead;
    len += put_escaped(line + len, sizeof line - 1 - len, text);
    if (log_socket >= 0)
        (void)send(log_socket, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    line[len++] = '\n';
    write_line(line, len);
}

static void say(int priority, const char *format, va_list args)
{
    char text[LINE_MAX_BYTES];
    int saved = errno;
    diag_open();
    if (limited && lines_left == 0)
        return;
    if (vsnprintf(text, sizeof text, format, args) >= 0)
        send_line(priority, text);
    if (limited && --lines_left == 0)
        send_line(priority, "that was the last message of this connection; more are left out");
    errno = saved;
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
