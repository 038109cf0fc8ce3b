#include "connection.h"

#include "os/client.h"
#include "os/wire.h"
#include "serve/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* One step of output: fits the socket's buffer, so that no write waits. */
enum { STEP = 32768, A_TIME = 1700000000, A_LATER_TIME = A_TIME + 60 };

static struct {
    const struct script *script;
    int server, client;
    size_t sent;  /* octets of the input */
    size_t taken; /* of those, that the server has read */
    size_t cut;   /* the next one */
    bool ended;   /* the client has half-closed */
    char *reply;
    size_t reply_len;
    uint64_t random;
} now = {.server = -1, .client = -1};

static void give_up(const char *call)
{
    perror(call);
    abort();
}

/* ---- The client ---- */

static void send_next_piece(void)
{
    const struct script *script = now.script;
    while (now.cut < script->cut_count && script->cuts[now.cut] <= now.sent)
        now.cut++;
    size_t end = now.cut < script->cut_count ? script->cuts[now.cut] : script->input.len;
    ssize_t put =
        send(now.client, script->input.at + now.sent, end - now.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put > 0)
        now.sent += (size_t)put;
    else
        now.ended = true; /* the server has closed its reading side */
}

/* Before the server would wait. */
static void feed(void)
{
    if (now.taken < now.sent || now.ended)
        return;
    if (now.sent < now.script->input.len)
        send_next_piece();
    else
        now.ended = true;
    if (now.ended)
        shutdown(now.client, SHUT_WR);
}

static void drain(void)
{
    for (;;) {
        size_t room = SCRIPTED_REPLY_MAX - now.reply_len;
        static char beyond[STEP];
        char *at = room ? now.reply + now.reply_len : beyond;
        ssize_t got = recv(now.client, at, room ? room : sizeof beyond, MSG_DONTWAIT);
        if (got <= 0)
            return;
        now.reply_len += room ? (size_t)got : 0;
    }
}

/* ---- The calls between ---- */

/* The names that the linker gives them. */
#define REAL(call) __asm__("__real_" #call)
#define WRAP(call) __asm__("__wrap_" #call)

ssize_t real_read(int fd, void *buffer, size_t count) REAL(read);
ssize_t wrap_read(int fd, void *buffer, size_t count) WRAP(read);
ssize_t wrap_read(int fd, void *buffer, size_t count)
{
    if (fd != now.server)
        return real_read(fd, buffer, count);
    feed();
    ssize_t got = real_read(fd, buffer, count);
    now.taken += got > 0 ? (size_t)got : 0;
    return got;
}

int real_poll(struct pollfd *fds, nfds_t count, int timeout) REAL(poll);
int wrap_poll(struct pollfd *fds, nfds_t count, int timeout) WRAP(poll);
int wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (count == 1 && fds->fd == now.server && fds->events & POLLIN)
        feed();
    return real_poll(fds, count, timeout);
}

ssize_t real_send(int fd, const void *buffer, size_t len, int flags) REAL(send);
ssize_t wrap_send(int fd, const void *buffer, size_t len, int flags) WRAP(send);
ssize_t wrap_send(int fd, const void *buffer, size_t len, int flags)
{
    if (fd != now.server)
        return real_send(fd, buffer, len, flags);
    ssize_t put = real_send(fd, buffer, len < STEP ? len : STEP, flags);
    drain();
    return put;
}

ssize_t real_sendfile(int out, int in, off_t *at, size_t count) REAL(sendfile);
ssize_t wrap_sendfile(int out, int in, off_t *at, size_t count) WRAP(sendfile);
ssize_t wrap_sendfile(int out, int in, off_t *at, size_t count)
{
    ssize_t put = real_sendfile(out, in, at, count < STEP ? count : STEP);
    drain();
    return put;
}

/* tests/cuts.py knows these as well. */
static int same_each_time(int done, struct stat *facts)
{
    if (done == 0 && S_ISREG(facts->st_mode)) {
        facts->st_ino = 1;
        facts->st_mtim = (struct timespec){A_TIME, 0};
    }
    return done;
}

/* A folder in memory takes its time for the pages of 16 GiB. */
int real_fallocate(int fd, int mode, off_t from, off_t len) REAL(fallocate);
int wrap_fallocate(int fd, int mode, off_t from, off_t len) WRAP(fallocate);
int wrap_fallocate(int fd, int mode, off_t from, off_t len)
{
    if (len <= 1 << 20)
        return real_fallocate(fd, mode, from, len);
    errno = EOPNOTSUPP;
    return -1;
}

int real_fstat(int fd, struct stat *facts) REAL(fstat);
int wrap_fstat(int fd, struct stat *facts) WRAP(fstat);
int wrap_fstat(int fd, struct stat *facts)
{
    return same_each_time(real_fstat(fd, facts), facts);
}

int real_fstatat(int folder, const char *name, struct stat *facts, int flags) REAL(fstatat);
int wrap_fstatat(int folder, const char *name, struct stat *facts, int flags) WRAP(fstatat);
int wrap_fstatat(int folder, const char *name, struct stat *facts, int flags)
{
    return same_each_time(real_fstatat(folder, name, facts, flags), facts);
}

int real_clock_gettime(clockid_t clock, struct timespec *time) REAL(clock_gettime);
int wrap_clock_gettime(clockid_t clock, struct timespec *time) WRAP(clock_gettime);
int wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (now.server < 0)
        return real_clock_gettime(clock, time);
    *time = (struct timespec){A_LATER_TIME, 0};
    return 0;
}

ssize_t wrap_getrandom(void *buffer, size_t len, unsigned flags) WRAP(getrandom);
ssize_t wrap_getrandom(void *buffer, size_t len, unsigned flags)
{
    (void)flags;
    now.random++;
    memset(buffer, 0, len);
    memcpy(buffer, &now.random, len < sizeof now.random ? len : sizeof now.random);
    return (ssize_t)len;
}

/* Signals are the test program's own. */
void wrap_stop_watch(int socket) WRAP(stop_watch);
void wrap_stop_watch(int socket)
{
    (void)socket;
}

/* ---- Serving ---- */

static char *next_reply(void)
{
    static char *kept[SCRIPTED_REPLIES_KEPT];
    static unsigned turn;
    char **reply = &kept[turn++ % SCRIPTED_REPLIES_KEPT];
    if (!*reply) {
        void *room = mmap(NULL, SCRIPTED_REPLY_MAX, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room == MAP_FAILED)
            give_up("mmap");
        *reply = room;
    }
    return *reply;
}

struct span scripted_serve(const struct settings *settings, const struct store *store,
                           const struct script *script)
{
    static struct wire wire;
    struct client client;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        give_up("socketpair");
    now.script = script;
    now.server = pair[0];
    now.client = pair[1];
    now.sent = now.taken = now.cut = now.reply_len = 0;
    now.ended = false;
    now.reply = next_reply();
    now.random = 0;
    memset(&wire, 0, offsetof(struct wire, in));
    wire_open(&wire, (struct peer){pair[0], pair[0], PEER_SOCKET, PEER_SOCKET}, &settings->pace);
    client_begin(&client, pair[0]);
    session_run(settings, store, &client, &wire);
    drain();
    now.server = -1;
    close(pair[0]);
    close(pair[1]);
    return (struct span){now.reply, now.reply_len};
}

struct span scripted_without_interim(struct span replies)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    enum { INTERIM_LEN = sizeof interim - 1 };
    char *text = (char *)replies.at;
    size_t len = replies.len;
    for (char *at = text; (at = memmem(at, len - (size_t)(at - text), interim, INTERIM_LEN));) {
        len -= INTERIM_LEN;
        memmove(at, at + INTERIM_LEN, len - (size_t)(at - text));
    }
    return (struct span){text, len};
}
