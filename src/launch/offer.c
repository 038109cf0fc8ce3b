#include "launch/offer.h"

#include "launch/bequest.h"
#include "launch/nearby.h"

#include <errno.h>
#include <string.h>

int offer_control(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

void offer_describe(struct handover *handover, const struct arrival *arrival)
{
    const struct sockaddr_storage *address = &arrival->address;
    socklen_t len = sizeof handover->local;
    memset(handover, 0, sizeof *handover);
    handover->is_timed = arrival->listener->is_timed;
    handover->local = arrival->listener->local;
    if (address->ss_family == AF_INET)
        memcpy(&handover->peer.v4, address, sizeof handover->peer.v4);
    else if (address->ss_family == AF_INET6)
        memcpy(&handover->peer.v6, address, sizeof handover->peer.v6);
    else
        handover->peer.any.sa_family = AF_UNIX;
    if (handover->peer.any.sa_family != AF_UNIX && handover->local.any.sa_family == AF_UNSPEC) {
        getsockname(arrival->connection, &handover->local.any, &len);
        bequest_no_pacing(arrival->connection, &handover->local);
    }
}

int offer_give(int control, const struct handover *handover, int connection, pid_t lone)
{
    union {
        struct cmsghdr head;
        // cppcheck-suppress unusedStructMember
        char room[CMSG_SPACE(sizeof(int))];
    } rights = {.room = {0}};
    struct iovec part = {(void *)handover, sizeof *handover};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &rights,
        .msg_controllen = sizeof rights,
    };
    rights.head.cmsg_level = SOL_SOCKET;
    rights.head.cmsg_type = SCM_RIGHTS;
    rights.head.cmsg_len = CMSG_LEN(sizeof connection);
    memcpy(CMSG_DATA(&rights.head), &connection, sizeof connection);
    struct nearby nearby = {.pid = 0};
    if (lone)
        nearby_hold(&nearby, lone);
    ssize_t sent = sendmsg(control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    nearby_release(&nearby);
    return sent < 0 ? -1 : 0;
}

int offer_hears(int control)
{
    char said[2];
    ssize_t got = recv(control, said, sizeof said, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return got == 1 && said[0] == HANDOVER_READY ? 1 : -1;
}
