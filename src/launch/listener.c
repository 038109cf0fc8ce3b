#include "launch/listener.h"

#include "base/diag.h"
#include "base/span.h"
#include "launch/bequest.h"
#include "os/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
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
        const union handover_address local = bequest_address(fd);
        bool is_unix = local.any.sa_family == AF_UNIX;
        int flags = fcntl(fd, F_GETFL);
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
        if (!is_unix)
            bequest_no_delay(fd);
        bequest_no_pacing(fd, &local);
        new_listener(listeners, fd, is_unix)->name = inherit_name(fd);
    }
}

/* ---- From --listen ---- */

/* Nothing stays behind of what was opened before. */
static _Noreturn void die_unavailable(struct listeners *listeners, const char *where)
{
    int error = errno;
    listeners_close(listeners);
    diag_die(EX_UNAVAILABLE, "--listen: \"%s\": %s; %s", where, strerror(error),
             error == EADDRINUSE ? "stop what listens there, or give another"
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
    memcpy(address.local.sun_path, path, strlen(path) + 1);
    remove_stale_socket(&address, sizeof address.local);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, &address.any, sizeof address.local) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0)
        die_unavailable(listeners, path);
    struct listener *listener = new_listener(listeners, fd, true);
    memcpy(listener->unlink_path, path, strlen(path) + 1);
}

/* A listening socket, or -1 with errno. */
static int listen_on(const struct addrinfo *info)
{
    int on = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    bequest_no_delay(fd);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void add_own(struct listeners *listeners, int fd)
{
    struct listener *listener = new_listener(listeners, fd, false);
    listener->local = bequest_address(fd);
    listener->is_timed = bequest_timeouts(fd);
    bequest_no_pacing(fd, &listener->local);
}

/* Some resolvers name an address twice. */
static bool stands_before(const struct addrinfo *found, const struct addrinfo *info)
{
    for (; found != info; found = found->ai_next)
        if (found->ai_addrlen == info->ai_addrlen &&
            memcmp(found->ai_addr, info->ai_addr, info->ai_addrlen) == 0)
            return true;
    return false;
}

/* All addresses that a name has; not those that this machine has not: "localhost" often means ::1
 * as well, where there is no IPv6. */
static void open_all(struct listeners *listeners, const struct addrinfo *found, const char *where)
{
    unsigned before = listeners->count;
    int error = 0;
    for (const struct addrinfo *info = found; info; info = info->ai_next) {
        if (stands_before(found, info))
            continue;
        int fd = listen_on(info);
        if (fd >= 0)
            add_own(listeners, fd);
        else if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT)
            error = errno;
        else
            die_unavailable(listeners, where);
    }
    errno = error;
    if (listeners->count == before)
        die_unavailable(listeners, where);
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

const char *listeners_complaint(const char *where)
{
    char host[HOST_MAX];
    const char *port;
    if (where[0] == '/')
        return strlen(where) < sizeof((struct sockaddr_un *)0)->sun_path
                   ? NULL
                   : "is too long for a unix socket; give a path below 108 bytes";
    return split(where, host, &port)
               ? NULL
               : "is no [HOST:]PORT and no /PATH; give such as 4221, 0.0.0.0:80, [::1]:4221 or "
                 "/run/perch.sock";
}

void listeners_open(struct listeners *listeners, const char *where)
{
    if (where[0] == '/') {
        open_unix(listeners, where);
        return;
    }
    char host[HOST_MAX];
    const char *port;
    const struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    struct addrinfo *found = NULL;
    int error = split(where, host, &port) ? getaddrinfo(host, port, &hints, &found) : EAI_NONAME;
    if (error != 0) {
        listeners_close(listeners);
        diag_die(EX_UNAVAILABLE, "--listen: \"%s\": %s; give an address of this machine", where,
                 gai_strerror(error));
    }
    open_all(listeners, found, where);
    freeaddrinfo(found);
}

/* ---- All of them ---- */

/* Where it can be reached, as a URL, or "unix:/PATH"; false where the kernel does not say. */
static bool describe(const struct listener *listener, char *text, size_t room)
{
    union address address;
    socklen_t len = sizeof address;
    char host[HOST_MAX], port[8];
    memset(&address, 0, sizeof address);
    if (getsockname(listener->fd, &address.any, &len) != 0)
        return false;
    if (listener->is_unix) {
        snprintf(text, room, "unix:%.*s", (int)sizeof address.local.sun_path,
                 address.local.sun_path);
        return true;
    }
    if (getnameinfo(&address.any, len, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return false;
    bool is_v6 = address.any.sa_family == AF_INET6;
    snprintf(text, room, is_v6 ? "http://[%s]:%s/" : "http://%s:%s/", host, port);
    return true;
}

static void announce(const struct listener *listener)
{
    char where[HOST_MAX + 32];
    /* systemd-socket-activate(1) calls a socket so to which nobody gave a name. */
    bool named = listener->name.len && !span_equal(listener->name, SPAN("unknown"));
    if (describe(listener, where, sizeof where))
        dprintf(STDOUT_FILENO, "perchd: listening on %s%s%.*s%s\n", where, named ? " (" : "",
                named ? (int)listener->name.len : 0, listener->name.at ? listener->name.at : "",
                named ? ")" : "");
}

void listeners_announce(const struct listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++)
        announce(&listeners->at[i]);
}

void listeners_await_requests(const struct listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++)
        if (!listeners->at[i].is_unix)
            bequest_request(listeners->at[i].fd);
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
