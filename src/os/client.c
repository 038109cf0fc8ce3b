#include "os/client.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert((int)CLIENT_ADDRESS_MAX == INET6_ADDRSTRLEN, "room for every address");

enum { NOBODY_TO_ASK = -1 };

static void name_it(struct client *client, const char *name)
{
    memcpy(client->address, name, strlen(name) + 1);
}

static void note_ipv4(struct client *client, const void *address)
{
    inet_ntop(AF_INET, address, client->address, sizeof client->address);
}

/* A listener of both families has its clients of IPv4 as mapped addresses. */
static void note_ipv6(struct client *client, const unsigned char address[16])
{
    struct in6_addr copy;
    memcpy(&copy, address, sizeof copy);
    if (IN6_IS_ADDR_V4MAPPED(&copy))
        note_ipv4(client, address + 12);
    else
        inet_ntop(AF_INET6, &copy, client->address, sizeof client->address);
}

static void note(struct client *client, const union handover_address *address)
{
    if (address->any.sa_family == AF_INET)
        note_ipv4(client, &address->v4.sin_addr);
    else if (address->any.sa_family == AF_INET6)
        note_ipv6(client, address->v6.sin6_addr.s6_addr);
    else
        name_it(client, "unix");
}

static void ask(struct client *client)
{
    union handover_address peer = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof peer;
    if (getpeername(client->socket, &peer.any, &len) == 0)
        note(client, &peer);
    else
        name_it(client, "-");
    client->socket = NOBODY_TO_ASK;
}

void client_begin_at(struct client *client, const union handover_address *address)
{
    *client = (struct client){.socket = NOBODY_TO_ASK, .known = address};
}

void client_begin(struct client *client, int connection)
{
    *client = (struct client){.socket = connection};
}

void client_believe(struct client *client, const struct proxy *proxy)
{
    if (proxy->family == PROXY_LOCAL)
        return;
    *client = (struct client){.socket = NOBODY_TO_ASK};
    if (proxy->family == PROXY_IPV4)
        note_ipv4(client, proxy->source.address);
    else
        note_ipv6(client, proxy->source.address);
}

struct span client_address(struct client *client)
{
    if (client->socket != NOBODY_TO_ASK)
        ask(client);
    else if (client->known)
        note(client, client->known);
    client->known = NULL;
    return span_of(client->address);
}
