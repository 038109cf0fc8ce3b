#!/usr/bin/env bats
# The served folder: what is no file, uploads that go right and wrong, memory.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

# ---- What is no file ----

@test "FIFO, socket, symlink and folder below the folder: 404, and nobody hangs" {
    mkdir -p files/folder outside
    echo secret >outside/secret
    echo inside >files/file
    mkfifo files/fifo
    ln -s ../outside/secret files/link-out
    ln -s file files/link-in
    ln -s "$PWD/outside" files/folder-link
    ln -s nothing files/dangling
    ln -s loop files/loop
    ln -s /proc/self/fd/0 files/magic
    py <<'END'
socket.socket(socket.AF_UNIX).bind("files/socket")
before = sorted(os.listdir("files"))
with Perch("--directory", "files") as perch:
    for name in ("fifo", "socket", "link-out", "link-in", "folder", "folder/", "folder-link/secret",
                 "dangling", "loop", "magic", "file/x"):
        for method in "GET", "HEAD", "DELETE":
            reply = perch.talk.ask("/files/" + name, method=method)
            assert reply.status == 404, (method, name, reply)
    for name in "fifo", "socket", "link-out", "link-in", "folder", "dangling", "loop", "magic":
        for method in "PUT", "POST":
            reply = perch.talk.ask("/files/" + name, method=method, body="x")
            assert reply.status == 409, (method, name, reply)
    for name in "folder-link/new", "missing/new", "file/new", "fifo/new":
        reply = perch.talk.ask("/files/" + name, method="PUT", body="x")
        assert reply.status == 409, (name, reply)
    assert perch.talk.ask("/files/file").body == b"inside\n"
assert sorted(os.listdir("files")) == before
assert os.listdir("outside") == ["secret"] and open("outside/secret").read() == "secret\n"
END
}

@test "a device below the folder: 404, and 409 for an upload" {
    mknod files/zero c 1 5 2>/dev/null || skip "making a device node is not permitted here"
    py <<'END'
with Perch("--directory", "files") as perch:
    assert perch.talk.ask("/files/zero").status == 404
    assert perch.talk.ask("/files/zero", method="PUT", body="x").status == 409
    assert perch.talk.ask("/files/zero", method="DELETE").status == 404
assert os.listdir("files") == ["zero"]
END
}

# ---- Uploads ----

# Uploads of several sizes and both framings under both durabilities, over a new and an old name.
# Arguments: a command that perch is run by. With REPLACED=any a PUT may call an old name new.
stores_well() {
    py "$@" <<'END'
def chunked(data):
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(data[i:i + 70000]), data[i:i + 70000])
                    for i in range(0, len(data), 70000)) + b"0\r\n\r\n"

wrapper, REPLACED = sys.argv[1:], os.environ.get("REPLACED")
for durability in "full", "rename":
    with Perch("--directory", "files", "--durability", durability, wrapper=wrapper,
               env=no_leak_search()) as perch:
        for method, replaced in ("PUT", 204), ("POST", 201):
            for status in 201, replaced:
                for size in 0, 1, 1000, 300000, 2000000:
                    name, data = f"{method}{size}", os.urandom(size)
                    if size % 2000 == 0:
                        perch.talk.send(request("/files/" + name, method=method, body=data))
                    else:
                        perch.talk.send(request("/files/" + name, "Transfer-Encoding: chunked", method=method) +
                                        chunked(data))
                    reply = perch.talk.reply()
                    assert reply.status == status or (REPLACED == "any" and reply.status == 201), (name, reply)
                    assert reply.get("location") == "/files/" + name, reply
                    assert open("files/" + name, "rb").read() == data
                    read = perch.talk.ask("/files/" + name)
                    assert read.body == data and read.get("etag") == reply.get("etag")
    assert len(os.listdir("files")) == 10, os.listdir("files")
    for name in os.listdir("files"):
        os.unlink("files/" + name)
END
}

@test "uploads create and replace, with --durability full and rename" {
    stores_well
}

# The calls that a file system without unnamed files, or without links, refuses. -P: only those that
# name the folder itself, as the call for an unnamed file does.
@test "uploads create and replace where there are no unnamed files" {
    need_strace
    stores_well strace -o calls -P . -e inject=openat:error=EOPNOTSUPP
    grep -q 'O_TMPFILE.*INJECTED' calls
}

@test "uploads create and replace where there are no links either" {
    need_strace
    # A real file system says EEXIST first where the name is taken; this can't be had from strace.
    REPLACED=any stores_well strace -o calls -e trace=linkat -e inject=linkat:error=EPERM
    grep -q 'INJECTED' calls
}

@test "an upload that is cut off leaves the old file and nothing else" {
    py <<'END'
body = os.urandom(300000)
whole = {
    "length": request("/files/a", method="PUT", body=body),
    "chunks": request("/files/a", "Transfer-Encoding: chunked", method="PUT") +
              b"".join(b"%x\r\n%s\r\n" % (30000, body[i:i + 30000]) for i in range(0, 300000, 30000)) +
              b"0\r\nTrailer: x\r\n\r\n",
}
for old in None, b"old":
    for how, message in whole.items():
        head = message.index(b"\r\n\r\n") + 4
        for cut in (10, head - 1, head, head + 1, head + 30000, len(message) // 2, len(message) - 1):
            for end in "close", "half_close", "reset":
                if old:
                    open("files/a", "wb").write(old)
                with Perch("--directory", "files") as perch:
                    perch.talk.send(message[:cut])
                    getattr(perch.talk, end)()
                    if end == "half_close":
                        reply = perch.talk.reply()
                        assert reply.status == 400 and reply.closes(), reply
                        perch.talk.ends()
                assert os.listdir("files") == (["a"] if old else []), (how, cut, end, os.listdir("files"))
                if old:
                    assert open("files/a", "rb").read() == old, (how, cut, end)
END
}

@test "an upload whose chunks are wrong leaves the old file and nothing else" {
    py <<'END'
open("files/a", "w").write("old")
for wrong in b"3\r\nabcd\r\n0\r\n\r\n", b"3\r\nabc\r\nx\r\n", b"3\r\nabc\r\n0\r\n bad\r\n\r\n":
    with Perch("--directory", "files") as perch:
        perch.talk.send(request("/files/a", "Transfer-Encoding: chunked", method="PUT") + wrong)
        reply = perch.talk.reply()
        assert reply.status == 400 and reply.closes(), reply
        perch.talk.half_close()
        perch.talk.ends()
    assert os.listdir("files") == ["a"] and open("files/a").read() == "old"
END
}

@test "an upload whose handler is killed leaves the old file and nothing else" {
    py <<'END'
open("files/a", "w").write("old")
with Perch("--directory", "files", expect=-signal.SIGKILL) as perch:
    perch.talk.send(request("/files/a", "Content-Length: 200000", "Expect: 100-continue", method="PUT"))
    assert perch.talk.reply().status == 100
    perch.talk.send(b"x" * 100000)
    perch.signal(signal.SIGKILL)
assert os.listdir("files") == ["a"] and open("files/a").read() == "old"
END
}

@test "an upload that can't be synced is refused: 500, the old file, nothing else; the client reads one reply" {
    need_strace
    py <<'END'
open("files/a", "w").write("old")
for name in "a", "b":
    # Descriptor 2 is the client's, as under inetd: the line for the log must not reach it.
    with Perch("--directory", "files", client_is_2=True, env=no_leak_search(),
               wrapper=["strace", "-o", "calls", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"]) as perch:
        reply = perch.talk.ask("/files/" + name, method="PUT", body="new")
        assert reply.status == 500, reply
        perch.talk.half_close()
        perch.talk.ends()
assert os.listdir("files") == ["a"] and open("files/a").read() == "old"
END
}

# Where nothing is synced, closing is when a network file system or a quota tells of a lost write.
@test "an upload whose file can't be closed is refused with --durability=rename too: 507" {
    need_strace
    ! grep -q ld-linux "$PERCH" || skip "a dynamic program could not load its libraries then"
    py <<'END'
open("files/a", "w").write("old")
for name in "a", "b":
    with Perch("--directory", "files", "--durability=rename", env=no_leak_search(),
               wrapper=["strace", "-o", "calls", "-e", "trace=close", "-e", "inject=close:error=EDQUOT"],
               expect=None) as perch:
        assert perch.talk.ask("/files/" + name, method="PUT", body="new").status == 507
assert os.listdir("files") == ["a"] and open("files/a").read() == "old"
END
}

@test "no room: 507, the old file, nothing else, and the connection can go on" {
    own_file_system <<'END'
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", "files"], check=True)
open("files/a", "w").write("old")
for name in "a", "b":
    for framing in "Content-Length: 400000", "Transfer-Encoding: chunked":
        with Perch("--directory", "files") as perch:
            perch.talk.send(request("/files/" + name, framing, method="PUT"))
            if framing.startswith("T"):
                perch.talk.send("61a80\r\n")
            perch.talk.send(b"x" * 400000)
            reply = perch.talk.reply()
            assert reply.status == 507, reply
        assert os.listdir("files") == ["a"] and open("files/a").read() == "old"
with Perch("--directory", "files") as perch:
    assert perch.talk.ask("/files/b", method="PUT", body=b"x" * 300000).status == 507
with Perch("--directory", "files") as perch:
    assert perch.talk.ask("/files/b", method="PUT", body=b"x" * 100000).status == 201
END
}

@test "a file larger than the system allows the process: 413, the old file, nothing else" {
    py <<'END'
import resource
open("files/a", "w").write("old")
limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
for name in "a", "b":
    with Perch("--directory", "files", preexec_fn=limit) as perch:
        reply = perch.talk.ask("/files/" + name, method="PUT", body="x" * 10000)
        assert reply.status == 413, reply
assert os.listdir("files") == ["a"] and open("files/a").read() == "old"
END
}

@test "two uploads to one name: the last one that ends wins, whole" {
    py <<'END'
with Perch("--directory", "files") as one, Perch("--directory", "files") as two:
    for perch in one, two:
        perch.talk.send(request("/files/a", "Content-Length: 100000", "Expect: 100-continue", method="PUT"))
        assert perch.talk.reply().status == 100
    two.talk.send(b"2" * 100000)
    assert two.talk.reply().status == 201
    one.talk.send(b"1" * 100000)
    assert one.talk.reply().status == 204
assert os.listdir("files") == ["a"] and open("files/a").read() == "1" * 100000
END
}

@test "a file that is cut short while it is sent: the connection is cut, no second reply" {
    truncate -s 50M files/big
    py <<'END'
with Perch("--directory", "files", kind="unix") as perch:
    perch.talk.send(request("/files/big") + request("/echo/a"))
    perch.talk.more()
    os.truncate("files/big", 1000)
    got = perch.talk.rest()
    assert got.count(b"HTTP/1.1 ") == 1 and len(got) < 50 << 20
END
}

@test "Expect: 100-continue by curl" {
    py <<'END'
with listener() as listening, Process([PERCH, "--directory", "files"], stdin=listening):
    url = "http://127.0.0.1:%d/files/a" % listening.getsockname()[1]
    said = subprocess.run(["curl", "-sv", "-H", "Expect: 100-continue", "--expect100-timeout", "1000",
                           "--data-binary", "hello", url], capture_output=True, text=True, timeout=LIMIT).stderr
    assert "< HTTP/1.1 100 Continue" in said and "< HTTP/1.1 201 Created" in said, said
assert open("files/a").read() == "hello"
END
}

@test "Expect: 100-continue: a refusal comes without it, and so does a body that is here already" {
    py <<'END'
with Perch("--directory", "files", "--max-body", "1000") as perch:
    expect = ("Expect: 100-continue",)
    reply = perch.talk.ask("/files/a", *expect, method="PUT", body="hello")
    assert reply.status == 201, reply
    perch.talk.send(request("/files/a", *expect, "Content-Length: 5", method="PUT"))
    assert perch.talk.reply().status == 100
    perch.talk.send("hello")
    assert perch.talk.reply().status == 204
    perch.talk.send(request("/files/a", *expect, "Content-Length: 1001", method="PUT"))
    reply = perch.talk.reply()
    assert reply.status == 413 and reply.closes(), reply
END
}

# ---- Memory ----

@test "2 GiB up and down in less than 4 MiB of memory" {
    folder=
    for candidate in "$BATS_TEST_TMPDIR" "$BUILD"; do
        if [[ $(stat -f -c %T "$candidate") != tmpfs &&
            $(df --output=avail -B1 "$candidate" | tail -n 1) -gt $((5 << 30)) ]]; then
            folder=$candidate
            break
        fi
    done
    [ -n "$folder" ] || skip "no disk with 5 GiB of room"
    # shellcheck disable=SC2030 # teardown runs in the same shell
    LARGE=$(mktemp -d "$folder/large.XXXXXX")
    export LARGE
    py <<'END'
size = 2 << 30
source, stored = os.environ["LARGE"] + "/source", os.environ["LARGE"] + "/stored"
with open(source, "wb") as made:
    made.truncate(size)
    for at in 0, size // 3, size - 5:
        os.pwrite(made.fileno(), b"mark%d" % (at % 10), at)

def by_perch(curl, judge):
    """curl against one perch, whose peak of memory is watched; what curl prints goes to the judge."""
    with listener() as listening:
        with Process([PERCH, "--directory", os.environ["LARGE"], "--durability=rename"], stdin=listening) as perch:
            url = "http://127.0.0.1:%d/files/stored" % listening.getsockname()[1]
            curl = subprocess.Popen(["curl", "-sS", *curl, url], stdout=subprocess.PIPE)
            judge = subprocess.Popen(judge, stdin=curl.stdout)
            curl.stdout.close()
            peak = perch.peak_kib()
            assert curl.wait(LIMIT) == 0 and judge.wait(LIMIT) == 0
            assert is_sanitized() or 0 < peak < 4096, f"{peak} KiB"

by_perch(["-w", "%{http_code}\n", "-T", source], ["grep", "-qx", "201"])
assert os.path.getsize(stored) == size
by_perch([], ["cmp", "-", source])
END
}

teardown() {
    # shellcheck disable=SC2031
    [[ -z ${LARGE:-} ]] || rm -r "$LARGE"
}

@test "a kernel or a filter without openat2: the same, and no symbolic link is followed" {
    need_strace
    mkdir -p files/a/b outside
    echo secret >outside/secret
    ln -s ../../outside files/a/folder
    ln -s "$PWD/outside/secret" files/a/link
    py <<'END'
with Perch("--directory", "files",
           wrapper=["strace", "-o", "calls", "-e", "trace=openat2", "-e", "inject=openat2:error=ENOSYS"]) as perch:
    def status(path, **more):
        return perch.talk.ask("/files/" + path, **more).status

    for path in "top", "a/one", "a/b/two":
        assert status(path, method="PUT", body=b"hi") == 201, path
        assert perch.talk.ask("/files/" + path).body == b"hi"
        assert status(path, method="PUT", body=b"ho") == 204, path
    for path in "a", "a/b", "a/folder", "a/folder/secret", "a/link", "a/none", "a/none/x", "top/x":
        assert status(path) == 404, path
        assert status(path, method="DELETE") == 404, path
    for path in "a/folder/new", "a/link", "a/none/x", "top/x":
        assert status(path, method="PUT", body=b"hi") == 409, path
    assert status("a/b/two", method="DELETE") == 204
END
    [ "$(cat outside/secret)" = secret ]
    [ "$(ls outside)" = secret ]
    grep -q ENOSYS calls
}
