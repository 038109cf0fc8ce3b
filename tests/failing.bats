#!/usr/bin/env bats
# Calls that fail before a connection is served, or between two of them: each says what it was, in one
# line, and what it means for the connection is decided.

load helper

setup() {
    need_strace
    cd "$BATS_TEST_TMPDIR" || return
    mkdir files
}

# Python from stdin, with what the tests below share.
failing() {
    { cat <<'END'; cat; } | py
import contextlib
import shutil

def inject(*faults):
    return ["strace", "-f", "-o", "trace", *(word for fault in faults for word in ("-e", "inject=" + fault))]

def dies(code, line, *faults, options=("--directory", "files")):
    """It does not serve: one line, and that exit code."""
    with Perch(*options, wrapper=inject(*faults), expect=code) as perch:
        perch.talk.half_close()
        assert perch.talk.rest() == b"", faults
        perch.wait()
        said = perch.said()
        assert said.count("\n") == 1 and said.startswith("perch: " + line), (faults, said)

def serves(*faults, options=("--directory", "files"), target="/echo/a", status=200, **more):
    """As if nothing were."""
    with Perch(*options, wrapper=inject(*faults)) as perch:
        assert perch.talk.ask(target, **more).status == status, faults
        perch.talk.half_close()
        perch.wait()
        return perch.said()

def has_landlock():
    """Here, and in a build whose runtime bears it."""
    done = subprocess.run([PERCH, "--sandbox=require"], stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode == 0 and not is_sanitized()

with open("files/a", "w") as file:
    file.write("content")
END
}

@test "a wall that the kernel has and does not put up: nothing is served" {
    failing <<'END'
dies(71, "no_new_privs: Operation not permitted", "prctl:error=EPERM")
dies(71, "seccomp: Permission denied", "seccomp:error=EACCES")
if has_landlock():
    dies(71, "landlock_create_ruleset of ABI ", "landlock_create_ruleset:error=ENOMEM:when=2")
    dies(71, "landlock_add_rule for the served folder: ", "landlock_add_rule:error=EBADFD")
    dies(71, "landlock_restrict_self: ", "landlock_restrict_self:error=E2BIG")
END
}

@test "Landlock of each age is asked for what it has" {
    failing <<'END'
if has_landlock():
    sizes = {1: 8, 2: 8, 3: 8, 4: 16, 5: 16, 6: 24, 7: 24}
    for abi, size in sizes.items():
        assert serves(f"landlock_create_ruleset:retval={abi}:when=1", target="/files/a") == ""
        with open("trace") as trace:
            assert any("landlock_create_ruleset({" in line and f", {size}, 0) = " in line for line in trace), abi
END
}

@test "powers that can't be given up: nothing is served" {
    [[ $(id -u) = 0 ]] || skip "this needs root"
    failing <<'END'
dies(71, "giving up the capabilities: Operation not permitted", "capset:error=EPERM")
for lie in "capset:retval=0", "capget:error=EPERM":
    dies(71, "giving up the capabilities left some", lie)
user = ("--user", "nobody")
dies(77, '--user: initgroups for "nobody": Operation not permitted', "setgroups:error=EPERM", options=user)
dies(77, '--user: setresgid for "nobody": Operation not permitted', "setresgid:error=EPERM", options=user)
dies(77, '--user: setresuid for "nobody": Resource temporarily', "setresuid:error=EAGAIN", options=user)
END
}

@test "a listener on stdin: who left before is passed over, and a failure has its line" {
    failing <<'END'
def listens(*faults, expect=0):
    with listener() as server:
        client = connect("%s:%d" % server.getsockname())
        return client, Process([*inject(*faults), PERCH], expect=expect, stdin=server.dup())

for passing in "accept4:error=ECONNABORTED", "accept4:error=EAGAIN", "accept4:error=EINTR", "poll:error=EINTR":
    client, perch = listens(passing + ":when=1")
    with client, perch:
        assert client.ask("/echo/a").status == 200
        client.half_close()
client, perch = listens("accept4:error=EMFILE", expect=71)
with client, perch:
    perch.wait()
    said = perch.said()
    assert said.startswith("perch: accept on descriptor 0: ") and said.count("\n") == 1, said
END
}

@test "a folder that can't be read, or not to its end: 500, and the log says so" {
    failing <<'END'
listing = ("--directory", "files", "--listing")
for call in "getdents64:error=EIO", "openat2:error=EIO":
    said = serves(call, options=listing, target="/files/", status=500)
    assert said.startswith("perch: list the folder ") and said.count("\n") == 1, said
END
}

@test "--sweep: what can't be removed, opened or looked into is said, the rest is swept" {
    failing <<'END'
def make():
    shutil.rmtree("swept", ignore_errors=True)
    for folder in "swept", "swept/folder":
        os.makedirs(folder)
        with open(folder + "/.perch-0123456789abcdef", "w") as file:
            file.write("left")
        os.utime(file.name, (1, 1))

def sweep(*faults):
    make()
    done = subprocess.run([*inject(*faults), PERCH, "--directory", "swept", "--sweep"],
                          capture_output=True, text=True, check=True)
    return done.stdout, done.stderr

for faults in (), ("openat2:error=ENOSYS",):
    assert sweep(*faults) == ("removed 2 leftovers of uploads below swept\n", "")
out, said = sweep("unlinkat:error=EROFS:when=1")
assert out == "removed 1 leftovers of uploads below swept\n" and said.count("\n") == 1, (out, said)
assert said == "perch: sweep: unlink .perch-0123456789abcdef: Read-only file system\n", said
for number, error, text in (1, "EACCES", ""), (2, "EACCES", "Permission denied"), (2, "ENOENT", ""):
    out, said = sweep(f"openat2:error={error}:when={number}")
    assert out == ("removed 1 leftovers of uploads below swept\n" if number == 2 else ""), out
    assert said == (f"perch: sweep: open the folder folder: {text}\n" if text else ""), said
if os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0:
    make()
    for faults in (), ("openat2:error=ENOSYS",):
        command = " ".join(["mount -t tmpfs none swept/folder && touch -d @1 swept/folder/.perch-0123456789abcdef && exec",
                            *inject(*faults), PERCH, "--directory swept --sweep"])
        done = subprocess.run(["unshare", "--mount", "sh", "-c", command], capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("removed 1 leftovers of uploads below swept\n", ""), done
        make()
deep = "swept/" + "/".join(["d"] * 300)
make()
os.makedirs(deep)
done = subprocess.run([PERCH, "--directory", "swept", "--sweep"], capture_output=True, text=True, check=True)
assert done.stdout == "removed 2 leftovers of uploads below swept\n", done
assert "folders down can't be looked into" in done.stderr and done.stderr.count("\n") == 1, done
END
}

@test "a machine without a name, a peer without an address: served" {
    failing <<'END'
serves("uname:error=EFAULT")
serves("getsockname:error=ENOBUFS")
serves("getpeername:error=ENOTCONN", options=("--log", "common"))
serves("setsockopt:error=ENOMEM")
END
}

@test "what a spare is handed: an interrupted wait goes on, and rubbish has its line" {
    failing <<'END'
import array

def spare(message, descriptors, *faults, expect=0):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        perch = Process([*inject(*faults), PERCH], expect=expect, stdin=theirs)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    if message is not None:
        ours.sendmsg([message], rights)
    return ours, perch

with open(os.devnull) as null:
    for message, descriptors in (b"x", []), (b"x" * 64, []), (b"x" * 4096, [null.fileno()]), (b"x", [null.fileno()] * 2):
        ours, perch = spare(message, descriptors, "fsync:error=EIO", expect=78)
        with ours, perch:
            perch.wait()
            assert perch.said().startswith("perch: descriptor 0: no connection came over it"), perch.said()
ours, perch = spare(None, [], "recvmsg:error=EINTR:when=1")
with perch:
    ours.close()
END
}

@test "what the service manager's variables say and what is there: a socket, or stdin" {
    failing <<'END'
def run(variables, descriptor, expect=0):
    """With that as descriptor 3; a shell knows the process id beforehand."""
    done = subprocess.run(["sh", "-c", f'{variables} exec "$PERCH" 3{descriptor}'], capture_output=True,
                          input=request("/echo/a", "Connection: close"), check=False)
    assert done.returncode == expect, done
    return done.stdout.endswith(b"\r\n\r\na"), done.stderr.decode()

ours = "LISTEN_PID=$$ LISTEN_FDS=1"
for variables in "LISTEN_PID=$$", "LISTEN_FDS=1", "LISTEN_PID=1 LISTEN_FDS=1", "LISTEN_PID=x LISTEN_FDS=1", \
        "LISTEN_PID=$$ LISTEN_FDS=x":
    assert run(variables, "</dev/null") == (True, ""), variables
assert run(ours, "<&-") == (True, "")
served, said = run(ours, "</dev/null", 78)
assert not served and said == "perch: the descriptor that the service manager passes is no socket\n", said
served, said = run("LISTEN_PID=$$ LISTEN_FDS=2", "</dev/null 4</dev/null", 78)
assert not served and said.startswith("perch: 2 sockets are passed; perch serves one"), said
END
}

@test "a socket that is no stream, or does not say what it is" {
    failing <<'END'
no_stream = "is no stream socket; HTTP/1.1 needs one"
dies(78, "descriptor 0 " + no_stream, "getsockopt:error=ENOPROTOOPT")
for kind in socket.SOCK_DGRAM, socket.SOCK_SEQPACKET:
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    with ours, theirs:
        done = subprocess.run(["sh", "-c", f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$PERCH" 3<&{theirs.fileno()}'],
                              capture_output=True, text=True, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        assert done.returncode == 78 and done.stderr == f"perch: descriptor 3 {no_stream}\n", done
END
}

@test "a file of tokens that can't be read, or holds what is none: the line says what to do" {
    failing <<'END'
def ends(code, text, *options):
    done = subprocess.run([PERCH, "--token-file", *options], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == code and text in done.stderr and done.stderr.count("\n") == (code != 0), done

def tokens(text):
    with open(os.open("tokens", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    return "tokens"

os.mkdir("folder", 0o700)
ends(78, 'perch: --token-file: "folder": ', "folder")
for bad in "0123456789 abcdef", "0123456789\x7fabcdef", "0123456789\xe9abcdef":
    ends(78, "has a token with blanks or other than printable ASCII", tokens(bad))
ends(0, "", tokens("0123456789abcdef\r\n# more\r\n\r\n"), "--directory", "files")
ends(78, "is in the folder that is served; move it out", tokens("0123456789abcdef"), "--directory", "/")
ends(78, "is in the folder that is served; move it out", tokens("0123456789abcdef"), "--directory", ".")
ends(0, "", tokens("0123456789abcdef"), "--directory", "files")
os.mkdir("tok")
ends(0, "", tokens("0123456789abcdef"), "--directory", "tok")
for secret, status in ("dTo=", 401), ("dTowMTIzNDU2Nzg5YWJjZGVm", 201), ("dTpub25l", 401):
    with Perch("--directory", "files", "--token-file", "tokens") as perch:
        reply = perch.talk.ask("/files/b", "Authorization: Basic " + secret, method="POST", body="x")
        assert reply.status == status, (secret, reply)
END
}

@test "nobody reads the log any more: requests are served all the same" {
    failing <<'END'
reader, writer = os.pipe()
os.close(reader)
with Perch("--log", "common", stderr=writer) as perch:
    for _ in range(3):
        assert perch.talk.ask("/echo/a").status == 200
END
}

@test "what a file system does not tell, or can't: an upload is tried, a wait is begun anew" {
    failing <<'END'
files = ("--directory", "files")
said = serves("fstatfs:error=ENOSYS", options=files, target="/files/c", method="PUT", body="x", status=201)
assert said == "", said
for number in 1, 2:
    said = serves(f"openat2:error=EIO:when={number}", options=(*files, "--listing"), target="/files/", status=500)
    assert said.startswith("perch: list the folder "), said
END
}

@test "a call that is interrupted is made again, and one that is not there is done without" {
    failing <<'END'
import hashlib
import random

content = random.Random(1).randbytes(300000)
with open("files/large", "wb") as file:
    file.write(content)
files = ("--directory", "files")

def sends(*faults):
    with Perch(*files, wrapper=inject(*faults)) as perch:
        reply = perch.talk.ask("/files/large")
        assert reply.status == 200 and reply.body == content, (faults, reply)

for fault in "sendfile:error=EINTR:when=1", "sendfile:error=EINVAL", "sendfile:error=ENOSYS", "sendfile:error=ENOSYS:when=1":
    sends(fault)

def stores(*faults, status=201, method="PUT", fields=(), target="/files/new"):
    said = serves(*faults, options=files, target=target, method=method, body=content, status=status)
    there = os.path.exists("files/new")
    assert there == (status == 201), (faults, status)
    if there:
        with open("files/new", "rb") as file:
            assert file.read() == content, faults
        os.unlink("files/new")
    assert not [name for name in os.listdir("files") if name.startswith(".")], faults
    return said

for call in "fallocate", "fsync":
    assert stores(call + ":error=EINTR:when=1") == ""
for fault in "fallocate:error=ENOSYS", "linkat:error=EDQUOT":
    assert stores(fault) == "", fault
for fault, status, line in (("linkat:error=EDQUOT:when=2", 507, "link "), ("linkat:error=EIO:when=2", 500, "link "),
                            ("fallocate:error=EDQUOT", 507, "fallocate "), ("fsync:error=EIO", 500, "fsync ")):
    said = stores(fault, status=status)
    assert said.count("\n") == 1 and said.startswith("perch: " + line), (fault, said)
with open("files/old", "w") as file:
    file.write("old")
for fault, status in ("renameat2:error=EDQUOT", 507), ("renameat2:error=EIO", 500), ("linkat:error=EDQUOT:when=2", 507):
    said = stores(fault, status=status, target="/files/old")
    with open("files/old", encoding="ascii") as file:
        assert file.read() == "old", fault
    assert said.count("\n") == 1, (fault, said)
END
}

@test "deleting: a name that is gone meanwhile, and one that can't go" {
    failing <<'END'
files = ("--directory", "files")
for error, status, says in ("ENOENT", 404, False), ("EISDIR", 404, False), ("EACCES", 403, True), ("EIO", 500, True):
    said = serves(f"unlinkat:error={error}", options=files, target="/files/a", method="DELETE", status=status)
    assert said.startswith("perch: unlink ") == says and said.count("\n") == says, (error, said)
END
}
