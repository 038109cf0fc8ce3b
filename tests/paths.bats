#!/usr/bin/env bats
# Nothing outside of the served folder is read, written or removed, whoever changes what is in it.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

# race CONNECTIONS WRAPPER ...: connections of 1000 requests each, while a folder and a symbolic link
# out of the tree change places as fast as they can.
race() {
    mkdir -p files/swap outside
    echo inside >files/swap/inside
    echo secret >outside/inside
    echo secret >outside/victim
    ln -sfn ../outside files/link
    py "$@" <<'END'
connections, wrapper = int(sys.argv[1]), sys.argv[2:]
SWAP = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
RENAME_EXCHANGE, AT_FDCWD = 2, -100
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1000):
        if libc.renameat2(AT_FDCWD, b"files/swap", AT_FDCWD, b"files/link", RENAME_EXCHANGE) != 0:
            sys.exit(os.strerror(ctypes.get_errno()))
"""
turns = (("GET", "inside", None), ("GET", "inside", None), ("PUT", "new", "new"), ("GET", "new", None),
         ("POST", "new", "newer"), ("HEAD", "inside", None), ("DELETE", "new", None), ("DELETE", "victim", None),
         ("PUT", "victim", "inside"), ("GET", "victim", None))
requests = b"".join(request("/files/swap/" + name, method=method, body=body) for method, name, body in turns) * 100
statuses = {}
with Process([sys.executable, "-c", SWAP], expect=-signal.SIGKILL) as swapper:
    for _ in range(connections):
        with Perch("--directory", "files", "--durability=rename", kind="unix", wrapper=wrapper,
                   env=no_leak_search()) as perch:
            perch.talk.send(requests)
            perch.talk.half_close()
            got = perch.talk.rest()
        assert b"secret" not in got
        replies = got.split(b"HTTP/1.1 ")[1:]
        assert len(replies) == 1000, len(replies)
        for i, reply in enumerate(replies):
            key = turns[i % len(turns)][0], int(reply[:3])
            statuses[key] = statuses.get(key, 0) + 1
    assert swapper.popen.poll() is None, swapper.said()
    swapper.signal(signal.SIGKILL)
# What they found was now the folder, now the link.
assert set(statuses) <= {("GET", 200), ("GET", 404), ("HEAD", 200), ("HEAD", 404), ("PUT", 201), ("PUT", 204),
                         ("PUT", 409), ("POST", 201), ("POST", 409), ("DELETE", 204), ("DELETE", 404)}, statuses
assert {("GET", 200), ("GET", 404), ("PUT", 409), ("DELETE", 204)} <= set(statuses), statuses
assert sorted(os.listdir("outside")) == ["inside", "victim"]
assert {open("outside/" + name).read() for name in os.listdir("outside")} == {"secret\n"}
hidden = [name for _, _, names in os.walk("files") for name in names if name.startswith(".")]
assert hidden == [], hidden
END
}

@test "a folder that changes places with a symbolic link: nothing gets out, in 100,000 requests" {
    race 100
}

@test "the same where paths are walked without openat2" {
    need_strace
    race 1 strace -f -o calls -e trace=openat2 -e inject=openat2:error=ENOSYS
    grep -q 'openat2.*INJECTED' calls
}
