/*
 * A client that counts: new connections, or requests on kept ones, N at a time.
 *
 *   load [-a ADDRESS] [-f SOURCE] [-t TARGET] [-c N] [-s SECONDS] [-k] [-p DEPTH] PORT
 *
 * Without -k each request has a connection of its own: connect, request, reply, end; the time is
 * that from connect to the reply's first byte. With -k the connections stay, DEPTH requests are
 * sent at once, and the time is that from the write to the last byte of the last reply. Prints one
 * line of JSON. One thread, one epoll, no parsing but of the first reply's length: all replies must
 * be of the same length.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 20000,
    DEPTH_MAX = 64,
    REQUEST_MAX = 1024,
    TIMES_MAX = 1 << 22, /* what is beyond is counted, but its time is not kept */
    EVENTS_A_TURN = 64,
};

struct connection {
    int fd;
    bool sent, begun;
    uint64_t since; /* when it was connected, or the requests written */
    size_t left;    /* bytes of the replies still to come; with -k */
};

static struct {
    struct sockaddr_in server, source;
    bool has_source, keeps;
    unsigned at_once, depth;
    double seconds;
    const char *target;
} plan = {.at_once = 1, .depth = 1, .seconds = 1, .target = "/"};

static struct connection connections[CONNECTIONS_MAX];
static uint32_t times[TIMES_MAX]; /* ns / 16 */
static uint64_t done, failed;
static char requests[DEPTH_MAX * REQUEST_MAX];
static size_t requests_len, reply_len;
static int events;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void note(uint64_t since, unsigned count)
{
    uint32_t took = (uint32_t)((now_ns() - since) / 16);
    for (unsigned i = 0; i < count; i++, done++)
        if (done < TIMES_MAX)
            times[done] = took;
}

/* ---- One connection ---- */

static void send_requests(struct connection *connection)
{
    if (plan.keeps)
        connection->since = now_ns();
    connection->left = reply_len * plan.depth;
    connection->begun = false;
    connection->sent = true;
    if (send(connection->fd, requests, requests_len, MSG_NOSIGNAL) != (ssize_t)requests_len)
        failed++;
}

static void begin(struct connection *connection)
{
    int on = 1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        die("socket");
    if (plan.has_source) {
        setsockopt(connection->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(connection->fd, (struct sockaddr *)&plan.source, sizeof plan.source) != 0)
            die("bind");
    }
    connection->since = now_ns();
    if (connect(connection->fd, (struct sockaddr *)&plan.server, sizeof plan.server) != 0)
        die("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    send_requests(connection);
    epoll_ctl(events, EPOLL_CTL_ADD, connection->fd, &event);
}

static void end(struct connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
}

/* True where the connection goes on. */
static bool receive(struct connection *connection)
{
    static char dropped[1 << 18];
    ssize_t got = recv(connection->fd, dropped, sizeof dropped, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return true;
    if (got <= 0) {
        /* Without -k this is how a reply ends. */
        if (plan.keeps || !connection->begun || got < 0)
            failed++;
        end(connection);
        return false;
    }
    if (!plan.keeps && !connection->begun)
        note(connection->since, 1);
    connection->begun = true;
    if (plan.keeps) {
        if ((size_t)got > connection->left)
            failed++;
        connection->left -= (size_t)got < connection->left ? (size_t)got : connection->left;
        if (connection->left == 0) {
            note(connection->since, plan.depth);
            send_requests(connection);
        }
    }
    return true;
}

/* ---- The whole ---- */

/* How long a reply is: its head and its Content-Length. */
static size_t ask_reply_len(void)
{
    char text[65536];
    size_t len = 0;
    plan.keeps = false;
    begin(&connections[0]);
    for (;;) {
        ssize_t got = recv(connections[0].fd, text + len, sizeof text - 1 - len, 0);
        if (got <= 0)
            die("no reply whose length is known");
        len += (size_t)got;
        text[len] = '\0';
        char *body = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\ncontent-length:");
        if (!body)
            continue;
        if (!length)
            die("a reply without Content-Length");
        end(&connections[0]);
        plan.keeps = true;
        return (size_t)(body + 4 - text) + strtoul(length + 16, NULL, 10);
    }
}

static void make_requests(unsigned count, const char *fields)
{
    requests_len = 0;
    for (unsigned i = 0; i < count; i++)
        requests_len +=
            (size_t)snprintf(requests + requests_len, REQUEST_MAX,
                             "GET %s HTTP/1.1\r\nHost: bench.test\r\n%s\r\n", plan.target, fields);
}

static int by_time(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, two = *(const uint32_t *)b;
    return (one > two) - (one < two);
}

/* In microseconds. */
static double percentile(size_t kept, size_t percent)
{
    size_t at = kept * percent / 100;
    return kept ? times[at < kept ? at : kept - 1] * 0.016 : 0;
}

static void report(double seconds)
{
    size_t kept = done < TIMES_MAX ? done : TIMES_MAX;
    qsort(times, kept, sizeof *times, by_time);
    double p50 = percentile(kept, 50), p99 = percentile(kept, 99), most = percentile(kept, 100);
    printf("{\"done\": %" PRIu64 ", \"failed\": %" PRIu64 ", \"seconds\": %.3f, \"rate\": %.0f, "
           "\"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n",
           done, failed, seconds, (double)done / seconds, p50, p99, most);
}

static void run(void)
{
    struct epoll_event ready[EVENTS_A_TURN];
    uint64_t start = now_ns(), stop = start + (uint64_t)(plan.seconds * 1e9);
    for (unsigned i = 0; i < plan.at_once; i++)
        begin(&connections[i]);
    while (now_ns() < stop) {
        int count = epoll_wait(events, ready, EVENTS_A_TURN, 100);
        for (int i = 0; i < count; i++) {
            struct connection *connection = ready[i].data.ptr;
            if (!receive(connection))
                begin(connection);
        }
    }
    report((double)(now_ns() - start) / 1e9);
}

static void parse(int argc, char *argv[])
{
    int option;
    plan.server = (struct sockaddr_in){.sin_family = AF_INET};
    plan.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    plan.source = plan.server;
    while ((option = getopt(argc, argv, "a:f:t:c:s:kp:")) != -1) {
        if (option == 'a')
            inet_pton(AF_INET, optarg, &plan.server.sin_addr);
        else if (option == 'f')
            plan.has_source = inet_pton(AF_INET, optarg, &plan.source.sin_addr) == 1;
        else if (option == 't')
            plan.target = optarg;
        else if (option == 'c')
            plan.at_once = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 's')
            plan.seconds = strtod(optarg, NULL);
        else if (option == 'k')
            plan.keeps = true;
        else if (option == 'p')
            plan.depth = (unsigned)strtoul(optarg, NULL, 10);
        else
            optind = argc;
    }
    bool fits = plan.at_once >= 1 && plan.at_once <= CONNECTIONS_MAX && plan.depth >= 1 &&
                plan.depth <= DEPTH_MAX && strlen(plan.target) < REQUEST_MAX / 2;
    if (optind != argc - 1 || !fits) {
        fprintf(stderr, "usage: load [-a ADDRESS] [-f SOURCE] [-t TARGET] [-c N] [-s SECONDS] [-k] "
                        "[-p DEPTH] PORT\n");
        exit(64);
    }
    plan.server.sin_port = htons((uint16_t)strtoul(argv[optind], NULL, 10));
}

int main(int argc, char *argv[])
{
    parse(argc, argv);
    events = epoll_create1(EPOLL_CLOEXEC);
    if (plan.keeps) {
        make_requests(1, "");
        reply_len = ask_reply_len();
        make_requests(plan.depth, "");
    } else {
        plan.depth = 1;
        make_requests(1, "Connection: close\r\n");
    }
    run();
    return failed != 0;
}
