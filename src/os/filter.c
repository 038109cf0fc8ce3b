#include "os/filter.h"

#include "os/assembly.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/falloc.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#else
#define THIS_MACHINE 0
#endif

/* ---- The list ---- */

/* The lower and the upper half of an argument, on a little-endian machine. */
#define LOW(argument)  (uint8_t) offsetof(struct seccomp_data, args[argument])
#define HIGH(argument) (uint8_t)(LOW(argument) + 4)

/* What an argument must be: the half at that offset, without the bits outside of the mask. */
struct check {
    uint8_t offset; /* 0: no check */
    uint32_t mask;
    uint32_t value;
};

/* Beside FILTER_WRITES and its like: what the kernel gives. */
enum { NO_VDSO = 1 << 8, VDSO = 1 << 9, FLUSHES = 1 << 10 };

struct rule {
    uint16_t number;
    bool refuses;  /* what the checks say, and another row allows */
    unsigned only; /* FILTER_…: where the handler does one of these; 0: anywhere */
    struct check checks[2];
};

/* clang-format off */
static const struct rule allowed[] = {
    {.number = SYS_read},
    /* To the one peer of a connected socket, and to no address. */
    {.number = SYS_sendto, .checks = {{LOW(4), UINT32_MAX, 0}, {HIGH(4), UINT32_MAX, 0}}},
    {.number = SYS_write},
    {.number = SYS_openat2},
    /* No special bits in the mode. */
    {.number = SYS_openat, .checks = {{LOW(3), ~0777U, 0}}},
    {.number = SYS_newfstatat},
    {.number = SYS_pread64},
    {.number = SYS_sendfile},
    {.number = SYS_close},
    /* SO_RCVTIMEO and SO_SNDTIMEO, which differ in one bit. */
    {.number = SYS_setsockopt, .checks = {{LOW(1), UINT32_MAX, SOL_SOCKET}, {LOW(2), ~1U, SO_RCVTIMEO}}},
    {.number = SYS_setsockopt, .only = FILTER_AWAITS, .checks = {{LOW(1), UINT32_MAX, IPPROTO_TCP}, {LOW(2), UINT32_MAX, TCP_CORK}}},
    {.number = SYS_setsockopt, .only = FILTER_AWAITS, .checks = {{LOW(1), UINT32_MAX, IPPROTO_TCP}, {LOW(2), UINT32_MAX, TCP_USER_TIMEOUT}}},
    {.number = SYS_recvmsg, .only = FILTER_AWAITS, .checks = {{LOW(0), UINT32_MAX, STDIN_FILENO}, {HIGH(0), UINT32_MAX, 0}}},
#ifdef SYS_poll
    {.number = SYS_poll},
#else
    {.number = SYS_ppoll},
#endif
    {.number = SYS_shutdown},
    /* One of these: a kernel that gives a vDSO is not asked for the time. */
    {.number = SYS_clock_gettime, .only = NO_VDSO},
    {.number = SYS_ioctl, .only = VDSO, .checks = {{LOW(1), UINT32_MAX, SIOCOUTQ}}},
    {.number = SYS_rt_sigreturn},
    {.number = SYS_getrandom},
    {.number = SYS_exit_group},
    {.number = SYS_getdents64, .only = FILTER_LISTS},
    {.number = SYS_linkat, .only = FILTER_WRITES},
    {.number = SYS_renameat2, .only = FILTER_WRITES},
    {.number = SYS_unlinkat, .only = FILTER_WRITES, .checks = {{LOW(2), UINT32_MAX, 0}}}, /* no folders */
    {.number = SYS_fsync, .only = FILTER_SYNCS},
    {.number = SYS_sync_file_range, .only = FLUSHES, .checks = {{LOW(3), UINT32_MAX, SYNC_FILE_RANGE_WRITE}}},
    {.number = SYS_flock, .only = FILTER_WRITES},
    {.number = SYS_fallocate, .only = FILTER_WRITES, .checks = {{LOW(1), UINT32_MAX, FALLOC_FL_KEEP_SIZE}}},
    /* A stream to the journal, which is everybody's. */
    {.number = SYS_shutdown, .refuses = true, .checks = {{LOW(0), UINT32_MAX, STDERR_FILENO}}},
    {.number = SYS_fcntl, .only = FILTER_COPIES, .checks = {{LOW(1), UINT32_MAX, F_DUPFD_CLOEXEC}}},
};
/* clang-format on */

/* setsockopt(2) has three rows, shutdown(2) two, and of the two calls that ask for the time and the
 * two that follow a write no handler has both. sync_file_range(2), which none depends on, is left
 * to those that do not both list and await. */
enum { ALLOWED = sizeof allowed / sizeof allowed[0], ALLOWED_MAX = 24 };
_Static_assert(ALLOWED - 3 - 1 - 1 - 1 <= ALLOWED_MAX,
               "each call more is one more way out: take another away");
_Static_assert(SO_RCVTIMEO % 2 == 0 && SO_SNDTIMEO == SO_RCVTIMEO + 1, "they differ in one bit");

/* Nothing in perch comes near these: whoever calls one has taken the process over. */
static const uint16_t deadly[] = {
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
    SYS_clone,
    SYS_clone3,
    SYS_execve,
    SYS_execveat,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_open_by_handle_at,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
};

enum { DEADLY = sizeof deadly / sizeof deadly[0] };

/* ---- Calls of any arguments: two bitmaps, a word for 32 numbers ---- */

enum {
    NUMBERS = 512, /* above all that is on the lists */
    WORDS = NUMBERS / 32,
};

struct word {
    uint32_t allow;
    uint32_t kill;
};

static void set_bit(uint32_t *word, unsigned number)
{
    *word |= UINT32_C(1) << (number % 32);
}

static bool is_wanted(const struct rule *rule, unsigned does)
{
    return rule->only == 0 || (rule->only & does);
}

static void fill_words(struct word *words, unsigned does)
{
    for (unsigned i = 0; i < DEADLY; i++)
        set_bit(&words[deadly[i] / 32].kill, deadly[i]);
    for (unsigned i = 0; i < ALLOWED; i++)
        if (!allowed[i].checks[0].offset && is_wanted(&allowed[i], does))
            set_bit(&words[allowed[i].number / 32].allow, allowed[i].number);
}

/* X is the number's bit in its word. */
static unsigned put_word(struct assembly *assembly, const struct word *word)
{
    unsigned next = assembly->other;
    if (word->kill)
        next = assembly_put_jump(assembly, BPF_JSET, word->kill, assembly->kill, next);
    if (word->allow)
        next = assembly_put_jump(assembly, BPF_JSET, word->allow, assembly->allow, next);
    return next == assembly->other ? next : assembly_put(assembly, BPF_MISC | BPF_TXA, 0);
}

/* Finds the word: those from the given one on. The number is in A. */
// NOLINTNEXTLINE(misc-no-recursion): four deep
static unsigned put_words(struct assembly *assembly, const struct word *words, unsigned first,
                          unsigned count)
{
    if (count == 1)
        return put_word(assembly, &words[first]);
    unsigned half = count / 2;
    unsigned upper = put_words(assembly, words, first + half, count - half);
    unsigned lower = put_words(assembly, words, first, half);
    if (lower == upper)
        return lower;
    return assembly_put_jump(assembly, BPF_JGE, (first + half) * 32, upper, lower);
}

static void put_bitmaps(struct assembly *assembly, unsigned does)
{
    struct word words[WORDS] = {{0, 0}};
    fill_words(words, does);
    unsigned search = put_words(assembly, words, 0, WORDS);
    assembly_put_jump(assembly, BPF_JGE, NUMBERS, assembly->other,
                      search); /* those of x32 among them */
    assembly_put_load(assembly, offsetof(struct seccomp_data, nr));
    assembly_put(assembly, BPF_MISC | BPF_TAX, 0);
    assembly_put(assembly, BPF_ALU | BPF_LSH | BPF_X, 0);
    assembly_put(assembly, BPF_LD | BPF_IMM, 1);
    assembly_put(assembly, BPF_MISC | BPF_TAX, 0);
    assembly_put(assembly, BPF_ALU | BPF_AND | BPF_K, 31);
}

/* ---- Calls of certain arguments: one after another ---- */

static unsigned put_checks(struct assembly *assembly, const struct rule *rule, unsigned failed)
{
    unsigned next = rule->refuses ? assembly->other : assembly->allow;
    for (unsigned i = 2; i-- > 0;) {
        const struct check *check = &rule->checks[i];
        if (!check->offset)
            continue;
        assembly_put_jump(assembly, BPF_JEQ, check->value, next, failed);
        if (check->mask != UINT32_MAX)
            assembly_put(assembly, BPF_ALU | BPF_AND | BPF_K, check->mask);
        next = assembly_put_load(assembly, check->offset);
    }
    return next;
}

/* Another row, put before, that is asked where the checks of this one fail. */
static bool has_another(const struct rule *rule, unsigned does)
{
    for (const struct rule *other = allowed; other < rule; other++)
        if (other->number == rule->number && other->checks[0].offset && is_wanted(other, does))
            return true;
    return false;
}

static void put_checked(struct assembly *assembly, unsigned does)
{
    for (unsigned i = 0; i < ALLOWED; i++) {
        if (!allowed[i].checks[0].offset || !is_wanted(&allowed[i], does))
            continue;
        unsigned rest = assembly->at;
        unsigned failed = allowed[i].refuses ? assembly->allow : assembly->other;
        if (has_another(&allowed[i], does))
            failed = assembly_put_load(assembly, offsetof(struct seccomp_data, nr));
        unsigned checks = put_checks(assembly, &allowed[i], failed);
        assembly_put_jump(assembly, BPF_JEQ, allowed[i].number, checks, rest);
    }
}

/* ---- The program ---- */

#ifdef PERCH_INSTRUMENTED
/* What watches over such a build makes calls of its own, whenever it likes. */
enum { OTHERWISE = SECCOMP_RET_ALLOW };
#else
enum { OTHERWISE = SECCOMP_RET_ERRNO | ENOSYS };
#endif

static void assemble(struct assembly *assembly, unsigned does)
{
    assembly_begin(assembly, OTHERWISE);
    put_bitmaps(assembly, does);
    put_checked(assembly, does);
    unsigned ours = assembly_put_load(assembly, offsetof(struct seccomp_data, nr));
    /* Another machine's numbers mean other calls. */
    assembly_put_jump(assembly, BPF_JEQ, THIS_MACHINE, ours, assembly->kill);
    assembly_put_load(assembly, offsetof(struct seccomp_data, arch));
    /* The kernel tries every number at once, to remember which calls it may let by without asking,
     * but gives up where it meets an instruction such as this one: trying takes 10 us, more than
     * the few calls of most connections ever gain by it. */
    assembly_put(assembly, BPF_LD | BPF_IMM, 0);
}

static bool may_flush(unsigned does)
{
    return (does & FILTER_SYNCS) && !((does & FILTER_LISTS) && (does & FILTER_AWAITS));
}

int filter_install(unsigned does)
{
    struct assembly assembly;
    if (THIS_MACHINE == 0) {
        errno = ENOSYS;
        return -1;
    }
    assemble(&assembly, does | (getauxval(AT_SYSINFO_EHDR) ? VDSO : NO_VDSO) |
                            (may_flush(does) ? FLUSHES : 0));
    struct sock_fprog program = assembly_program(&assembly);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
