#include "errors.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>

#define LIST(...)                                                                                  \
    (const int[])                                                                                  \
    {                                                                                              \
        __VA_ARGS__, 0                                                                             \
    }

/* What any call on a file can meet. */
#define ANY EIO, ENOMEM, EINTR, ESTALE, ETIMEDOUT, EREMOTEIO
/* What any call on a path can meet. */
#define PATH ANY, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR
/* What a call that makes a name can meet as well. */
#define NEW_NAME  PATH, EDQUOT, ENOSPC, EROFS
#define OPEN      NEW_NAME, EBUSY, EMFILE, ENFILE, EOVERFLOW, ETXTBSY, ENXIO, ENODEV, EOPNOTSUPP, EINVAL
#define NO_ERRORS LIST(EINVAL)

/* clang-format off */
static const struct errors table[] = {
    {SYS_read, "read", true,
        LIST(ANY, EAGAIN, EISDIR, EINVAL),
        LIST(EINTR, EAGAIN, ECONNRESET, ETIMEDOUT, ENOTCONN, ENOMEM, EIO, EHOSTUNREACH, ENETDOWN)},
    {SYS_recvfrom, "recvfrom", true, NO_ERRORS,
        LIST(EINTR, EAGAIN, ECONNRESET, ETIMEDOUT, ENOTCONN, ENOMEM, ECONNREFUSED, EHOSTUNREACH)},
    {SYS_splice, "splice", true,
        LIST(ANY, EAGAIN, EINVAL, ENOSPC, EDQUOT, EFBIG, EPERM),
        LIST(ANY, EAGAIN, EINVAL, ECONNRESET, ENOTCONN)},
    {SYS_write, "write", true,
        LIST(ANY, EAGAIN, EDQUOT, EFBIG, EINVAL, ENOSPC, EPERM, EPIPE, EROFS, EACCES),
        LIST(EINTR, EAGAIN, EPIPE, ECONNRESET, ETIMEDOUT, ENOMEM)},
    {SYS_pwrite64, "pwrite64", true,
        LIST(ANY, EAGAIN, EDQUOT, EFBIG, EINVAL, ENOSPC, EPERM, EOVERFLOW, EROFS), NO_ERRORS},
    {SYS_pread64, "pread64", true, LIST(ANY, EAGAIN, EISDIR, EINVAL), NO_ERRORS},
    {SYS_copy_file_range, "copy_file_range", true,
        LIST(ANY, EINVAL, EFBIG, ENOSPC, EPERM, EXDEV, EOPNOTSUPP, EOVERFLOW, EDQUOT), NO_ERRORS},
    {SYS_sendto, "sendto", true, NO_ERRORS,
        LIST(EINTR, EAGAIN, EPIPE, ECONNRESET, ETIMEDOUT, ENOBUFS, ENOMEM, ENOTCONN, EHOSTUNREACH)},
    {SYS_getrandom, "getrandom", true, LIST(EAGAIN, EINTR, ENOSYS, EINVAL), NO_ERRORS},
    {SYS_fsync, "fsync", false, LIST(ANY, EDQUOT, ENOSPC, EROFS, EINVAL), NO_ERRORS},
    {SYS_fdatasync, "fdatasync", false, LIST(ANY, EDQUOT, ENOSPC, EROFS, EINVAL), NO_ERRORS},
    {SYS_syncfs, "syncfs", false, LIST(ANY, EDQUOT, ENOSPC), NO_ERRORS},
    {SYS_sync_file_range, "sync_file_range", false, LIST(ANY, ENOSPC, EDQUOT, EINVAL, ESPIPE), NO_ERRORS},
    {SYS_fallocate, "fallocate", false,
        LIST(ANY, EDQUOT, EFBIG, EINVAL, ENODEV, ENOSPC, ENOSYS, EOPNOTSUPP, EPERM, ESPIPE, ETXTBSY), NO_ERRORS},
    {SYS_ftruncate, "ftruncate", false,
        LIST(ANY, EFBIG, EINVAL, EPERM, EROFS, ETXTBSY, ENOSPC, EDQUOT), NO_ERRORS},
    {SYS_linkat, "linkat", false, LIST(NEW_NAME, EEXIST, EMLINK, EXDEV, EOPNOTSUPP, EINVAL), NO_ERRORS},
    {SYS_renameat, "renameat", false,
        LIST(NEW_NAME, EBUSY, EEXIST, EINVAL, EISDIR, EMLINK, ENOTEMPTY, EXDEV), NO_ERRORS},
    {SYS_renameat2, "renameat2", false,
        LIST(NEW_NAME, EBUSY, EEXIST, EINVAL, EISDIR, EMLINK, ENOTEMPTY, EXDEV, ENOSYS), NO_ERRORS},
    {SYS_unlinkat, "unlinkat", false, LIST(PATH, EBUSY, EINVAL, EISDIR, EROFS), NO_ERRORS},
    {SYS_openat, "openat", false, LIST(OPEN, EISDIR, EEXIST), NO_ERRORS},
    {SYS_open, "open", false, LIST(OPEN, EISDIR, EEXIST), NO_ERRORS},
    {SYS_openat2, "openat2", false, LIST(OPEN, EXDEV, EAGAIN, E2BIG, ENOSYS), NO_ERRORS},
    {SYS_fstat, "fstat", false, LIST(ANY, EOVERFLOW), LIST(ENOMEM)},
    {SYS_newfstatat, "newfstatat", false, LIST(PATH, EOVERFLOW, EINVAL), NO_ERRORS},
    {SYS_statx, "statx", false, LIST(PATH, EOVERFLOW, EINVAL, ENOSYS), NO_ERRORS},
    {SYS_fstatfs, "fstatfs", false, LIST(ANY, ENOSYS, EOVERFLOW), NO_ERRORS},
    {SYS_fchmod, "fchmod", false, LIST(ANY, EPERM, EROFS), NO_ERRORS},
    {SYS_futex, "futex", false, NO_ERRORS, NO_ERRORS},
    {SYS_fsetxattr, "fsetxattr", false, LIST(ANY, EDQUOT, ENOSPC, EOPNOTSUPP, EPERM, EROFS, E2BIG), NO_ERRORS},
    {SYS_fgetxattr, "fgetxattr", false, LIST(ANY, ENODATA, ERANGE, EOPNOTSUPP), NO_ERRORS},
    {SYS_flock, "flock", false, LIST(EINTR, EINVAL, ENOLCK, EWOULDBLOCK), NO_ERRORS},
    {SYS_fcntl, "fcntl", false, LIST(EINTR, EACCES, EAGAIN, EINVAL, EMFILE, ENOLCK, EPERM), LIST(EINVAL)},
    {SYS_lseek, "lseek", false, LIST(EINVAL, ENXIO, EOVERFLOW, ESPIPE), LIST(ESPIPE)},
    {SYS_getdents64, "getdents64", false, LIST(ANY, EINVAL, ENOENT, ENOTDIR), NO_ERRORS},
    {SYS_dup, "dup", false, LIST(EMFILE, EINTR), LIST(EMFILE)},
    {SYS_close, "close", false, LIST(EIO, EINTR, ENOSPC, EDQUOT, ESTALE), LIST(EIO, EINTR)},
    {SYS_pipe2, "pipe2", false, LIST(EMFILE, ENFILE, ENOPKG), LIST(EMFILE, ENFILE)},
    {SYS_setsockopt, "setsockopt", false, NO_ERRORS, LIST(EINVAL, ENOPROTOOPT, ENOTCONN, ENOMEM)},
    {SYS_getsockopt, "getsockopt", false, NO_ERRORS, LIST(EINVAL, ENOPROTOOPT, ENOTCONN)},
    {SYS_shutdown, "shutdown", false, NO_ERRORS, LIST(EINVAL, ENOTCONN)},
    {SYS_poll, "poll", false, LIST(EINTR, ENOMEM, EINVAL), LIST(EINTR, ENOMEM, EINVAL)},
    {SYS_ppoll, "ppoll", false, LIST(EINTR, ENOMEM, EINVAL), LIST(EINTR, ENOMEM, EINVAL)},
    {SYS_ioctl, "ioctl", false, LIST(EINVAL, ENOTTY), LIST(EINVAL, ENOTTY)},
    {SYS_getpid, NULL, false, NULL, NULL}, /* can't fail */
    {SYS_rt_sigaction, NULL, false, NULL, NULL},
    {SYS_rt_sigprocmask, NULL, false, NULL, NULL},
    {SYS_exit_group, NULL, false, NULL, NULL},
    {SYS_mmap, NULL, false, NULL, NULL}, /* a sanitizer's */
    {SYS_munmap, NULL, false, NULL, NULL},
    {SYS_madvise, NULL, false, NULL, NULL},
    {-1, "another call", false, LIST(ANY, EINVAL, ENOSYS), LIST(EINTR, EINVAL, ENOMEM)},
};
/* clang-format on */

const struct errors *errors_of(long number)
{
    const struct errors *row = table;
    while (row->number != -1 && row->number != number)
        row++;
    return row;
}
