#include "trace.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nothing here waits for anybody but perch, which has all its input: far more than a slow machine
 * needs. */
enum { HANG_SECONDS = 60 };

#define HIDDEN_PREFIX ".perch-"

static pid_t traced;
static volatile sig_atomic_t alarmed;

static void on_alarm(int signal)
{
    (void)signal;
    alarmed = 1;
    kill(traced, SIGKILL);
}

struct tracee {
    const struct request *request;
    const struct shot *shot;
    struct run *run;
    unsigned without;
    int client;
    unsigned fed;
    bool counting;
    bool inside; /* between the entry of a call and its return */
    bool swapped;
    long forced; /* what the call under way shall return where it is swapped */
    struct call call;
};

/* ---- Looking at the process ---- */

/* Both ways of the connection are one socket. */
static bool is_peer(long fd)
{
    return fd == STDIN_FILENO || fd == STDOUT_FILENO;
}

static void path_at(long address, char path[static 64])
{
    struct iovec here = {path, 63}, there = {(void *)(uintptr_t)address, 63}; /* NOLINT */
    ssize_t got = process_vm_readv(traced, &here, 1, &there, 1, 0);
    path[got > 0 ? got : 0] = '\0';
}

static bool is_hidden(long address)
{
    char path[64];
    path_at(address, path);
    return strncmp(path, HIDDEN_PREFIX, sizeof HIDDEN_PREFIX - 1) == 0;
}

static bool is_folder(long fd)
{
    char link[64];
    struct stat facts;
    snprintf(link, sizeof link, "/proc/%d/fd/%ld", traced, fd);
    return fd >= 0 && fd < 4096 && stat(link, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Keeps the count of hidden names, by the calls that succeed. */
static void watch_hidden(struct run *run, const struct call *call)
{
    if (call->result < 0)
        return;
    switch (call->number) {
    case SYS_openat:
        run->hidden += (call->args[2] & O_CREAT) && is_hidden(call->args[1]);
        break;
    case SYS_linkat:
        run->hidden += is_hidden(call->args[3]);
        break;
    case SYS_renameat:
    case SYS_renameat2:
        run->hidden -= is_hidden(call->args[1]) && run->hidden;
        run->hidden += is_hidden(call->args[3]);
        break;
    case SYS_unlinkat:
        run->hidden -= is_hidden(call->args[1]) && run->hidden;
        break;
    default:
        break;
    }
}

/* ---- Feeding ---- */

static bool reads_peer(const struct call *call)
{
    switch (call->number) {
    case SYS_read:
    case SYS_readv:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_splice:
        return is_peer(call->args[0]);
    case SYS_poll:
    case SYS_ppoll:
        return true;
    default:
        return false;
    }
}

static void feed(struct tracee *it)
{
    int unread = 0;
    if (ioctl(it->client, SIOCOUTQ, &unread) != 0 || unread != 0)
        return;
    if (it->fed == it->request->count) {
        shutdown(it->client, SHUT_WR);
        return;
    }
    struct piece piece = it->request->pieces[it->fed++];
    while (piece.len) {
        ssize_t put = send(it->client, piece.at, piece.len, MSG_NOSIGNAL);
        if (put <= 0)
            return; /* perch has gone, or reads no more */
        piece.at += put;
        piece.len -= (size_t)put;
    }
}

/* ---- Meddling ---- */

static void set_registers(const struct user_regs_struct *registers)
{
    if (ptrace(PTRACE_SETREGS, traced, NULL, registers) != 0 && errno != ESRCH)
        err(2, "ptrace: set registers");
}

/* A read of no descriptor in place of the call. Not call number -1: a seccomp filter, which comes
 * behind the tracer, would end perch for it. */
static void swap(struct tracee *it, struct user_regs_struct *registers, long result)
{
    registers->orig_rax = SYS_read;
    registers->rdi = (unsigned long long)-1;
    registers->rdx = 0;
    set_registers(registers);
    it->swapped = true;
    it->forced = result;
}

static void shorten(struct user_regs_struct *registers, size_t count)
{
    switch (registers->orig_rax) {
    case SYS_splice:
    case SYS_copy_file_range:
        registers->r8 = count;
        break;
    case SYS_getrandom:
        registers->rsi = count;
        break;
    case SYS_sendfile:
        registers->r10 = count;
        break;
    default:
        registers->rdx = count;
    }
    set_registers(registers);
}

/* The error that the file system gives by its nature, or 0. */
static int denied(unsigned without, const struct call *call)
{
    switch (call->number) {
    case SYS_openat:
        return without & WITHOUT_UNNAMED && (call->args[2] & O_TMPFILE) == O_TMPFILE ? EOPNOTSUPP
                                                                                     : 0;
    case SYS_linkat:
        if (without & WITHOUT_LINKS)
            return EPERM;
        return without & WITHOUT_EMPTY_PATH && call->args[4] & AT_EMPTY_PATH ? ENOENT : 0;
    case SYS_fallocate:
        return without & WITHOUT_FALLOCATE ? EOPNOTSUPP : 0;
    default:
        return 0;
    }
}

static bool is_hit(const struct tracee *it)
{
    const struct shot *shot = it->shot;
    const struct run *run = it->run;
    if (run->count == shot->when)
        return true;
    return shot->for_good && run->count > shot->when &&
           run->calls[shot->when - 1].number == it->call.number &&
           run->calls[shot->when - 1].on_peer == it->call.on_peer;
}

static void hit_before(struct tracee *it, struct user_regs_struct *registers)
{
    switch (it->shot->harm) {
    case HARM_KILL_BEFORE:
        kill(traced, SIGKILL);
        break;
    case HARM_ERROR:
        swap(it, registers, -it->shot->error);
        break;
    case HARM_END:
        swap(it, registers, 0);
        break;
    case HARM_SHORT:
        shorten(registers, it->shot->count);
        break;
    case HARM_NONE:
    case HARM_KILL_AFTER:
    case HARM_LATE_ERROR:
        break;
    }
    it->run->hit = true;
}

static void on_entry(struct tracee *it, struct user_regs_struct *registers)
{
    it->call = (struct call){
        .number = (long)registers->orig_rax,
        .args = {(long)registers->rdi, (long)registers->rsi, (long)registers->rdx,
                 (long)registers->r10, (long)registers->r8, (long)registers->r9},
    };
    it->call.args[0] = (int)it->call.args[0];
    it->call.on_peer = is_peer(it->call.args[0]);
    it->swapped = false;
    if (reads_peer(&it->call))
        feed(it);
    bool hit = false;
    if (it->counting && it->run->count < CALLS_MAX) {
        it->call.on_folder = is_folder(it->call.args[0]);
        it->run->calls[it->run->count++] = it->call;
        hit = is_hit(it);
    }
    int error = denied(it->without, &it->call);
    if (hit)
        hit_before(it, registers);
    else if (error)
        swap(it, registers, -error);
}

static void on_return(struct tracee *it, struct user_regs_struct *registers)
{
    it->call.result = (long)registers->rax;
    if (it->swapped) {
        registers->rax = (unsigned long long)it->forced;
        set_registers(registers);
        it->call.result = it->forced;
    }
    watch_hidden(it->run, &it->call);
    if (it->counting && it->run->count) {
        bool hit = it->run->count == it->shot->when;
        it->run->calls[it->run->count - 1].result = it->call.result;
        if (hit && it->shot->harm == HARM_KILL_AFTER)
            kill(traced, SIGKILL);
        if (hit && it->shot->harm == HARM_LATE_ERROR) {
            registers->rax = (unsigned long long)-it->shot->error;
            set_registers(registers);
        }
    }
    /* The head is one piece, and is read in one call. */
    it->counting = it->counting || (it->fed > 0 && reads_peer(&it->call) && it->call.result > 0);
}

/* ---- The run ---- */

static void start(char *const argv[], int peer, int messages)
{
    traced = fork();
    if (traced < 0)
        err(2, "fork");
    if (traced > 0)
        return;
    dup2(peer, STDIN_FILENO);
    dup2(peer, STDOUT_FILENO);
    dup2(messages, STDERR_FILENO);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    kill(getpid(), SIGSTOP);
    execv(argv[0], argv);
    _exit(127);
}

static size_t drain(int fd, char *into, size_t size)
{
    size_t len = 0;
    ssize_t got;
    while (len < size - 1 && (got = read(fd, into + len, size - 1 - len)) > 0)
        len += (size_t)got;
    into[len] = '\0';
    return len;
}

/* Until perch ends. Its wait status. */
static int follow(struct tracee *it)
{
    struct user_regs_struct registers;
    int status, signal = 0;
    for (;;) {
        /* ESRCH: killed meanwhile; the next wait tells. */
        if (ptrace(PTRACE_SYSCALL, traced, NULL, (long)signal) != 0 && errno != ESRCH)
            err(2, "ptrace: go on");
        while (waitpid(traced, &status, 0) < 0)
            if (errno != EINTR)
                err(2, "waitpid");
        if (!WIFSTOPPED(status))
            return status;
        signal = WSTOPSIG(status);
        if (signal == SIGTRAP)
            signal = 0; /* the exec */
        if (signal != (SIGTRAP | 0x80))
            continue;
        signal = 0;
        if (ptrace(PTRACE_GETREGS, traced, NULL, &registers) != 0)
            continue;
        it->inside = !it->inside;
        if (it->inside)
            on_entry(it, &registers);
        else
            on_return(it, &registers);
    }
}

void trace_run(char *const argv[], const struct request *request, unsigned without,
               const struct shot *shot, struct run *run)
{
    struct sigaction on_hang = {.sa_handler = on_alarm};
    int pair[2], messages[2], status;
    struct tracee it = {.request = request, .without = without, .shot = shot, .run = run};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        pipe2(messages, O_CLOEXEC) != 0)
        err(2, "socketpair or pipe");
    run->count = run->hidden = 0;
    run->hit = run->hung = false;
    start(argv, pair[1], messages[1]);
    close(pair[1]);
    close(messages[1]);
    it.client = pair[0];
    if (waitpid(traced, &status, 0) != traced || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, traced, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0)
        errx(2, "ptrace is not permitted here");
    alarmed = 0;
    sigaction(SIGALRM, &on_hang, NULL);
    alarm(HANG_SECONDS);
    run->wait_status = follow(&it);
    alarm(0);
    run->hung = alarmed;
    run->answer_len = drain(pair[0], run->answer, sizeof run->answer);
    run->said_len = drain(messages[0], run->said, sizeof run->said);
    close(pair[0]);
    close(messages[0]);
}
