/*
 * How long it takes a program to answer from its start: the time from vfork() to the first byte of
 * its reply to a request that already waits.
 *
 *   start [-n TIMES] PROGRAM [ARGUMENT ...]
 *
 * The program gets one end of a socket pair as descriptors 0 and 1, and an empty environment.
 * Prints one line of JSON.
 */
#include "measure.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES_MAX = 100000 };

static const char request[] =
    "GET /echo/abc HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n";

/* Nanoseconds. */
static int64_t once(char *const argv[])
{
    static char *const environment[] = {NULL};
    int ends[2], status;
    char byte;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        die("socketpair");
    if (write(ends[0], request, sizeof request - 1) != (ssize_t)sizeof request - 1)
        die("write");
    int64_t began = now_ns();
    // NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(ends[1], 0);
        dup2(ends[1], 1);
        execve(argv[0], argv, environment);
        _exit(127);
    }
    // NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
    close(ends[1]);
    if (pid < 0 || read(ends[0], &byte, 1) != 1)
        die(argv[0]);
    int64_t took = now_ns() - began;
    close(ends[0]);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        die("it did not end well");
    return took;
}

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

int main(int argc, char *argv[])
{
    static int64_t took[TIMES_MAX];
    unsigned long count = 200;
    int option;
    while ((option = getopt(argc, argv, "+n:")) == 'n')
        count = strtoul(optarg, NULL, 10);
    if (option != -1 || optind >= argc || count < 1 || count > TIMES_MAX) {
        fprintf(stderr, "usage: start [-n TIMES] PROGRAM [ARGUMENT ...]\n");
        return 64;
    }
    for (unsigned long i = 0; i < count; i++)
        took[i] = once(argv + optind);
    qsort(took, count, sizeof *took, by_time);
    size_t half = count / 2, late = count * 99 / 100;
    printf("{\"done\": %lu, \"failed\": 0, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", count,
           (double)took[half] / 1000, (double)took[late] / 1000);
    return 0;
}
