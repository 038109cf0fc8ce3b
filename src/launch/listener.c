#include "launch/listener.h"

#include "base/diag.h"
#include "base/span.h"
#include "os/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { HOST_MAX = 256 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static struct listener *new_listener(struct listeners *listeners, int fd, bool is_unix)
{
    if (listeners->count == LISTENERS_MAX)
        diag_die(EX_USAGE, "--listen: more than %d sockets; leave some out", LISTENERS_MAX);
    struct listener *listener = &listeners->at[listeners->count++];
    *listener = (struct listener){.fd = fd, .is_unix = is_unix};
    return listener;
}

/* Inherited by what is accepted, which saves a call a connection: replies never wait for Nagle. */
static void set_no_delay(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* ---- From the service manager ---- */

void listeners_inherit(struct listeners *listeners)
{
    int passed = inherit_listen_fds();
    for (int fd = INHERIT_FIRST; fd < INHERIT_FIRST + passed; fd++) {
        int listening = 0;
        socklen_t len = sizeof listening;
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len);
        if (!listening)
            diag_die(EX_CONFIG,
                     "descriptor %d from the service manager does not listen; set Accept=no", fd);
        union address address = {.any.sa_family = AF_UNSPEC};
        len = sizeof address;
        bool is_unix = getsockname(fd, &address.any, &len) == 0 && address.any.sa_family == AF_UNIX;
        int flags = fcntl(fd, F_GETFL);
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
        if (!is_unix)
            set_no_delay(fd);
        new_listener(listeners, fd, is_unix);
    }
}

/* ---- From --listen ---- */

static _Noreturn void die_unavailable(const char *where)
{
    diag_die(EX_UNAVAILABLE, "--listen: \"%s\": %s; %s", where, strerror(errno),
             errno == EADDRINUSE ? "stop what listens there, or give another"
                                 : "give an address of this machine");
}

/* A socket file that nobody listens on is what a killed launcher left. */
static void remove_stale_socket(const union address *address, socklen_t len)
{
    struct stat facts;
    if (lstat(address->local.sun_path, &facts) != 0 || !S_ISSOCK(facts.st_mode))
        return;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && connect(probe, &address->any, len) != 0 && errno == ECONNREFUSED)
        unlink(address->local.sun_path);
    if (probe >= 0)
        close(probe);
}

static void open_unix(struct listeners *listeners, const char *path)
{
    union address address = {.local = {.sun_family = AF_UNIX}};
    if (strlen(path) >= sizeof address.local.sun_path)
        diag_die(EX_USAGE,
                 "--listen: \"%s\" is too long for a unix socket; give a path below %zu bytes",
                 path, sizeof address.local.sun_path);
    memcpy(address.local.sun_path, path, strlen(path) + 1);
    remove_stale_socket(&address, sizeof address.local);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, &address.any, sizeof address.local) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0)
        die_unavailable(path);
    struct listener *listener = new_listener(listeners, fd, true);
    memcpy(listener->unlink_path, path, strlen(path) + 1);
}

static void open_tcp(struct listeners *listeners, const struct addrinfo *info, const char *where)
{
    int on = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (info->ai_family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        set_no_delay(fd);
    }
    if (fd < 0 || bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, LISTEN_BACKLOG) != 0)
        die_unavailable(where);
    new_listener(listeners, fd, false);
}

/* "[HOST:]PORT" into host and port, without the brackets of an IPv6 address. */
static bool split(const char *where, char host[HOST_MAX], const char **port)
{
    const char *colon = strrchr(where, ':');
    struct span text = {where, colon ? (size_t)(colon - where) : 0};
    uint64_t number;
    *port = colon ? colon + 1 : where;
    if (!colon)
        text = SPAN("127.0.0.1");
    if (text.len > 1 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = (struct span){text.at + 1, text.len - 2};
    else if (span_find(text, ':') < text.len)
        return false;
    if (text.len == 0 || text.len >= HOST_MAX)
        return false;
    memcpy(host, text.at, text.len);
    host[text.len] = '\0';
    return span_decimal(span_of(*port), 5, &number) && number <= 65535;
}

void listeners_open(struct listeners *listeners, const char *where)
{
    if (where[0] == '/') {
        open_unix(listeners, where);
        return;
    }
    char host[HOST_MAX];
    const char *port;
    if (!split(where, host, &port))
        diag_die(EX_USAGE,
                 "--listen: \"%s\" is no [HOST:]PORT and no /PATH; give such as 4221, 0.0.0.0:80, "
                 "[::1]:4221 or /run/perch.sock",
                 where);
    const struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    struct addrinfo *found;
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0)
        diag_die(EX_UNAVAILABLE, "--listen: \"%s\": %s; give an address of this machine", where,
                 gai_strerror(error));
    for (const struct addrinfo *info = found; info; info = info->ai_next)
        open_tcp(listeners, info, where);
    freeaddrinfo(found);
}

/* ---- All of them ---- */

static void announce(const struct listener *listener)
{
    union address address;
    socklen_t len = sizeof address;
    char host[HOST_MAX], port[8];
    memset(&address, 0, sizeof address);
    if (getsockname(listener->fd, &address.any, &len) != 0)
        return;
    if (listener->is_unix)
        dprintf(STDOUT_FILENO, "perchd: listening on unix:%.*s\n",
                (int)sizeof address.local.sun_path, address.local.sun_path);
    else if (getnameinfo(&address.any, len, host, sizeof host, port, sizeof port,
                         NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        dprintf(STDOUT_FILENO,
                address.any.sa_family == AF_INET6 ? "perchd: listening on http://[%s]:%s/\n"
                                                  : "perchd: listening on http://%s:%s/\n",
                host, port);
}

void listeners_announce(const struct listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++)
        announce(&listeners->at[i]);
}

void listeners_close(struct listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++) {
        if (listeners->at[i].unlink_path[0])
            unlink(listeners->at[i].unlink_path);
        close(listeners->at[i].fd);
    }
    listeners->count = 0;
}
