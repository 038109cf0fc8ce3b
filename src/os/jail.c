#include "os/jail.h"

#include "base/diag.h"
#include "bounds.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#ifdef PERCH_INSTRUMENTED
enum { INSTRUMENTED = true };

/* At its end a process would be searched for leaks by another one, which none may start here. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the runtime's name
const char *__asan_default_options(void);
const char *__asan_default_options(void)
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
{
    return "detect_leaks=0";
}
#else
enum { INSTRUMENTED = false };
#endif

/* ---- Limits ---- */

static struct rlimit *at_most(rlim_t most)
{
    static struct rlimit limit;
    limit.rlim_cur = limit.rlim_max = most;
    return &limit;
}

/* Each fails where the limit is lower already. */
static void set_limits(void)
{
    (void)setrlimit(RLIMIT_CORE, at_most(0));
    (void)setrlimit(RLIMIT_NPROC, at_most(0));
    (void)setrlimit(RLIMIT_NOFILE, at_most(JAIL_DESCRIPTORS_MAX));
    if (!INSTRUMENTED)
        (void)setrlimit(RLIMIT_AS, at_most(JAIL_ADDRESS_SPACE_MAX));
}

/* ---- Landlock ---- */

/* As of ABI 6; the kernel's own header may be older. An older kernel takes a shorter one. */
struct ruleset {
    uint64_t handled_fs;
    uint64_t handled_net; /* from ABI 4 on */
    uint64_t scoped;      /* from ABI 6 on */
};

enum {
    FS_BITS_ABI_1 = 13,
    FS_TRUNCATE = 1 << 14,  /* ABI 3 */
    FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
    NET_BIND_CONNECT = 3,   /* ABI 4: of TCP */
    SCOPE_ABSTRACT_SIGNAL = 3,
    FOLDER_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    FOLDER_WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                   LANDLOCK_ACCESS_FS_REMOVE_FILE,
};

static uint64_t fs_rights(long abi)
{
    uint64_t rights = (1U << FS_BITS_ABI_1) - 1;
    if (abi >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        rights |= FS_TRUNCATE;
    if (abi >= 5)
        rights |= FS_IOCTL_DEV;
    return rights;
}

static int new_ruleset(long abi)
{
    struct ruleset ruleset = {.handled_fs = fs_rights(abi),
                              .handled_net = NET_BIND_CONNECT,
                              .scoped = SCOPE_ABSTRACT_SIGNAL};
    size_t size = abi >= 6   ? sizeof ruleset
                  : abi >= 4 ? offsetof(struct ruleset, scoped)
                             : offsetof(struct ruleset, handled_net);
    return (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
}

static void let_into(int ruleset, int folder, bool writes)
{
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = (uint64_t)FOLDER_READ | (writes ? FOLDER_WRITE : 0),
        .parent_fd = folder,
    };
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
        diag_die(EX_OSERR, "landlock_add_rule for the served folder: %s", strerror(errno));
}

/* False where the kernel has no Landlock, or it is switched off. */
static bool wall_off_names(int folder, bool writes)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return false;
    int ruleset = new_ruleset(abi);
    if (ruleset < 0)
        diag_die(EX_OSERR, "landlock_create_ruleset of ABI %ld: %s", abi, strerror(errno));
    if (folder >= 0)
        let_into(ruleset, folder, writes);
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        diag_die(EX_OSERR, "landlock_restrict_self: %s", strerror(errno));
    close(ruleset);
    return true;
}

/* ---- All of it ---- */

unsigned jail_enter(int folder, unsigned does)
{
    unsigned lacking = 0;
    set_limits();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        diag_die(EX_OSERR, "no_new_privs: %s", strerror(errno));
    if (!INSTRUMENTED && !wall_off_names(folder, does & FILTER_WRITES))
        lacking |= JAIL_LANDLOCK;
    if (filter_install(does) != 0) {
        if (errno != ENOSYS && errno != EINVAL)
            diag_die(EX_OSERR, "seccomp: %s", strerror(errno));
        lacking |= JAIL_SECCOMP;
    }
    return lacking;
}

const char *jail_parts_text(unsigned parts)
{
    if (parts == (JAIL_LANDLOCK | JAIL_SECCOMP))
        return "Landlock and seccomp";
    return parts == JAIL_LANDLOCK ? "Landlock" : "seccomp";
}
