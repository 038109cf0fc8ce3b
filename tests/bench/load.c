/*
 * A client that counts: new connections, or requests on kept ones, N at a time.
 *
 *   load [-a ADDRESS] [-f SOURCE] [-t TARGET] [-c N] [-s SECONDS] [-k] [-p DEPTH] [-H FIELD]
 *        [-u BYTES] [-w MICROSECONDS] PORT
 *
 * Without -k each request has a connection of its own: connect, request, reply, end; the time is
 * that from connect to the reply's first byte. With -k the connections stay until the server ends
 * them, DEPTH requests are sent at once, and the time is that from the first write to the last byte
 * of the last reply. A long body is dropped without being copied. -u makes it a PUT of so many
 * zeros. -w waits so long before each connection that follows another one. Prints one line of JSON.
 * One thread, one epoll.
 */
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 20000,
    DEPTH_MAX = 64,
    REQUEST_MAX = 4096,
    FIELDS_MAX = 1024,
    TIMES_MAX = 1 << 22, /* what is beyond is counted, but its time is not kept */
    EVENTS_A_TURN = 256,
    LINE_BYTES_MAX = 1023, /* what a line has beyond is passed over */
    CHUNK = 1 << 18,
    DROP_MAX = 1 << 24,
};

/* What one connection is at. */
struct connection {
    int fd;
    int64_t began;    /* when the request, or the connection, began */
    bool seen;        /* the first byte of the reply has come */
    uint64_t sent;    /* of the requests and the body */
    unsigned awaited; /* replies that are still to come */
    size_t line_len;  /* of a line so far: of a reply's head, or a chunk's size */
    bool in_head, in_body, closes;
    bool chunked; /* the body comes in chunks: body_left is of one */
    uint64_t body_left;
    char line[LINE_BYTES_MAX + 1];
};

static struct {
    struct sockaddr_in server, source;
    bool has_source, keeps;
    unsigned at_once, depth;
    double seconds;
    uint64_t upload;
    bool is_upload;
    long pause_us;
    const char *target;
    char fields[FIELDS_MAX];
} plan = {.at_once = 1, .depth = 1, .seconds = 1, .target = "/"};

static struct connection *connections;
static uint32_t times[TIMES_MAX]; /* ns / 16 */
static uint64_t done, failed, bytes;
static char requests[DEPTH_MAX * REQUEST_MAX];
static size_t requests_len;
static char zeros[CHUNK];
static int events;

static void note(int64_t since)
{
    if (done < TIMES_MAX)
        times[done] = (uint32_t)((now_ns() - since) / 16);
    done++;
}

/* ---- Sending ---- */

static bool send_more(struct connection *connection)
{
    uint64_t whole = requests_len + plan.upload;
    while (connection->sent < whole) {
        const char *from = requests + connection->sent;
        uint64_t len = requests_len - connection->sent;
        if (connection->sent >= requests_len) {
            from = zeros;
            len = whole - connection->sent;
            len = len < CHUNK ? len : CHUNK;
        }
        int more = connection->sent + len < whole ? MSG_MORE : 0;
        ssize_t put = send(connection->fd, from, len, MSG_NOSIGNAL | more);
        if (put < 0)
            return errno == EAGAIN;
        connection->sent += (uint64_t)put;
    }
    return true;
}

static void ask(struct connection *connection)
{
    connection->began = now_ns();
    connection->sent = 0;
    connection->awaited = plan.depth;
    connection->seen = false;
}

static void open_connection(struct connection *connection)
{
    int on = 1;
    ask(connection);
    connection->line_len = 0;
    connection->in_head = connection->in_body = connection->closes = connection->chunked = false;
    connection->body_left = 0;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        die("socket");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (plan.has_source) {
        setsockopt(connection->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(connection->fd, (struct sockaddr *)&plan.source, sizeof plan.source) != 0)
            die("bind");
    }
    if (connect(connection->fd, (struct sockaddr *)&plan.server, sizeof plan.server) != 0 &&
        errno != EINPROGRESS)
        die("connect");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = connection};
    epoll_ctl(events, EPOLL_CTL_ADD, connection->fd, &event);
}

/* ---- Receiving ---- */

static void reply_is_whole(struct connection *connection)
{
    connection->in_body = false;
    connection->awaited--;
    if (plan.keeps)
        note(connection->began);
}

static bool begins(const struct connection *connection, const char *name)
{
    return strncasecmp(connection->line, name, strlen(name)) == 0;
}

/* A line of a head is whole in connection->line. */
static void read_line(struct connection *connection)
{
    if (!connection->in_head) {
        char status = connection->line[sizeof "HTTP/1.1 " - 1];
        failed += !begins(connection, "HTTP/1.") || (status != '2' && status != '3');
        connection->in_head = true;
        connection->closes = connection->chunked = false;
        connection->body_left = 0;
    } else if (connection->line[0] == '\r') {
        connection->in_head = false;
        connection->in_body = true;
    } else if (begins(connection, "Content-Length:")) {
        connection->body_left = strtoull(connection->line + sizeof "Content-Length:" - 1, NULL, 10);
    } else if (begins(connection, "Connection: close")) {
        connection->closes = true;
    } else if (begins(connection, "Transfer-Encoding: chunked")) {
        connection->chunked = true;
    }
}

/* A chunk's size, in the line that is whole in connection->line. The last one's ends the reply with
 * it: there are no trailers. */
static void read_size(struct connection *connection)
{
    uint64_t size = strtoull(connection->line, NULL, 16);
    connection->chunked = size > 0;
    connection->body_left = size + 2; /* the line end behind it */
}

/* Up to the end of a line into connection->line; how many octets that took. */
static size_t take_line(struct connection *connection, const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);
    size_t step = end ? (size_t)(end - text) + 1 : len,
           room = LINE_BYTES_MAX - connection->line_len;
    size_t kept = step < room ? step : room;
    memcpy(connection->line + connection->line_len, text, kept);
    connection->line_len += kept;
    if (end) {
        connection->line[connection->line_len] = '\0';
        connection->line_len = 0;
        if (connection->in_body)
            read_size(connection);
        else
            read_line(connection);
    }
    return step;
}

/* Of text that has come; returns what is behind the last reply that was awaited. */
static size_t take(struct connection *connection, const char *text, size_t len)
{
    while (connection->awaited) {
        if (connection->in_body) {
            size_t step = len < connection->body_left ? len : (size_t)connection->body_left;
            connection->body_left -= step;
            text += step;
            len -= step;
            if (connection->body_left)
                break;
            if (!connection->chunked) {
                reply_is_whole(connection);
                continue;
            }
            if (len == 0)
                break;
        } else if (len == 0) {
            break;
        }
        size_t step = take_line(connection, text, len);
        text += step;
        len -= step;
    }
    return len;
}

/* What is long, up to its last octet, is dropped where it is: the kernel need not copy it, so that
 * a server meets a client that costs next to nothing. */
static size_t droppable(const struct connection *connection)
{
    if (!connection->in_body || connection->chunked || connection->body_left <= CHUNK)
        return 0;
    return connection->body_left - 1 < DROP_MAX ? connection->body_left - 1 : DROP_MAX;
}

/* False where the connection is at its end. */
static bool receive(struct connection *connection, uint32_t what)
{
    static char buffer[CHUNK];
    for (;;) {
        size_t drop = droppable(connection);
        ssize_t got = drop ? recv(connection->fd, NULL, drop, MSG_TRUNC)
                           : recv(connection->fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0) {
            /* Without -k, and where the server ends a kept one, this is how a reply ends. */
            failed += got < 0 || (connection->awaited > 0 && !connection->closes);
            return false;
        }
        if (!plan.keeps && !connection->seen)
            note(connection->began);
        connection->seen = true;
        bytes += (uint64_t)got;
        if (drop)
            connection->body_left -= (uint64_t)got;
        else
            failed += take(connection, buffer, (size_t)got) > 0;
        if (connection->awaited == 0 && plan.keeps) {
            if (connection->closes)
                return false;
            ask(connection);
            if (!send_more(connection))
                return false;
        }
        /* What comes later, the end as well, is another event. */
        if (!drop && got < (ssize_t)sizeof buffer && !(what & EPOLLRDHUP))
            return true;
    }
}

static void serve_event(struct connection *connection, uint32_t what)
{
    bool goes_on = !(what & EPOLLOUT) || send_more(connection);
    if (goes_on && (what & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        goes_on = receive(connection, what);
    if (goes_on)
        return;
    close(connection->fd);
    if (plan.pause_us)
        nanosleep(&(struct timespec){plan.pause_us / 1000000, plan.pause_us % 1000000 * 1000},
                  NULL);
    open_connection(connection);
}

/* ---- The whole ---- */

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
    printf("{\"done\": %" PRIu64 ", \"failed\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"seconds\": %.6f, \"rate\": %.3f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": "
           "%.1f}\n",
           done, failed, bytes, seconds, (double)done / seconds, percentile(kept, 50),
           percentile(kept, 99), percentile(kept, 100));
}

static void make_requests(void)
{
    char framing[64] = "";
    if (plan.is_upload)
        snprintf(framing, sizeof framing, "Content-Length: %" PRIu64 "\r\n", plan.upload);
    for (unsigned i = 0; i < plan.depth; i++)
        requests_len += (size_t)snprintf(requests + requests_len, REQUEST_MAX,
                                         "%s %s HTTP/1.1\r\nHost: bench.test\r\n%s%s%s\r\n",
                                         plan.is_upload ? "PUT" : "GET", plan.target, plan.fields,
                                         framing, plan.keeps ? "" : "Connection: close\r\n");
}

static void run(void)
{
    struct epoll_event ready[EVENTS_A_TURN];
    int64_t start = now_ns(), stop = start + (int64_t)(plan.seconds * 1e9);
    for (unsigned i = 0; i < plan.at_once; i++)
        open_connection(&connections[i]);
    /* What is larger than the time allows is waited for once. */
    int64_t last = stop + INT64_C(60000000000);
    while (now_ns() < stop || (done == 0 && now_ns() < last)) {
        int count = epoll_wait(events, ready, EVENTS_A_TURN, 10);
        for (int i = 0; i < count; i++)
            serve_event(ready[i].data.ptr, ready[i].events);
    }
    report((double)(now_ns() - start) / 1e9);
}

static bool add_field(const char *line)
{
    size_t len = strlen(plan.fields);
    int put = snprintf(plan.fields + len, sizeof plan.fields - len, "%s\r\n", line);
    return (size_t)put < sizeof plan.fields - len;
}

static void parse(int argc, char *argv[])
{
    int option;
    bool right = true;
    plan.server = (struct sockaddr_in){.sin_family = AF_INET};
    plan.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    plan.source = plan.server;
    while ((option = getopt(argc, argv, "a:f:t:c:s:kp:H:u:w:")) != -1) {
        switch (option) {
        case 'a':
            right = right && inet_pton(AF_INET, optarg, &plan.server.sin_addr) == 1;
            break;
        case 'f':
            plan.has_source = inet_pton(AF_INET, optarg, &plan.source.sin_addr) == 1;
            right = right && plan.has_source;
            break;
        case 't':
            plan.target = optarg;
            break;
        case 'c':
            plan.at_once = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            plan.seconds = strtod(optarg, NULL);
            break;
        case 'k':
            plan.keeps = true;
            break;
        case 'p':
            plan.depth = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'H':
            right = right && add_field(optarg);
            break;
        case 'u':
            plan.is_upload = true;
            plan.upload = strtoull(optarg, NULL, 10);
            break;
        case 'w':
            plan.pause_us = strtol(optarg, NULL, 10);
            break;
        default:
            right = false;
        }
    }
    if (optind != argc - 1 || !right || plan.at_once < 1 || plan.at_once > CONNECTIONS_MAX ||
        plan.depth < 1 || plan.depth > DEPTH_MAX || strlen(plan.target) > REQUEST_MAX / 2 ||
        (plan.is_upload && plan.depth > 1)) {
        fprintf(stderr, "usage: load [-a ADDRESS] [-f SOURCE] [-t TARGET] [-c N] [-s SECONDS] [-k] "
                        "[-p DEPTH] [-H FIELD] [-u BYTES] [-w MICROSECONDS] PORT\n");
        exit(64);
    }
    plan.server.sin_port = htons((uint16_t)strtoul(argv[optind], NULL, 10));
}

int main(int argc, char *argv[])
{
    struct rlimit most;
    parse(argc, argv);
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    connections = calloc(plan.at_once, sizeof *connections);
    events = epoll_create1(EPOLL_CLOEXEC);
    if (!connections || events < 0)
        die("start");
    make_requests();
    run();
    return 0;
}
