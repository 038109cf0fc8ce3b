/*
 * The least that a server of perch's shape can do: the yardstick of the bench.
 *
 *   null listen PORT [FILE]   one thread that accepts, and spawns itself (vfork, exec) for each
 *                             connection; prints the port
 *   null serve [FILE]         reads blocks from stdin and writes a constant for each, until the end
 *   null event PORT           one thread, one epoll: the same answer on all connections
 *
 * It parses nothing but a "Connection: close" at a guess, and counts the ends of heads in a block.
 * With FILE the same system calls are made for each request that serving it takes: open, fstat,
 * pread, close. To be linked statically.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPLY                                                                                      \
    "HTTP/1.1 200 OK\r\n"                                                                          \
    "Date: Tue, 24 Nov 2026 21:00:00 GMT\r\n"                                                      \
    "Content-Type: text/plain\r\n"                                                                 \
    "Content-Length: 3\r\n"                                                                        \
    "Vary: Accept-Encoding\r\n"                                                                    \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "\r\n"                                                                                         \
    "abc"
#define FILE_HEAD                                                                                  \
    "HTTP/1.1 200 OK\r\n"                                                                          \
    "Date: Tue, 24 Nov 2026 21:00:00 GMT\r\n"                                                      \
    "Content-Type: application/octet-stream\r\n"                                                   \
    "Content-Length: %lld\r\n"                                                                     \
    "\r\n"

enum { BLOCK = 65536 };

static char in[BLOCK], out[BLOCK];

/* How many heads end in a block. */
static unsigned count_requests(const char *block, size_t len)
{
    unsigned count = 0;
    const char *at = block;
    while ((at = memmem(at, (size_t)(block + len - at), "\r\n\r\n", 4)) != NULL) {
        at += 4;
        count++;
    }
    return count;
}

static size_t put_file(const char *path, char *to)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &facts) != 0)
        exit(1);
    size_t head = (size_t)sprintf(to, FILE_HEAD, (long long)facts.st_size);
    ssize_t got = pread(fd, to + head, BLOCK - head, 0);
    close(fd);
    return head + (got > 0 ? (size_t)got : 0);
}

/* False where the connection is at its end. */
static bool answer(int input, int output, const char *path)
{
    ssize_t got = read(input, in, sizeof in);
    if (got <= 0)
        return false;
    size_t len = 0;
    for (unsigned left = count_requests(in, (size_t)got); left; left--) {
        if (path) {
            len += put_file(path, out + len);
        } else {
            memcpy(out + len, REPLY, sizeof REPLY - 1);
            len += sizeof REPLY - 1;
        }
    }
    if (write(output, out, len) != (ssize_t)len)
        return false;
    return memmem(in, (size_t)got, "Connection: close", 17) == NULL;
}

static int listen_on(const char *port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 4096) != 0)
        exit(1);
    getsockname(fd, (struct sockaddr *)&address, &len);
    dprintf(1, "%d\n", ntohs(address.sin_port));
    return fd;
}

static void spawn_for_each(int listener, const char *path)
{
    static char *const environment[] = {NULL};
    char *const argv[] = {"null", "serve", (char *)path, NULL};
    signal(SIGCHLD, SIG_IGN); /* no zombies, and no reaping */
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        // NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
        if (vfork() == 0) {
            dup2(connection, 0);
            dup2(connection, 1);
            execve("/proc/self/exe", argv, environment);
            _exit(1);
        }
        // NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
        close(connection);
    }
}

static void serve_events(int listener)
{
    struct epoll_event ready[64], event = {.events = EPOLLIN, .data.fd = listener};
    int events = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(events, ready, 64, -1);
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.fd;
            if (fd == listener) {
                event.data.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                epoll_ctl(events, EPOLL_CTL_ADD, event.data.fd, &event);
            } else if (!answer(fd, fd, NULL)) {
                close(fd);
            }
        }
    }
}

int main(int argc, char *argv[])
{
    signal(SIGPIPE, SIG_IGN);
    const char *path = argc > 3 ? argv[3] : NULL;
    if (argc >= 2 && strcmp(argv[1], "serve") == 0)
        while (answer(0, 1, argc > 2 ? argv[2] : NULL))
            ;
    else if (argc >= 3 && strcmp(argv[1], "listen") == 0)
        spawn_for_each(listen_on(argv[2]), path);
    else if (argc >= 3 && strcmp(argv[1], "event") == 0)
        serve_events(listen_on(argv[2]));
    return 0;
}
