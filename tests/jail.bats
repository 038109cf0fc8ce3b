#!/usr/bin/env bats
# What a handler can still do that a client has taken over, and who it is.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    ! grep -q __asan_init "$PERCH" || skip "the walls have holes for the sanitizers"
}

need_root() {
    [[ $(id -u) = 0 ]] || skip "it takes root to be somebody else"
}

# ---- The walls ----

# escapes COMMAND ...: the program by that command, in a folder of its own.
escapes() {
    mkdir cell
    chmod 777 cell
    cp "$BUILD/jail/escape" cell/escape
    chmod 711 "$BATS_TEST_TMPDIR"
    (cd cell && "$@" ./escape) >said
    cat said
    [[ $(tail -n 1 said) = *" passed, 0 failed" ]]
    [[ $(sed -n 's/ ways tried:.*//p' said) -ge 100 ]]
    [[ $(sed -n 's/.* times killed; \([0-9]*\) calls let through/\1/p' said) -lt 25 ]]
}

@test "no way out of more than 100, read-only and with uploads" {
    escapes env
}

@test "the same as a user" {
    need_another_user
    escapes setpriv --reuid 65534 --regid 65534 --clear-groups
}

@test "the walls stand before the first byte is read" {
    py <<'END'
def facts(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status)

def limits(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as table:
        return {line[:26].strip(): line[26:].split()[:2] for line in table}

for options in ["--directory", "files"], ["--directory", "files", "--read-only"], []:
    with Perch(*options) as perch:
        eventually("it is jailed", lambda: facts(perch.pid)["Seccomp"] == "2")
        said = facts(perch.pid)
        assert said["NoNewPrivs"] == "1", said
        for name in "CapInh", "CapPrm", "CapEff", "CapAmb":
            assert int(said[name], 16) == 0, (name, said)
        if os.getuid() == 0:
            assert int(said["CapBnd"], 16) == 0, said
        bounds = limits(perch.pid)
        assert bounds["Max core file size"] == ["0", "0"], bounds
        assert bounds["Max processes"] == ["0", "0"], bounds
        assert bounds["Max open files"] == ["16", "16"], bounds
        assert bounds["Max address space"] == ["67108864", "67108864"], bounds
        assert perch.talk.ask().status == 200
END
}

@test "the order: what is opened, the walls, and then the first byte" {
    need_strace
    py <<'END'
with Perch("--directory", "files", wrapper=["strace", "-o", "calls"]) as perch:
    perch.talk.send(request("/echo/a", "Connection: close"))
    assert perch.talk.reply().body == b"a"
    perch.talk.ends()
calls = open("calls").read()
order = ["O_DIRECTORY", "RLIMIT_CORE", "PR_SET_NO_NEW_PRIVS", "landlock_restrict_self", "SECCOMP_SET_MODE_FILTER",
         "read(0, "]
places = [calls.index(text) for text in order]
assert places == sorted(places), list(zip(order, places))
END
}

@test "descriptors that nobody named are closed" {
    echo secret >stray
    py <<'END'
stray = os.open("stray", os.O_RDONLY)
os.dup2(stray, 40)
with Perch(pass_fds=[stray, 40]) as perch:
    assert perch.talk.ask().status == 200
    left = os.listdir(f"/proc/{perch.pid}/fd")
    assert sorted(left) == ["0", "1", "2"], left
END
}

# ---- Kernels that lack something ----

# lacking CALLS ...: perch as on a kernel without these calls, through strace; its arguments are in
# the array OPTIONS.
lacking() {
    need_strace
    local call inject=()
    for call in "$@"; do
        inject+=(-e "inject=$call:error=ENOSYS")
    done
    WRAPPER=(strace -o /dev/null "${inject[@]}")
}

ask() {
    printf 'GET /echo/a HTTP/1.1\r\nHost: x\r\n\r\n'
}

@test "a kernel without Landlock or seccomp: auto says so in one line and serves, require does not" {
    for call in landlock_create_ruleset seccomp; do
        lacking "$call"
        ask | "${WRAPPER[@]}" "$PERCH" >reply 2>said
        [[ $(tail -c 1 reply) = a ]]
        [[ $(wc -l <said) = 1 && $(<said) = "perch: this kernel lacks "* ]]
        status=0
        ask | "${WRAPPER[@]}" "$PERCH" --sandbox=require >reply 2>said || status=$?
        [[ $status = 69 && ! -s reply ]]
        [[ $(wc -l <said) = 1 && $(<said) = "perch: --sandbox=require: "* ]]
        ask | "${WRAPPER[@]}" "$PERCH" --sandbox=off >reply 2>said
        [[ $(tail -c 1 reply) = a && ! -s said ]]
    done
    ask | "$PERCH" --sandbox=require >reply
    [[ $(tail -c 1 reply) = a ]]
}

@test "under perchd that is said once, at its start, and require does not start" {
    lacking landlock_create_ruleset
    start_perchd_by strace -f -o /dev/null -e inject=landlock_create_ruleset:error=ENOSYS "$PERCHD" --spares 2
    py <<'END'
for i in range(5):
    with connect() as talk:
        assert talk.ask(f"/echo/{i}").body == str(i).encode()
END
    # perchd itself: strace keeps signals from it.
    pkill -TERM -P "$PERCHD_PID"
    await_perchd
    [[ $(wc -l <perchd.err) = 1 && $(<perchd.err) = "perchd: this kernel lacks Landlock: "* ]]
    run -69 "${WRAPPER[@]}" -f "$PERCHD" --sandbox=require --listen 127.0.0.1:0
    [[ $output = *"--sandbox=require: this kernel lacks Landlock; "* ]]
}

@test "--sandbox: anything else is refused" {
    for value in on '' AUTO; do
        run -64 "$PERCH" --sandbox "$value"
    done
}

# ---- Who it is ----

@test "as root on a socket: not without the walls, unless told" {
    need_root
    lacking seccomp
    py "${WRAPPER[@]}" <<'END'
for options, wrapper in (["--sandbox=off"], ()), ([], sys.argv[1:]):
    with Perch(*options, wrapper=wrapper, expect=77) as perch:
        perch.talk.ends()
        perch.wait()
        assert "perch: not as root without " in perch.said(), perch.said()
    with Perch("--user=root", *options, wrapper=wrapper) as perch:
        assert perch.talk.ask().status == 200
END
}

# identity PID: what there is to see of who a process is.
IDENTITY='
def identity(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        said = dict(line.rstrip("\n").split(":\t", 1) for line in status)
    return said["Uid"].split(), said["Gid"].split(), said["Groups"].split(), int(said["CapPrm"], 16)

import grp, pwd
nobody = pwd.getpwnam("nobody")
groups = [str(nobody.pw_gid)] + [str(group.gr_gid) for group in grp.getgrall() if "nobody" in group.gr_mem]
NOBODY = [str(nobody.pw_uid)] * 4, [str(nobody.pw_gid)] * 4, groups, 0
'

@test "--user: perch becomes that user" {
    need_another_user
    chmod 777 files
    py <<END
$IDENTITY
with Perch("--user", "nobody", "--directory", "files") as perch:
    assert perch.talk.ask("/files/a", method="PUT", body="x").status == 201
    assert identity(perch.pid) == NOBODY, identity(perch.pid)
assert os.stat("files/a").st_uid == nobody.pw_uid
END
    run -67 "$PERCH" --user nobody-of-that-name <<<''
    run -77 setpriv --reuid 65534 --regid 65534 --clear-groups "$PERCH" --user daemon <<<''
    setpriv --reuid 65534 --regid 65534 --clear-groups "$PERCH" --user nobody </dev/null
}

@test "--user: perchd binds a port of root's and becomes that user, and its handlers are it" {
    need_another_user
    chmod 777 files
    chmod 711 "$BATS_TEST_TMPDIR"
    need_own_network
    cat >low.py <<END
from talk import *
$IDENTITY
with Process([PERCHD, "--listen", "127.0.0.1:80", "--user=nobody", "--directory", "files"],
             stdout=subprocess.PIPE) as perchd:
    perchd.wait_for_line("listening on http://127.0.0.1:80/")
    with connect(80) as talk:
        assert talk.ask("/files/a", method="PUT", body="x").status == 201
        for pid in perchd.pid, *children(perchd.pid):
            assert identity(pid) == NOBODY, identity(pid)
    perchd.signal(signal.SIGTERM)
assert os.stat("files/a").st_uid == nobody.pw_uid
END
    "${OWN_NETWORK[@]}" python3 low.py 3>&-
}

@test "root without --user keeps no capability, in perchd neither; with --user root it keeps all" {
    need_root
    py <<END
$IDENTITY
def powers(*options):
    with Process([PERCHD, "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE) as perchd:
        port = perchd.wait_for_line("listening on").rstrip("/\n").rpartition(":")[2]
        with connect(port) as talk:
            assert talk.ask("/echo/a").body == b"a"
            found = [identity(pid)[3] for pid in (perchd.pid, *children(perchd.pid))]
        perchd.signal(signal.SIGTERM)
    assert len(found) >= 2, found
    return found
assert not any(powers()), powers()
assert all(powers("--user", "root"))
END
}

@test "root without capabilities stores in its own folder, and in nobody else's" {
    need_root
    mkdir files/theirs
    chown 65534 files/theirs
    chmod 755 files/theirs
    py <<'END'
with Perch("--directory", "files") as perch:
    assert perch.talk.ask("/files/a", method="PUT", body="x").status == 201
    assert perch.talk.ask("/files/theirs/a", method="PUT", body="x").status == 403
with Perch("--directory", "files", "--user", "root") as perch:
    assert perch.talk.ask("/files/theirs/a", method="PUT", body="x").status == 201
END
}

# ---- Messages ----

@test "messages: one line each, whatever they quote" {
    run -66 --separate-stderr "$PERCH" --directory $'a\nperch: forged\e[2J\\' <<<''
    # shellcheck disable=SC2154
    [[ $stderr = 'perch: --directory: "a\x0aperch: forged\x1b[2J\x5c" can'\''t be opened: '* ]]
    run -66 --separate-stderr "$PERCH" --directory "$(printf 'x%.0s' {1..3000})" <<<''
    [[ ${#stderr} -lt 1100 ]]
}

@test "messages: a client brings about a few, and no flood" {
    need_strace
    py <<'END'
with Perch("--directory", "files", wrapper=["strace", "-o", "/dev/null", "-e", "inject=fsync:error=EIO"]) as perch:
    for _ in range(50):
        assert perch.talk.ask("/files/a", method="PUT", body="x").status == 500
    perch.talk.close()
    perch.wait()
    lines = perch.said().splitlines()
    assert len(lines) == 17 and all(line.startswith("perch: fsync ") for line in lines[:16]), lines
    assert lines[16].startswith("perch: that was the last message"), lines
END
}
