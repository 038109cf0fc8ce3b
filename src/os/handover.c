#include "os/handover.h"

#include "base/diag.h"
#include "os/stop.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Room for one descriptor, aligned as the kernel wants it. */
union rights {
    struct cmsghdr head;
    // cppcheck-suppress unusedStructMember
    char room[CMSG_SPACE(sizeof(int))];
};

static ssize_t receive(int control, struct handover *handover, union rights *rights,
                       struct msghdr *message)
{
    struct iovec part = {handover, sizeof *handover};
    for (;;) {
        *message = (struct msghdr){
            .msg_iov = &part,
            .msg_iovlen = 1,
            .msg_control = rights,
            .msg_controllen = sizeof *rights,
        };
        ssize_t got = recvmsg(control, message, MSG_CMSG_CLOEXEC);
        if (got >= 0 || errno != EINTR || stop_asked())
            return got;
    }
}

int handover_take(int control, struct handover *handover)
{
    union rights rights;
    struct msghdr message;
    int connection = -1;
    ssize_t got = receive(control, handover, &rights, &message);
    if (got <= 0)
        return -1;
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof connection))
        memcpy(&connection, CMSG_DATA(head), sizeof connection);
    if (got != (ssize_t)sizeof *handover || message.msg_flags & MSG_TRUNC || connection < 0)
        diag_die(EX_CONFIG, "descriptor %d: no connection came over it; perchd is to hand one over",
                 control);
    return connection;
}

bool handover_return(int control)
{
    static const char ready = HANDOVER_READY;
    return write(control, &ready, sizeof ready) == (ssize_t)sizeof ready;
}
