#include "attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* Calls go to the kernel as they are: no library refuses first. */
#define CALL(...) syscall(__VA_ARGS__)

/* ---- Those that take more than one call ---- */

static long open_by(const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct open_how how = {flags, mode, resolve};
    return CALL(SYS_openat2, FOLDER, path, &how, sizeof how);
}

static long can_read(long fd)
{
    char byte;
    return fd < 0 ? -1 : CALL(SYS_read, fd, &byte, 1);
}

static long reopen_path_descriptor(void)
{
    char path[64];
    long fd = CALL(SYS_openat, AT_FDCWD, "outside/secret", O_PATH);
    if (fd < 0)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%ld", fd);
    return can_read(CALL(SYS_openat, AT_FDCWD, path, O_RDONLY));
}

static long walk_up_by_descriptor(void)
{
    long up = CALL(SYS_openat, FOLDER, "..", O_PATH | O_DIRECTORY);
    return up < 0 ? -1 : CALL(SYS_openat, up, "outside/secret", O_RDONLY);
}

static long list_the_parent(void)
{
    char entries[512];
    long up = CALL(SYS_openat, FOLDER, "..", O_RDONLY | O_DIRECTORY);
    return up < 0 ? -1 : CALL(SYS_getdents64, up, entries, sizeof entries);
}

static long run_descriptor(void)
{
    char *argv[] = {"program", NULL}, *env[] = {NULL};
    long fd = CALL(SYS_openat, FOLDER, "program", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -1 : CALL(SYS_execveat, fd, "", argv, env, AT_EMPTY_PATH);
}

static long run(int folder, const char *path)
{
    char *argv[] = {"program", NULL}, *env[] = {NULL};
    return CALL(SYS_execveat, folder, path, argv, env, 0);
}

static long map_program(void)
{
    long fd = CALL(SYS_openat, FOLDER, "program", O_RDONLY);
    return fd < 0 ? -1 : CALL(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
}

static long map_memory(int protection)
{
    return CALL(SYS_mmap, NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long protect_stack(void)
{
    char here;
    uintptr_t page = (uintptr_t)&here & ~(uintptr_t)4095;
    return CALL(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static long grow_heap(void)
{
    long end = CALL(SYS_brk, 0);
    return CALL(SYS_brk, end + (1 << 20)) >= end + (1 << 20) ? 0 : -1;
}

static long read_of(pid_t pid)
{
    static char byte, copy;
    struct iovec here = {&copy, 1}, there = {&byte, 1};
    return CALL(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0);
}

static long address_of(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, strlen(path));
    return (long)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static long send_to_address(void)
{
    struct sockaddr_un address;
    long len = address_of(&address, "outside/socket");
    return CALL(SYS_sendto, SOCKET, "x", 1, 0, &address, len);
}

static long send_message_to_address(void)
{
    struct sockaddr_un address;
    long len = address_of(&address, "outside/socket");
    struct iovec text = {"x", 1};
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = (socklen_t)len, .msg_iov = &text, .msg_iovlen = 1};
    return CALL(SYS_sendmsg, SOCKET, &message, 0);
}

static long connect_existing(void)
{
    struct sockaddr_un address;
    long len = address_of(&address, "outside/socket");
    return CALL(SYS_connect, SOCKET, &address, len);
}

static long bind_existing(void)
{
    struct sockaddr_un address;
    long len = address_of(&address, "served/socket");
    return CALL(SYS_bind, SOCKET, &address, len);
}

static long raise_limit(int resource)
{
    struct rlimit limit;
    if (CALL(SYS_prlimit64, 0, resource, NULL, &limit) != 0)
        return -1;
    limit.rlim_cur = limit.rlim_max = resource == RLIMIT_CORE ? 1 << 20 : 64;
    return CALL(SYS_prlimit64, 0, resource, &limit, NULL);
}

static long many_descriptors(void)
{
    long fd = 0;
    for (int i = 0; i < 32 && fd >= 0; i++)
        fd = CALL(SYS_openat, FOLDER, "inside", O_RDONLY);
    return fd;
}

static long make_setuid(void)
{
    return CALL(SYS_openat, FOLDER, "new", O_CREAT | O_WRONLY, 04755);
}

static long open_special_file(const char *path)
{
    return CALL(SYS_openat, AT_FDCWD, path, O_RDWR | O_NONBLOCK);
}

#if defined(__x86_64__)
/* getpid(2) by the numbers of another machine. */
static long by_32_bit_gate(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
    return result;
}

static long by_x32_number(void)
{
    return CALL(0x40000000L | SYS_getpid);
}
#endif

/* ---- The list ---- */

#define TRY(what_kind, what_name, call)                                                            \
    if (index++ == wanted) {                                                                       \
        *attempt = (struct attempt){what_name, what_kind};                                         \
        return really ? (long)(call) : 0;                                                          \
    }

/* clang-format off */
long attempt_find(unsigned wanted, struct attempt *attempt, bool really)
{
    unsigned index = 0;
    /* Names outside of the served folder */
    TRY(OPEN_TO_ALL, "open a file outside", CALL(SYS_openat, AT_FDCWD, "outside/secret", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside by .. from the folder", CALL(SYS_openat, FOLDER, "../outside/secret", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside by below/../..", CALL(SYS_openat, FOLDER, "below/../../outside/secret", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside through a symbolic link", CALL(SYS_openat, FOLDER, "out", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside by openat2 with no RESOLVE flags", open_by("../outside/secret", O_RDONLY, 0, 0))
    TRY(OPEN_TO_ALL, "open /etc/passwd", CALL(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY))
    TRY(OPEN_TO_ALL, "open the parent by descriptor and go on", walk_up_by_descriptor())
    TRY(OPEN_TO_ALL, "list the parent folder", list_the_parent())
    TRY(OPEN_TO_ALL, "reopen a path descriptor by /proc/self/fd", reopen_path_descriptor())
    TRY(OPEN_TO_ALL, "open /proc/self/maps", CALL(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY))
    TRY(OPEN_TO_ALL, "open /proc/self/mem", CALL(SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDWR))
    TRY(OPEN_TO_ALL, "open /proc/self/environ", CALL(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside by /proc/self/cwd", CALL(SYS_openat, AT_FDCWD, "/proc/self/cwd/outside/secret", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside by /proc/self/root", CALL(SYS_openat, AT_FDCWD, "/proc/self/root/etc/passwd", O_RDONLY))
    TRY(OPEN_TO_ALL, "open a file outside by /proc/self/fd/3/..", CALL(SYS_openat, AT_FDCWD, "/proc/self/fd/3/../outside/secret", O_RDONLY))
    TRY(OPEN_TO_ALL, "open /proc/version", CALL(SYS_openat, AT_FDCWD, "/proc/version", O_RDONLY))
    TRY(OPEN_TO_ALL, "open /dev/null", open_special_file("/dev/null"))
    TRY(OPEN_TO_ALL, "open /dev/zero", open_special_file("/dev/zero"))
    TRY(ANYHOW, "open a file by its handle", CALL(SYS_open_by_handle_at, FOLDER, "", O_RDONLY))
    TRY(OPEN_TO_ALL, "change the folder of the process and open", CALL(SYS_chdir, "outside") < 0 ? -1 : CALL(SYS_openat, AT_FDCWD, "secret", O_RDONLY))
    TRY(ANYHOW, "chroot", CALL(SYS_chroot, "served"))
    /* Changing things outside */
    TRY(OPEN_TO_ALL, "create a file outside", CALL(SYS_openat, AT_FDCWD, "outside/new", O_CREAT | O_WRONLY, 0600))
    TRY(OPEN_TO_ALL, "create an unnamed file outside", CALL(SYS_openat, AT_FDCWD, "outside", O_TMPFILE | O_WRONLY, 0600))
    TRY(OPEN_TO_ALL, "write a file outside", CALL(SYS_openat, AT_FDCWD, "outside/secret", O_WRONLY))
    TRY(OPEN_TO_ALL, "empty a file outside by opening", CALL(SYS_openat, AT_FDCWD, "outside/secret", O_WRONLY | O_TRUNC))
    TRY(OPEN_TO_ALL, "empty a file outside by truncate", CALL(SYS_truncate, "outside/secret", 0))
    TRY(OPEN_TO_ALL, "remove a file outside", CALL(SYS_unlinkat, AT_FDCWD, "outside/secret", 0))
    TRY(OPEN_TO_ALL, "link a file outside into the folder", CALL(SYS_linkat, AT_FDCWD, "outside/secret", FOLDER, "stolen", 0))
    TRY(OPEN_TO_ALL, "link a file of the folder to the outside", CALL(SYS_linkat, FOLDER, "inside", AT_FDCWD, "outside/new", 0))
    TRY(OPEN_TO_ALL, "move a file outside into the folder", CALL(SYS_renameat2, AT_FDCWD, "outside/secret", FOLDER, "stolen", 0))
    TRY(OPEN_TO_ALL, "move a file of the folder to the outside", CALL(SYS_renameat2, FOLDER, "inside", AT_FDCWD, "outside/new", 0))
    TRY(OPEN_TO_ALL, "exchange a file with one outside", CALL(SYS_renameat2, FOLDER, "inside", AT_FDCWD, "outside/secret", 2))
    /* In the folder, what perch never does */
    TRY(OPEN_TO_ALL, "make a folder", CALL(SYS_mkdirat, FOLDER, "new", 0700))
    TRY(OPEN_TO_ALL, "remove a folder", CALL(SYS_unlinkat, FOLDER, "below", AT_REMOVEDIR))
    TRY(OPEN_TO_ALL, "make a symbolic link", CALL(SYS_symlinkat, "/etc/passwd", FOLDER, "new"))
    TRY(OPEN_TO_ALL, "make a FIFO", CALL(SYS_mknodat, FOLDER, "new", S_IFIFO | 0600, 0))
    TRY(ANYHOW, "make a device", CALL(SYS_mknodat, FOLDER, "new", S_IFBLK | 0600, 0x700))
    TRY(OPEN_TO_ALL, "make a file that is setuid", make_setuid())
    TRY(OPEN_TO_ALL, "chmod", CALL(SYS_fchmodat, FOLDER, "inside", 0777))
    TRY(OPEN_TO_ALL, "chmod a file outside", CALL(SYS_fchmodat, AT_FDCWD, "outside/secret", 0777))
    TRY(OPEN_TO_ALL, "chmod by descriptor", CALL(SYS_fchmod, FOLDER, 0777))
    TRY(OPEN_TO_ALL, "chown to itself", CALL(SYS_fchownat, FOLDER, "inside", getuid(), getgid(), 0))
    TRY(OPEN_TO_ALL, "set the times of a file", CALL(SYS_utimensat, FOLDER, "inside", NULL, 0))
    TRY(OPEN_TO_ALL, "set the times of a file outside", CALL(SYS_utimensat, AT_FDCWD, "outside/secret", NULL, 0))
    TRY(ANYHOW, "set an extended attribute", CALL(SYS_setxattr, "served/inside", "user.x", "y", 1, 0))
    TRY(OPEN_TO_ALL, "empty a file by truncate", CALL(SYS_truncate, "served/inside", 0))
    TRY(OPEN_TO_ALL, "empty a file by opening", CALL(SYS_openat, FOLDER, "inside", O_WRONLY | O_TRUNC))
    TRY(OPEN_TO_ALL, "list the folder", CALL(SYS_getdents64, FOLDER, (char[512]){0}, 512))
    TRY(OPEN_TO_ALL, "read a symbolic link", CALL(SYS_readlinkat, FOLDER, "out", (char[64]){0}, 64))
    TRY(OPEN_TO_ALL, "watch the folder", CALL(SYS_inotify_init1, 0))
    TRY(ANYHOW, "watch the file system", CALL(SYS_fanotify_init, 0, 0))
    TRY(WRITING, "create a file", CALL(SYS_openat, FOLDER, "new", O_CREAT | O_WRONLY, 0600))
    TRY(WRITING, "create a file by openat2", open_by("new", O_CREAT | O_WRONLY, 0600, 0))
    TRY(WRITING, "create an unnamed file", CALL(SYS_openat, FOLDER, ".", O_TMPFILE | O_WRONLY, 0600))
    TRY(WRITING, "write a file", CALL(SYS_openat, FOLDER, "inside", O_WRONLY))
    TRY(WRITING, "write a file by openat2", open_by("inside", O_RDWR, 0, 0))
    TRY(WRITING, "remove a file", CALL(SYS_unlinkat, FOLDER, "inside", 0))
    TRY(WRITING, "rename a file", CALL(SYS_renameat2, FOLDER, "inside", FOLDER, "new", 0))
    TRY(WRITING, "link a file", CALL(SYS_linkat, FOLDER, "inside", FOLDER, "new", 0))
    TRY(WRITING, "sync", CALL(SYS_fsync, FOLDER))
    TRY(WRITING, "lock the folder", CALL(SYS_flock, FOLDER, 2))
    /* Running things */
    TRY(OPEN_TO_ALL, "run a program of the folder", run(FOLDER, "program"))
    TRY(OPEN_TO_ALL, "run a program by its descriptor", run_descriptor())
    TRY(OPEN_TO_ALL, "run /bin/sh", run(AT_FDCWD, "/bin/sh"))
    TRY(OPEN_TO_ALL, "execve", CALL(SYS_execve, "/bin/true", ((char *[]){"true", NULL}), NULL))
    TRY(OPEN_TO_ALL, "map a program of the folder", map_program())
    TRY(OPEN_TO_ALL, "map memory", map_memory(PROT_READ | PROT_WRITE))
    TRY(OPEN_TO_ALL, "map executable memory", map_memory(PROT_READ | PROT_WRITE | PROT_EXEC))
    TRY(OPEN_TO_ALL, "make the stack executable", protect_stack())
    TRY(OPEN_TO_ALL, "grow the heap", grow_heap())
    TRY(OPEN_TO_ALL, "a file in memory", CALL(SYS_memfd_create, "x", 0))
    TRY(OPEN_TO_ALL, "change the personality", CALL(SYS_personality, 0x0040000))
    /* Processes */
    TRY(OPEN_TO_ALL, "clone a process", CALL(SYS_clone, SIGCHLD, 0, 0, 0, 0))
    TRY(ANYHOW, "clone a thread", CALL(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0, 0, 0, 0))
    TRY(ANYHOW, "clone3", CALL(SYS_clone3, (uint64_t[11]){[4] = SIGCHLD}, 88))
    TRY(ANYHOW, "a user namespace", CALL(SYS_unshare, CLONE_NEWUSER))
    TRY(ANYHOW, "a network namespace", CALL(SYS_unshare, CLONE_NEWNET))
    TRY(ANYHOW, "enter a namespace", CALL(SYS_setns, FOLDER, 0))
    TRY(OPEN_TO_ALL, "signal the parent", CALL(SYS_kill, getppid(), 0))
    TRY(OPEN_TO_ALL, "signal all", CALL(SYS_kill, -getpgrp(), 0))
    TRY(OPEN_TO_ALL, "signal a thread of the parent", CALL(SYS_tgkill, getppid(), getppid(), 0))
    TRY(OPEN_TO_ALL, "signal a thread", CALL(SYS_tkill, getppid(), 0))
    TRY(OPEN_TO_ALL, "a descriptor of the parent", CALL(SYS_pidfd_open, getppid(), 0))
    TRY(ANYHOW, "signal by descriptor", CALL(SYS_pidfd_send_signal, FOLDER, 0, NULL, 0))
    TRY(ANYHOW, "take a descriptor of another process", CALL(SYS_pidfd_getfd, FOLDER, 0, 0))
    TRY(OPEN_TO_ALL, "be traced", CALL(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0))
    TRY(ANYHOW, "trace the parent", CALL(SYS_ptrace, PTRACE_SEIZE, getppid(), 0, 0))
    TRY(OPEN_TO_ALL, "read its own memory as another's", read_of(getpid()))
    TRY(ANYHOW, "read the parent's memory", read_of(getppid()))
    TRY(OPEN_TO_ALL, "be dumpable", CALL(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0))
    TRY(OPEN_TO_ALL, "take a signal over", CALL(SYS_rt_sigaction, SIGUSR1, NULL, (char[256]){0}, 8))
    TRY(OPEN_TO_ALL, "more descriptors than it needs", many_descriptors())
    TRY(OPEN_TO_ALL, "set the limit of descriptors", raise_limit(RLIMIT_NOFILE))
    TRY(ANYHOW, "set the limit of core files", raise_limit(RLIMIT_CORE))
    TRY(OPEN_TO_ALL, "lower its priority", CALL(SYS_setpriority, 0, 0, 19))
    TRY(OPEN_TO_ALL, "another scheduler", CALL(SYS_sched_setscheduler, 0, 3, &(int){0}))
    TRY(OPEN_TO_ALL, "become itself", CALL(SYS_setresuid, -1, -1, -1))
    TRY(ANYHOW, "become root", CALL(SYS_setresuid, 0, 0, 0))
    TRY(ANYHOW, "other groups", CALL(SYS_setgroups, 0, NULL))
    TRY(ANYHOW, "take a capability", CALL(SYS_capset, (uint32_t[2]){0x20080522, 0}, (uint32_t[6]){1, 1, 0, 0, 0, 0}))
    TRY(OPEN_TO_ALL, "ask who it is", CALL(SYS_getuid))
    /* The network */
    TRY(OPEN_TO_ALL, "a unix socket", CALL(SYS_socket, AF_UNIX, SOCK_STREAM, 0))
    TRY(OPEN_TO_ALL, "a TCP socket", CALL(SYS_socket, AF_INET, SOCK_STREAM, 0))
    TRY(OPEN_TO_ALL, "a UDP socket", CALL(SYS_socket, AF_INET, SOCK_DGRAM, 0))
    TRY(ANYHOW, "a TCP socket of IPv6", CALL(SYS_socket, AF_INET6, SOCK_STREAM, 0))
    TRY(ANYHOW, "a netlink socket", CALL(SYS_socket, AF_NETLINK, SOCK_RAW, 0))
    TRY(ANYHOW, "a packet socket", CALL(SYS_socket, AF_PACKET, SOCK_RAW, 0))
    TRY(ANYHOW, "a raw socket", CALL(SYS_socket, AF_INET, SOCK_RAW, 1))
    TRY(ANYHOW, "a socket to the hypervisor", CALL(SYS_socket, AF_VSOCK, SOCK_STREAM, 0))
    TRY(ANYHOW, "a socket for ciphers", CALL(SYS_socket, AF_ALG, SOCK_SEQPACKET, 0))
    TRY(ANYHOW, "a Bluetooth socket", CALL(SYS_socket, AF_BLUETOOTH, SOCK_RAW, 0))
    TRY(ANYHOW, "a socket of every other family", CALL(SYS_socket, AF_MAX - 1, SOCK_DGRAM, 0))
    TRY(OPEN_TO_ALL, "a pair of sockets", CALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (int[2]){0, 0}))
    TRY(OPEN_TO_ALL, "connect a socket that is there", connect_existing())
    TRY(OPEN_TO_ALL, "bind a socket that is there", bind_existing())
    TRY(OPEN_TO_ALL, "send from a socket to an address", send_to_address())
    TRY(OPEN_TO_ALL, "send a message to an address", send_message_to_address())
    TRY(OPEN_TO_ALL, "listen", CALL(SYS_listen, NAMED_STREAM, 1))
    TRY(ANYHOW, "end the stream that messages of all go to", CALL(SYS_shutdown, STDERR_FILENO, SHUT_RDWR))
    TRY(ANYHOW, "accept", CALL(SYS_accept4, NAMED_STREAM, NULL, NULL, 0))
    TRY(ANYHOW, "receive a message", CALL(SYS_recvmsg, BOUND_SOCKET, &(struct msghdr){0}, MSG_DONTWAIT))
    TRY(OPEN_TO_ALL, "set a socket's mark or buffer", CALL(SYS_setsockopt, SOCKET, SOL_SOCKET, SO_SNDBUF, &(int){4096}, sizeof(int)))
    TRY(ANYHOW, "choose how a connection meets a crowded line", CALL(SYS_setsockopt, SOCKET, IPPROTO_TCP, TCP_CONGESTION, "reno", 4))
    TRY(OPEN_TO_ALL, "ask whose socket it is", CALL(SYS_getsockname, SOCKET, (char[128]){0}, &(int){128}))
    /* Descriptors */
    TRY(OPEN_TO_ALL, "move a descriptor", CALL(SYS_dup3, FOLDER, 12, 0))
    TRY(OPEN_TO_ALL, "duplicate for the next program", CALL(SYS_fcntl, FOLDER, F_DUPFD, 10))
    TRY(OPEN_TO_ALL, "set flags of a descriptor", CALL(SYS_fcntl, FOLDER, F_SETFL, O_NONBLOCK))
    TRY(ANYHOW, "own a descriptor's signals", CALL(SYS_fcntl, SOCKET, F_SETOWN, getppid()))
    TRY(OPEN_TO_ALL, "ioctl", CALL(SYS_ioctl, SOCKET, 0x541B, &(int){0}))
    TRY(ANYHOW, "put a byte into a terminal", CALL(SYS_ioctl, 0, 0x5412, "x"))
    TRY(OPEN_TO_ALL, "a pipe", CALL(SYS_pipe2, (int[2]){0, 0}, 0))
    TRY(OPEN_TO_ALL, "an epoll descriptor", CALL(SYS_epoll_create1, 0))
    TRY(OPEN_TO_ALL, "an event descriptor", CALL(SYS_eventfd2, 0, 0))
    TRY(ANYHOW, "punch a hole into a file", CALL(SYS_fallocate, FOLDER, 3, 0, 1))
    /* The kernel */
    TRY(ANYHOW, "bpf", CALL(SYS_bpf, 0, (char[128]){0}, 128))
    TRY(ANYHOW, "perf_event_open", CALL(SYS_perf_event_open, (char[128]){0}, 0, -1, -1, 0))
    TRY(ANYHOW, "userfaultfd", CALL(SYS_userfaultfd, 1))
    TRY(ANYHOW, "io_uring_setup", CALL(SYS_io_uring_setup, 1, (char[128]){0}))
    TRY(ANYHOW, "io_uring_enter", CALL(SYS_io_uring_enter, FOLDER, 1, 0, 0, NULL, 0))
    TRY(ANYHOW, "keyctl", CALL(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0))
    TRY(ANYHOW, "add_key", CALL(SYS_add_key, "user", "x", "y", 1, KEY_SPEC_PROCESS_KEYRING))
    TRY(ANYHOW, "request_key", CALL(SYS_request_key, "user", "x", NULL, 0))
    TRY(ANYHOW, "mount", CALL(SYS_mount, "none", "served", "tmpfs", 0, NULL))
    TRY(ANYHOW, "umount", CALL(SYS_umount2, "served", 2))
    TRY(ANYHOW, "pivot_root", CALL(SYS_pivot_root, "served", "served"))
    TRY(ANYHOW, "open a mount", CALL(SYS_open_tree, FOLDER, "below", 0))
    TRY(ANYHOW, "make a file system", CALL(SYS_fsopen, "tmpfs", 0))
    TRY(ANYHOW, "load a module", CALL(SYS_finit_module, FOLDER, "", 0))
    TRY(ANYHOW, "kexec_load", CALL(SYS_kexec_load, 0, 0, NULL, 0))
    TRY(ANYHOW, "reboot", CALL(SYS_reboot, 0xfee1dead, 672274793, 0, NULL))
    TRY(ANYHOW, "swapoff", CALL(SYS_swapoff, "served/inside"))
    TRY(ANYHOW, "name the machine", CALL(SYS_sethostname, "jail", 4))
    TRY(ANYHOW, "set the clock", CALL(SYS_clock_settime, 0, (long[2]){-1, -1}))
    TRY(ANYHOW, "read the kernel's log", CALL(SYS_syslog, 10, NULL, 0))
    TRY(ANYHOW, "shared memory", CALL(SYS_shmget, 0, 4096, 0600))
    TRY(OPEN_TO_ALL, "a timer", CALL(SYS_timer_create, 0, NULL, &(int){0}))
    TRY(ANYHOW, "a filter of its own", CALL(SYS_seccomp, 2, 0, &(uint32_t){0x7fff0000}))
    TRY(OPEN_TO_ALL, "Landlock anew", CALL(SYS_landlock_create_ruleset, &(uint64_t){1}, 8, 0))
#if defined(__x86_64__)
    TRY(OPEN_TO_ALL, "arch_prctl", CALL(SYS_arch_prctl, 0x1003, (long[1]){0}))
    TRY(ANYHOW, "I/O ports", CALL(SYS_iopl, 3))
    TRY(OPEN_TO_ALL, "open, of old", can_read(CALL(SYS_open, "outside/secret", O_RDONLY)))
    TRY(OPEN_TO_ALL, "fork, of old", CALL(SYS_fork))
    TRY(ANYHOW, "a call by the gate for 32 bits", by_32_bit_gate())
    TRY(ANYHOW, "a call by a number of x32", by_x32_number())
#endif
    (void)index; /* also where the last TRY has counted on */
    return ATTEMPT_NONE;
}
/* clang-format on */
