/*
 * The least that an upload costs which is on stable storage when it is answered: the yardstick of
 * --durability=full.
 *
 *   store PORT FOLDER   a process for each connection; each request on it, whatever its method and
 *                       target, replaces the file FOLDER/up by its body: written aside, synced,
 *                       linked, renamed, the folder synced
 *
 * It believes whatever it is sent.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 1 << 18 };

static char buffer[BUFFER + 1];

static void write_all(int fd, const char *from, size_t len)
{
    while (len) {
        ssize_t put = write(fd, from, len);
        if (put <= 0)
            exit(1);
        from += put;
        len -= (size_t)put;
    }
}

static size_t read_some(int fd, char *to, size_t room)
{
    ssize_t got = read(fd, to, room);
    if (got <= 0)
        exit(0);
    return (size_t)got;
}

/* The head, and what of the body comes with it; returns the length of both. */
static size_t read_head(int connection, size_t *head)
{
    const char *end;
    size_t len = 0;
    do {
        len += read_some(connection, buffer + len, BUFFER - len);
        buffer[len] = '\0';
        end = strstr(buffer, "\r\n\r\n");
    } while (!end);
    *head = (size_t)(end - buffer) + 4;
    return len;
}

static void publish(int folder, int fd)
{
    char hidden[32], proc[32];
    snprintf(hidden, sizeof hidden, ".store-%d", (int)getpid());
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    if (fsync(fd) != 0 || linkat(AT_FDCWD, proc, folder, hidden, AT_SYMLINK_FOLLOW) != 0 ||
        renameat(folder, hidden, folder, "up") != 0 || fsync(folder) != 0)
        exit(1);
}

static void store_one(int connection, int folder)
{
    static const char reply[] = "HTTP/1.1 204 No Content\r\n\r\n";
    size_t head, len = read_head(connection, &head);
    const char *length = strcasestr(buffer, "\r\nContent-Length:");
    size_t left = length ? strtoull(length + 17, NULL, 10) : 0;
    int fd = openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        exit(1);
    write_all(fd, buffer + head, len - head);
    for (left -= len - head; left; left -= len) {
        len = read_some(connection, buffer, left < BUFFER ? left : BUFFER);
        write_all(fd, buffer, len);
    }
    publish(folder, fd);
    close(fd);
    write_all(connection, reply, sizeof reply - 1);
}

int main(int argc, char *argv[])
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int folder = argc == 3 ? open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0) {
        fprintf(stderr, "usage: store PORT FOLDER\n");
        exit(64);
    }
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    signal(SIGCHLD, SIG_IGN); /* no zombies, and no reaping */
    if (bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, 64) != 0)
        exit(1);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        if (fork() == 0)
            for (;;)
                store_one(connection, folder);
        close(connection);
    }
}
