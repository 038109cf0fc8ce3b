#include "launch/deposit.h"

#include "bounds.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    bool is_taken;
    int slot, connection;
} deposits[DEPOSITS_MAX];

void deposit_put(int slot, int connection)
{
    static unsigned next;
    if (deposits[next].is_taken)
        close(deposits[next].connection);
    deposits[next].is_taken = true;
    deposits[next].slot = slot;
    deposits[next].connection = connection;
    next = (next + 1) % DEPOSITS_MAX;
}

static int take(int slot)
{
    for (unsigned i = 0; i < DEPOSITS_MAX; i++)
        if (deposits[i].is_taken && deposits[i].slot == slot) {
            deposits[i].is_taken = false;
            return deposits[i].connection;
        }
    return DEPOSIT_NONE;
}

/* The states of TCP in which we have not ended our side; netinet/tcp.h, which names them, excludes
 * linux/tcp.h. */
enum { ESTABLISHED = 1, CLOSE_WAIT = 8 };

static bool is_untouched(int connection)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    int unread;
    memset(&info, 0, sizeof info);
    if (getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        ioctl(connection, SIOCINQ, &unread) != 0 || info.tcpi_bytes_sent != 0)
        return false;
    /* The peer's end counts as an octet. */
    unsigned end = info.tcpi_state == CLOSE_WAIT;
    return (info.tcpi_state == ESTABLISHED || end) &&
           info.tcpi_bytes_received <= (unsigned)unread + end;
}

void deposit_close(int slot)
{
    int connection = take(slot);
    if (connection != DEPOSIT_NONE)
        close(connection);
}

int deposit_take_untouched(int slot)
{
    int connection = take(slot);
    if (connection == DEPOSIT_NONE || is_untouched(connection))
        return connection;
    close(connection);
    return DEPOSIT_NONE;
}
