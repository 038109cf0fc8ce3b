#!/usr/bin/env bats
# What can go wrong while a file is stored, and which way it is stored by: each failure has its
# status and its line in the log, and leaves the old file and nothing else.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

# ---- Ways ----

# stores_by PATTERN ABSENT OPTION ...: a new file and one that replaces it, under strace with these
# options; the calls made must have PATTERN in them, and not ABSENT where that is given.
stores_by() {
    need_strace
    local pattern=$1 absent=$2
    shift 2
    py strace -o calls "$@" <<'END'
with Perch("--directory", "files", wrapper=sys.argv[1:], env=no_leak_search()) as perch:
    # A POST says 201 for both: where there are no links the injected error hides that one is there.
    for body in b"new", b"newer" * 10000:
        reply = perch.talk.ask("/files/a", method="POST", body=body)
        assert reply.status == 201, reply
        assert open("files/a", "rb").read() == body and os.listdir("files") == ["a"]
END
    grep -E "$pattern" calls
    [[ -z $absent ]] || ! grep -E "$absent" calls
}

@test "unnamed, linked by its descriptor" {
    stores_by 'linkat\([0-9]+, "", [0-9]+, "a", AT_EMPTY_PATH\) += 0' '/proc/self/fd/|O_EXCL'
}

@test "unnamed, linked through /proc where the descriptor is not enough" {
    stores_by '/proc/self/fd/[0-9]+", [0-9]+, "a", AT_SYMLINK_FOLLOW\) = 0' 'O_EXCL' \
        -e inject=linkat:error=ENOENT:when=1
}

@test "hidden where an unnamed file can't be linked" {
    stores_by 'renameat2\(.*"\.perch-[0-9a-f]{32}".*"a", RENAME_NOREPLACE\) = 0' 'linkat.* = 0' \
        -e inject=linkat:error=ENOENT:when=1..2
}

@test "hidden where there are no unnamed files" {
    stores_by 'O_TMPFILE.*INJECTED' '' -P . -e inject=openat:error=EOPNOTSUPP
}

@test "hidden and linked where a rename can't be kept from replacing" {
    stores_by 'linkat\([0-9]+, "\.perch-[0-9a-f]{32}", [0-9]+, "a", 0\) = 0' '' \
        -e inject=linkat:error=ENOENT:when=1..2 -e inject=renameat2:error=EINVAL:when=1
}

@test "hidden and renamed where there are no links either" {
    stores_by 'renameat2\(.*"\.perch-[0-9a-f]{32}".*"a", 0\) = 0' '' \
        -e inject=linkat:error=EPERM -e inject=renameat2:error=EINVAL:when=1
}

# ---- Failures ----

@test "each failure of a call has its status, and its line in the log" {
    need_strace
    ! grep -q ld-linux "$PERCH" || skip "a dynamic program could not load its libraries then"
    py <<'END'
# The call, which of them, its error; the status, and what the log says. Status 0: it is stored.
TABLE = [
    ("fallocate", "1", "ENOSPC", 507, "fallocate folder/a: No space left on device"),
    ("fallocate", "1", "EDQUOT", 507, "fallocate folder/a: "),
    ("fallocate", "1", "EFBIG", 413, "fallocate folder/a: "),
    ("fallocate", "1", "EIO", 500, "fallocate folder/a: "),
    ("fallocate", "1", "EOPNOTSUPP", 0, ""),
    ("fallocate", "1", "EINTR", 0, ""),
    ("write", "1", "ENOSPC", 507, "write folder/a: No space left on device"),
    ("write", "1", "EDQUOT", 507, "write folder/a: "),
    ("write", "1", "EFBIG", 413, "write folder/a: "),
    ("write", "1", "EIO", 500, "write folder/a: "),
    ("write", "1", "EINTR", 0, ""),
    ("sync_file_range", "1", "EIO", 0, ""),
    ("fsync", "1", "EIO", 500, "fsync folder/a: "),
    ("fsync", "1", "ENOSPC", 507, "fsync folder/a: "),
    ("fsync", "1", "EDQUOT", 507, "fsync folder/a: "),
    ("fsync", "1", "EINTR", 0, ""),
    ("linkat", "2", "EACCES", 403, "link folder/a: Permission denied"),
    ("linkat", "2", "EROFS", 403, "link folder/a: Read-only file system"),
    ("linkat", "2", "ENOSPC", 507, "link folder/a: "),
    ("linkat", "2", "EDQUOT", 507, "link folder/a: "),
    ("linkat", "2", "EIO", 500, "link folder/a: "),
    ("linkat", "2", "ENAMETOOLONG", 400, "link folder/a: "),
    ("linkat", "2", "ENOENT", 409, ""),
    ("openat2", "1", "EMFILE", 503, "open the folder of folder/a: "),
    ("openat2", "1", "ENFILE", 503, "open the folder of folder/a: "),
    ("openat2", "1", "ENOMEM", 503, "open the folder of folder/a: "),
    ("openat2", "1", "EACCES", 403, "open the folder of folder/a: "),
    ("openat2", "1", "EIO", 500, "open the folder of folder/a: "),
    ("openat2", "1", "ENAMETOOLONG", 400, "open the folder of folder/a: "),
    ("openat2", "1", "EINTR", 0, ""),
    # The unnamed file can't be had, and then the hidden one can't.
    ("openat", "1..2", "EROFS", 403, "create folder/a: Read-only file system"),
    ("openat", "1..2", "EACCES", 403, "create folder/a: "),
    ("openat", "1..2", "ENOSPC", 507, "create folder/a: "),
    ("openat", "1..2", "EDQUOT", 507, "create folder/a: "),
    ("openat", "1..2", "EMFILE", 503, "create folder/a: "),
    ("openat", "1..2", "ENOENT", 409, ""),
    # Over an old file.
    ("renameat2", "1", "EACCES", 403, "rename to folder/a: "),
    ("renameat2", "1", "EIO", 500, "rename to folder/a: "),
    ("renameat2", "1", "EBUSY", 409, "rename to folder/a: "),
    ("renameat2", "1", "ENOENT", 409, ""),
]
os.mkdir("files/folder")
for call, when, error, status, line in TABLE:
    for old in None, b"old":
        if not old and call == "renameat2":
            continue
        if old and call == "linkat": # it gets a hidden name first
            line = line.replace("link", "rename to")
        if old:
            open("files/folder/a", "wb").write(old)
        what = (call, when, error, old)
        # Of the calls that open, only those in that folder.
        with Perch("--directory", "files", wrapper=[
                "strace", "-qqq", "-o", "calls", "-e", f"trace={call}",
                *(["-P", "files/folder"] if call == "openat" else []),
                "-e", f"inject={call}:error={error}:when={when}"]) as perch:
            # Room is set aside for what is not here at once, and what is long is flushed as it comes.
            body = b"new" * {"fallocate": 20000, "sync_file_range": 3000000}.get(call, 1)
            reply = perch.talk.ask("/files/folder/a", method="PUT", body=body)
        assert reply.status == (status or (204 if old else 201)), (what, reply)
        assert "INJECTED" in open("calls").read(), what
        said = "".join(line for line in perch.said().splitlines(True) if not line.startswith("strace:"))
        assert f"perch: {line}" in said if line else said == "", (what, said)
        found = {name: open("files/folder/" + name, "rb").read() for name in os.listdir("files/folder")}
        assert found == ({"a": body} if status == 0 else {"a": old} if old else {}), (what, found)
        for name in found:
            os.unlink("files/folder/" + name)
END
}

@test "a folder that can't be synced behind the rename: 500, though the new file is there; DELETE likewise" {
    need_strace
    py <<'END'
def ask(method, count, **more):
    with Perch("--directory", "files", env=no_leak_search(), wrapper=[
            "strace", "-o", "calls", "-e", "trace=fsync", "-e", f"inject=fsync:error=EIO:when={count}"]) as perch:
        assert perch.talk.ask("/files/a", method=method, **more).status == 500
    assert "fsync the folder of a: " in perch.said(), perch.said()

ask("PUT", 2, body=b"new")
assert open("files/a", "rb").read() == b"new" and os.listdir("files") == ["a"]
ask("DELETE", 1)
assert os.listdir("files") == []
END
}

@test "a full disk: 507 before 100 Continue where the length is known" {
    own_file_system <<'END'
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", "files"], check=True)
for length, status in (400000, 507), (100000, 100):
    with Perch("--directory", "files") as perch:
        perch.talk.send(request("/files/a", f"Content-Length: {length}", "Expect: 100-continue", method="PUT"))
        reply = perch.talk.reply()
        assert reply.status == status, reply
    assert os.listdir("files") == []
END
}

@test "what is announced is set aside in steps: heads alone hold little of a disk, and each step finds a full one" {
    own_file_system <<'END'
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "none", "files"], check=True)
used = lambda: (lambda facts: (facts.f_blocks - facts.f_bfree) * facts.f_frsize)(os.statvfs("files"))
before, length, step = used(), 40 << 20, 16 << 20
for other, status in (0, 201), (0, 204), (70 << 20, 507):
    with Perch("--directory", "files") as perch:
        perch.talk.send(request("/files/a", f"Content-Length: {length}", "Expect: 100-continue", method="PUT"))
        assert perch.talk.reply().status == 100
        held = used() - before - (length if status == 204 else 0)
        assert held <= step + (1 << 20), held
        if other:
            with open("files/other", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, other)
        try:
            perch.talk.send(b"x" * length)
        except ConnectionError:
            assert status == 507
        assert perch.talk.reply().status == status
    if status == 204:
        os.unlink("files/a")
assert os.listdir("files") == ["other"]
END
}

@test "a folder that has become read-only: 403, the old file, nothing else" {
    own_file_system <<'END'
subprocess.run(["mount", "-t", "tmpfs", "none", "files"], check=True)
open("files/a", "w").write("old")
with Perch("--directory", "files") as perch:
    assert perch.talk.ask("/files/c", method="PUT", body="new").status == 201
    subprocess.run(["mount", "-o", "remount,ro", "files"], check=True)
    for name in "a", "b":
        reply = perch.talk.ask("/files/" + name, method="PUT", body="new")
        assert reply.status == 403, reply
    assert perch.talk.ask("/files/a", method="DELETE").status == 403
    assert perch.talk.ask("/files/a").body == b"old"
assert sorted(os.listdir("files")) == ["a", "c"]
assert "create b: Read-only file system" in perch.said(), perch.said()
END
}

@test "a folder that is removed in the middle: 409, and one of that name made anew stays empty" {
    py <<'END'
for durability in "full", "rename":
    for again in False, True:
        os.mkdir("files/folder")
        with Perch("--directory", "files", f"--durability={durability}") as perch:
            perch.talk.send(request("/files/folder/a", "Content-Length: 3", "Expect: 100-continue", method="PUT"))
            assert perch.talk.reply().status == 100
            os.rmdir("files/folder")
            if again:
                os.mkdir("files/folder")
            perch.talk.send(b"new")
            reply = perch.talk.reply()
            assert reply.status == 409 and b"does not exist" in reply.body, reply
        assert os.listdir("files") == (["folder"] if again else [])
        if again:
            assert os.listdir("files/folder") == []
            os.rmdir("files/folder")
END
}

@test "no descriptors left: 503, the old file, nothing else" {
    py <<'END'
import resource
open("files/a", "w").write("old")
with Perch("--directory", "files") as perch:
    assert perch.talk.ask().status == 200
    # 0, 1, 2 and the folder: from now on nothing more.
    resource.prlimit(perch.pid, resource.RLIMIT_NOFILE, (4, 4))
    for name in "a", "b":
        reply = perch.talk.ask("/files/" + name, method="PUT", body="new")
        assert reply.status == 503, reply
    assert perch.talk.ask("/files/a").status == 503
    assert perch.talk.ask("/files/a", method="DELETE").status == 204
assert "perch: create b: " in perch.said(), perch.said()
assert os.listdir("files") == []
END
}

# ---- Leftovers ----

# Hidden files and others, some of them a day and a minute old; what must be left is in $LEFT.
make_leftovers() {
    py <<'END'
old = time.time() - 86460
os.makedirs("files/folder/deeper")
os.makedirs("files/.hidden")
os.makedirs("files/.perch-folder")
os.mkdir("elsewhere")
KEPT = ["files/.perch-0000000000000001", "files/folder/.perch-0000000000000002",  # young
        "files/.other-0000000000000003", "files/folder/perch-0000000000000004", "files/.perch",
        "files/file", "files/.hidden/.perch-0000000000000005", "files/.perch-folder/file",
        "elsewhere/.perch-0000000000000006"]
GONE = ["files/.perch-0123456789abcdef", "files/.perch-upload-x", "files/folder/.perch-0123456789abcdef",
        "files/folder/deeper/.perch-fedcba9876543210"]
for name in KEPT + GONE:
    open(name, "w").write("x" * 100)
    if name not in KEPT[:2]:
        os.utime(name, (old, old))
os.symlink("../elsewhere", "files/link")
os.symlink("../elsewhere", "files/.perch-link")
os.mkfifo("files/.perch-fifo")
END
}

# all_files: what is there now, a line each.
all_files() {
    find files elsewhere ! -type d | sort
}

@test "leftovers are never served, replaced or removed by a request" {
    make_leftovers
    all_files >before
    py <<'END'
with Perch("--directory", "files") as perch:
    for name in ".perch-0123456789abcdef", "folder/.perch-0123456789abcdef", ".perch-folder/file":
        for method in "GET", "HEAD", "PUT", "POST", "DELETE":
            more = {"body": "x"} if method[0] == "P" else {}
            assert perch.talk.ask("/files/" + name, method=method, **more).status == 404, (method, name)
END
    all_files | diff before -
}

@test "--sweep removes leftovers that are older than a day, and nothing else" {
    make_leftovers
    all_files | grep -Ev '/\.perch-(0123456789abcdef|upload-x|fedcba9876543210)$' >expected
    run -0 --separate-stderr "$PERCH" --directory files --sweep
    # shellcheck disable=SC2154
    [[ $output = "removed 4 leftovers of uploads below files" && -z $stderr ]]
    all_files | diff expected -
    run -0 "$PERCH" --directory files --sweep
    [[ -z $output ]]
    run -0 "$PERCH" --sweep
    [[ -z $output ]]
}

@test "--sweep leaves a read-only folder alone, and other file systems" {
    make_leftovers
    all_files >before
    run -0 "$PERCH" --directory files --read-only --sweep
    [[ -z $output ]]
    all_files | diff before -
    own_file_system <<'END'
subprocess.run(["mount", "-t", "tmpfs", "none", "files/folder"], check=True)
open("files/folder/.perch-0123456789abcdef", "w").close()
os.utime("files/folder/.perch-0123456789abcdef", (0, 0))
said = subprocess.run([PERCH, "--directory", "files", "--sweep"], capture_output=True, check=True)
assert said.stdout == b"removed 2 leftovers of uploads below files\n" and not said.stderr, said
assert os.path.exists("files/folder/.perch-0123456789abcdef")
END
}

@test "perchd has leftovers swept when it starts, and does not wait for it" {
    make_leftovers
    all_files | grep -Ev '/\.perch-(0123456789abcdef|upload-x|fedcba9876543210)$' >expected
    start_perchd --spares 0 --directory files
    py <<'END'
eventually("the leftovers are gone", lambda: not os.path.exists("files/folder/deeper/.perch-fedcba9876543210"))
perchd = os.environ["PERCHD_PID"]
eventually("the sweeper is reaped", lambda: open(f"/proc/{perchd}/task/{perchd}/children").read() == "")
END
    stop_perchd
    all_files | diff expected -
    grep "removed 4 leftovers" perchd.err
}

teardown() {
    [[ -z ${PERCHD_PID:-} ]] || kill "$PERCHD_PID"
}
