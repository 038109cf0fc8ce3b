/*
 * A disk that remembers: a file system of one file, in user space, for a loop device to stand on.
 * What is written to it, and when its cache was told to flush, goes into a log, in order; from that
 * every state can be made in which a disk with a volatile cache may be found after its power was
 * cut.
 *
 *     disk IMAGE LOG FILE
 *
 * Mounts itself over FILE, says "ready", and ends when it is unmounted. FILE then has the size and
 * the content of IMAGE, which takes the writes as well. Needs root.
 *
 * A record of the log, in the machine's byte order: offset (8 octets), length (8 octets), data. A
 * flush has the offset -1 and no data. A record is there before the writer learns that its write or
 * flush is done.
 *
 * It speaks to the kernel as linux/fuse.h says, without a library: there are only a few calls.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE_MAX = 1 << 20, HEAD_MAX = 256, PAGE = 4096 };

static char message[WRITE_MAX + HEAD_MAX];
static int kernel, image, record;

static void put_record(int64_t offset, const void *data, size_t len)
{
    int64_t head[] = {offset, (int64_t)len};
    struct iovec parts[] = {{head, sizeof head}, {(void *)data, len}};
    if (writev(record, parts, 2) != (ssize_t)(sizeof head + len))
        err(1, "the log takes no more");
}

/* ---- Answers ---- */

static void answer(const struct fuse_in_header *head, int error, const void *data, size_t len)
{
    struct fuse_out_header out = {(uint32_t)(sizeof out + len), -error, head->unique};
    struct iovec parts[] = {{&out, sizeof out}, {(void *)data, len}};
    /* ENOENT: nobody waits for it any more. */
    if (writev(kernel, parts, 2) < 0 && errno != ENOENT)
        err(1, "answer to the kernel");
}

static void answer_init(const struct fuse_in_header *head)
{
    struct fuse_init_out out = {
        .major = FUSE_KERNEL_VERSION,
        .minor = 31,
        .max_readahead = WRITE_MAX,
        .flags = FUSE_BIG_WRITES | FUSE_MAX_PAGES,
        .max_background = 16,
        .congestion_threshold = 16,
        .max_write = WRITE_MAX,
        .max_pages = WRITE_MAX / PAGE,
    };
    answer(head, 0, &out, sizeof out);
}

static void answer_attr(const struct fuse_in_header *head)
{
    struct stat facts;
    if (fstat(image, &facts) != 0)
        err(1, "fstat of the image");
    struct fuse_attr_out out = {
        .attr_valid = 3600,
        .attr = {.ino = FUSE_ROOT_ID,
                 .size = (uint64_t)facts.st_size,
                 .mode = S_IFREG | 0600,
                 .nlink = 1,
                 .blksize = PAGE},
    };
    answer(head, 0, &out, sizeof out);
}

static void answer_read(const struct fuse_in_header *head, const struct fuse_read_in *in)
{
    static char data[WRITE_MAX];
    ssize_t got =
        pread(image, data, in->size < WRITE_MAX ? in->size : WRITE_MAX, (off_t)in->offset);
    if (got < 0)
        err(1, "read of the image");
    answer(head, 0, data, (size_t)got);
}

static void answer_write(const struct fuse_in_header *head, const struct fuse_write_in *in)
{
    struct fuse_write_out out = {.size = in->size};
    const void *data = in + 1;
    if (pwrite(image, data, in->size, (off_t)in->offset) != (ssize_t)in->size)
        err(1, "write to the image");
    put_record((int64_t)in->offset, data, in->size);
    answer(head, 0, &out, sizeof out);
}

static void answer_fsync(const struct fuse_in_header *head)
{
    put_record(-1, NULL, 0);
    answer(head, 0, NULL, 0);
}

static void answer_one(const struct fuse_in_header *head)
{
    static const struct fuse_open_out opened = {.fh = 1};
    const void *in = head + 1;
    switch (head->opcode) {
    case FUSE_INIT:
        answer_init(head);
        break;
    case FUSE_GETATTR:
    case FUSE_SETATTR:
        answer_attr(head);
        break;
    case FUSE_OPEN:
        answer(head, 0, &opened, sizeof opened);
        break;
    case FUSE_READ:
        answer_read(head, in);
        break;
    case FUSE_WRITE:
        answer_write(head, in);
        break;
    case FUSE_FSYNC:
        answer_fsync(head);
        break;
    case FUSE_FLUSH:
    case FUSE_RELEASE:
        answer(head, 0, NULL, 0);
        break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break; /* these want no answer */
    default:
        answer(head, ENOSYS, NULL, 0);
    }
}

int main(int argc, char *argv[])
{
    char options[128];
    if (argc != 4)
        errx(64, "usage: disk IMAGE LOG FILE");
    image = open(argv[1], O_RDWR | O_CLOEXEC);
    record = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    kernel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (image < 0 || record < 0 || kernel < 0)
        err(66, "the image, the log or /dev/fuse");
    snprintf(options, sizeof options, "fd=%d,rootmode=100600,user_id=0,group_id=0", kernel);
    if (mount("disk", argv[3], "fuse", MS_NOSUID | MS_NODEV, options) != 0)
        err(71, "mount over %s", argv[3]);
    puts("ready");
    fflush(stdout);
    for (;;) {
        ssize_t got = read(kernel, message, sizeof message);
        if (got < 0 && errno == ENODEV)
            return 0; /* unmounted */
        if (got < 0 && errno != EINTR && errno != ENOENT && errno != EAGAIN)
            err(1, "read from the kernel");
        if (got > 0)
            answer_one((const struct fuse_in_header *)(const void *)message);
    }
}
