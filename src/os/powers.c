#include "os/powers.h"

#include "base/diag.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

static bool read_capabilities(struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3])
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    return syscall(SYS_capget, &header, data) == 0;
}

bool powers_held(void)
{
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    return !read_capabilities(data) || data[0].permitted != 0 || data[1].permitted != 0;
}

/* ---- No capabilities ---- */

/* The user root is then no reason for the kernel to give any back at an exec, nor may that change.
 */
enum {
    NO_ROOT = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
              SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
              SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED,
};

/* Whoever lacks the capability that these two ask for has little to lose by them. */
static void get_none_back(void)
{
    int bounded;
    for (int capability = 0; (bounded = prctl(PR_CAPBSET_READ, capability, 0, 0, 0)) >= 0;
         capability++)
        if (bounded)
            (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    (void)prctl(PR_SET_SECUREBITS, NO_ROOT, 0, 0, 0);
}

static void drop_all(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};
    if (syscall(SYS_capset, &header, none) != 0)
        diag_die(EX_OSERR, "giving up the capabilities: %s", strerror(errno));
    if (powers_held())
        diag_die(EX_OSERR, "giving up the capabilities left some");
}

void powers_give_up(void)
{
    if (!powers_held())
        return;
    get_none_back();
    drop_all();
}

/* ---- Another user ---- */

static _Noreturn void refuse(const char *call, const char *user)
{
    diag_die(EX_NOPERM,
             "--user: %s for \"%s\": %s; start as root, or as that user and without --user", call,
             user, strerror(errno));
}

void powers_become(const char *user)
{
    if (strcmp(user, "root") == 0 && geteuid() == 0)
        return;
    errno = 0;
    // cppcheck-suppress getpwnamCalled; no threads here
    const struct passwd *entry = getpwnam(user);
    if (!entry)
        diag_die(EX_NOUSER, "--user: \"%s\": %s; name a user of this machine", user,
                 errno ? strerror(errno) : "no such user");
    if (entry->pw_uid == 0 || (entry->pw_uid == getuid() && entry->pw_uid == geteuid()))
        return;
    if (initgroups(user, entry->pw_gid) != 0)
        refuse("initgroups", user);
    if (setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0)
        refuse("setresgid", user);
    get_none_back();
    if (setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) != 0)
        refuse("setresuid", user);
    drop_all();
}
