/*
 * How an upload's octets are best brought from the connection into the file: by read(2) and
 * write(2) in steps of several sizes, or by splice(2) through a pipe; with sync_file_range(2) now
 * and then.
 *
 *   receive FOLDER BYTES ROUNDS [synced]
 *
 * Each round takes each way once, over one connection of loopback, into a file without a name whose
 * room is set aside; with "synced" the time ends behind an fsync(2). Prints for each way the median
 * time as GB/s, and the median of this process's CPU seconds a GB.
 */
#include "measure.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000, STEP_MAX = 1 << 20, PIPE = 1 << 16 };

static struct way {
    const char *name;
    size_t step;
    bool splices;
    size_t flushes; /* so many octets at a time are given to the disk; 0: none */
    int pipe[2];
    double seconds[ROUNDS_MAX], cpu[ROUNDS_MAX];
} ways[] = {
    {.name = "read and write of 64 KiB", .step = 1 << 16},
    {.name = "read and write of 128 KiB", .step = 1 << 17},
    {.name = "read and write of 256 KiB", .step = 1 << 18},
    {.name = "read and write of 1 MiB", .step = STEP_MAX},
    {.name = "splice, usual pipe", .step = PIPE, .splices = true},
    {.name = "splice, pipe of 256 KiB", .step = 1 << 18, .splices = true},
    {.name = "splice, pipe of 1 MiB", .step = STEP_MAX, .splices = true},
    {.name = "256 KiB, sync_file_range of 2 MiB", .step = 1 << 18, .flushes = 2 << 20},
    {.name = "256 KiB, sync_file_range of 8 MiB", .step = 1 << 18, .flushes = 8 << 20},
};
enum { WAYS = sizeof ways / sizeof ways[0] };

static char buffer[STEP_MAX];

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- The sender ---- */

static void send_when_asked(const struct sockaddr_in *to, int asked, size_t bytes)
{
    static char zeros[1 << 18];
    char octet;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (connect(fd, (const struct sockaddr *)to, sizeof *to) != 0)
        die("connect");
    while (read(asked, &octet, 1) == 1)
        for (size_t left = bytes; left;) {
            ssize_t put = send(fd, zeros, left < sizeof zeros ? left : sizeof zeros, 0);
            if (put <= 0)
                die("send");
            left -= (size_t)put;
        }
    exit(0);
}

static int connect_sender(int asked, size_t bytes)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&here, len) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&here, &len) != 0)
        die("listen");
    if (fork() == 0)
        send_when_asked(&here, asked, bytes);
    return accept(listener, NULL, NULL);
}

/* ---- The ways ---- */

static size_t read_and_write(int from, int to, size_t step)
{
    ssize_t got = read(from, buffer, step);
    if (got <= 0)
        die("read");
    for (ssize_t put = 0; put < got;) {
        ssize_t more = write(to, buffer + put, (size_t)(got - put));
        if (more <= 0)
            die("write");
        put += more;
    }
    return (size_t)got;
}

static size_t splice_through(const int through[2], int from, int to, size_t step)
{
    ssize_t got = splice(from, NULL, through[1], NULL, step, SPLICE_F_MOVE);
    if (got <= 0)
        die("splice from the connection");
    for (ssize_t left = got; left;) {
        ssize_t put = splice(through[0], NULL, to, NULL, (size_t)left, SPLICE_F_MOVE);
        if (put <= 0)
            die("splice to the file");
        left -= put;
    }
    return (size_t)got;
}

static void receive(const struct way *way, int from, int to, size_t bytes)
{
    size_t got = 0, flushed = 0;
    while (got < bytes) {
        size_t step = bytes - got < way->step ? bytes - got : way->step;
        got += way->splices ? splice_through(way->pipe, from, to, step)
                            : read_and_write(from, to, step);
        if (way->flushes && got - flushed >= way->flushes) {
            sync_file_range(to, (off_t)flushed, (off_t)(got - flushed), SYNC_FILE_RANGE_WRITE);
            flushed = got;
        }
    }
}

static void take(struct way *way, int round, const char *folder, int from, int ask, size_t bytes,
                 bool is_synced)
{
    int to = open(folder, O_TMPFILE | O_WRONLY, 0600);
    if (to < 0)
        die(folder);
    if (fallocate(to, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) != 0)
        die("fallocate");
    double began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (write(ask, "!", 1) != 1)
        die("ask");
    receive(way, from, to, bytes);
    if (is_synced && fsync(to) != 0)
        die("fsync");
    way->seconds[round] = now(CLOCK_MONOTONIC) - began;
    way->cpu[round] = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    close(to);
}

/* ---- The whole ---- */

static int by_value(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

static void make_pipes(void)
{
    for (size_t i = 0; i < WAYS; i++)
        if (ways[i].splices &&
            (pipe(ways[i].pipe) != 0 ||
             (ways[i].step > PIPE && fcntl(ways[i].pipe[1], F_SETPIPE_SZ, (int)ways[i].step) < 0)))
            die("pipe");
}

int main(int argc, char *argv[])
{
    int asked[2];
    int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0;
    size_t bytes = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX || bytes == 0) {
        fprintf(stderr, "usage: receive FOLDER BYTES ROUNDS [synced]\n");
        return 64;
    }
    if (pipe(asked) != 0)
        die("pipe");
    int from = connect_sender(asked[0], bytes);
    make_pipes();
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < WAYS; i++)
            take(&ways[i], round, argv[1], from, asked[1], bytes, argc > 4);
    for (size_t i = 0; i < WAYS; i++) {
        qsort(ways[i].seconds, (size_t)rounds, sizeof(double), by_value);
        qsort(ways[i].cpu, (size_t)rounds, sizeof(double), by_value);
        printf("%-34s %5.2f GB/s  %.3f s of CPU a GB\n", ways[i].name,
               (double)bytes / ways[i].seconds[rounds / 2] / 1e9,
               ways[i].cpu[rounds / 2] / (double)bytes * 1e9);
    }
    return 0;
}
