#include "os/journal.h"

#include "base/diag.h"
#include "base/rare.h"
#include "bounds.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define SYSLOG_SOCKET  "/dev/log"
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Gathered lines are at most one record more than what makes them leave. */
static RARE char gathered[2 * (JOURNAL_RECORD_MAX + 3)];
static size_t gathered_len;

static enum journal_kind kind = JOURNAL_NONE;
static size_t level_len;   /* of the "<N>" before each line, where the journal reads them */
static int datagrams = -1; /* records are datagrams, to this socket; -1: lines to descriptor 2 */

/* A connected socket for datagrams to that place, or -1. */
static int open_datagrams(const char *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_usec = JOURNAL_WAIT_MS * 1000L};
    strncpy(address.sun_path, place, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

enum journal_kind journal_open(enum journal_kind wanted)
{
    kind = wanted;
    if (kind == JOURNAL_NATIVE) {
        datagrams = open_datagrams(JOURNAL_SOCKET);
        if (datagrams < 0)
            kind = JOURNAL_LINES;
    }
    if (kind == JOURNAL_LINES && diag_is_seen_by_the_client()) {
        datagrams = open_datagrams(SYSLOG_SOCKET);
        if (datagrams < 0)
            kind = JOURNAL_NONE;
    }
    level_len = diag_is_read_by_the_journal() ? 3 : 0;
    return kind;
}

char *journal_room(void)
{
    return gathered + gathered_len + level_len;
}

/* A line as syslog's socket takes it: "<PRIORITY>NAME[PID]: " before it. */
static void send_to_syslog(const char *line, size_t len, int priority)
{
    char text[JOURNAL_RECORD_MAX + 64];
    int lead = snprintf(text, 64, "<%d>%s[%d]: ", LOG_DAEMON | priority, diag_name(), diag_pid());
    memcpy(text + lead, line, len);
    (void)send(datagrams, text, (size_t)lead + len, MSG_NOSIGNAL);
}

void journal_commit(size_t len, int priority)
{
    char *record = journal_room();
    if (kind == JOURNAL_NATIVE) {
        (void)send(datagrams, record, len, MSG_NOSIGNAL);
    } else if (datagrams >= 0) {
        send_to_syslog(record, len, priority);
    } else {
        if (level_len)
            memcpy(record - level_len, (char[]){'<', (char)('0' + priority), '>'}, level_len);
        record[len] = '\n';
        gathered_len += level_len + len + 1;
        if (gathered_len >= JOURNAL_RECORD_MAX)
            journal_flush();
    }
}

void journal_flush(void)
{
    size_t sent = 0;
    while (sent < gathered_len) {
        /* One line at a time where they are more than a pipe takes at once. */
        size_t step = gathered_len - sent;
        while (step > JOURNAL_RECORD_MAX && !level_len)
            step =
                (size_t)((char *)memrchr(gathered + sent, '\n', step - 1) - (gathered + sent)) + 1;
        ssize_t put = diag_is_ready() ? write(STDERR_FILENO, gathered + sent, step) : 0;
        if (put <= 0)
            break; /* nobody is left to be told, or reads */
        sent += (size_t)put;
    }
    gathered_len = 0;
}

void journal_forget(void)
{
    if (kind != JOURNAL_NONE)
        explicit_bzero(gathered, sizeof gathered);
    gathered_len = 0;
}
