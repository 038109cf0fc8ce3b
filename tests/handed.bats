#!/usr/bin/env bats
# Whatever perch can be handed: pipes, files, sockets that are connected or listen, terminals.

load helper

setup_file() {
    # The other way to build perch, next to the one under test; where that is the dynamic one
    # already, this is the same program once more. What make was told for the tests is not for it.
    OTHER_BUILD=$BUILD/other
    export OTHER_BUILD
    env -u MAKEFLAGS -u MAKEOVERRIDES -u MAKELEVEL \
        make -s -C "$TOP" BUILD="$OTHER_BUILD" STATIC=no all >&2
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

@test "a pipe: requests from stdin, replies to stdout" {
    reply=$(printf 'GET /echo/hello HTTP/1.1\r\nHost: x\r\n\r\n' | "$PERCH" | tr -d '\r')
    [ "${reply%%$'\n'*}" = "HTTP/1.1 200 OK" ]
    [ "${reply##*$'\n'}" = "hello" ]
}

@test "a pipe whose writer stays: the reply comes at once" {
    py <<'END'
with Process([PERCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as perch:
    for text in "one", "two":
        os.write(perch.popen.stdin.fileno(), request("/echo/" + text))
        got = b""
        while not got.endswith(text.encode()):
            assert select.select([perch.popen.stdout], [], [], LIMIT)[0]
            got += os.read(perch.popen.stdout.fileno(), 65536)
    perch.popen.stdin.close()
    assert perch.popen.stdout.read() == b""
END
}

@test "a pipe whose reader has gone: it ends, with exit code 0" {
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >ask
    py <<'END'
reader, writer = os.pipe()
os.close(reader)
with Process([PERCH], stdin=open("ask", "rb"), stdout=writer):
    pass
END
}

@test "files as stdin and stdout" {
    printf 'GET /echo/a HTTP/1.1\r\nHost: x\r\n\r\nGET /echo/b HTTP/1.1\r\nHost: x\r\n\r\n' >ask
    "$PERCH" <ask >replies
    [ "$(grep -o 'HTTP/1.1 200 ' replies | wc -l)" = 2 ]
    [ "$(tail -c 1 replies)" = b ]
}

@test "a connected socket: of TCP and of unix, and one socket for each way" {
    py <<'END'
for kind in "tcp", "unix":
    with Perch(kind=kind) as perch:
        for i in range(3):
            assert perch.talk.ask(f"/echo/{i}").body == str(i).encode()
        assert perch.talk.ask("/", "Connection: close").closes()
        perch.talk.ends()
asks, stdin = socket.socketpair()
replies, stdout = socket.socketpair()
with Process([PERCH], stdin=stdin, stdout=stdout):
    stdin.close(), stdout.close()
    asks.sendall(request("/echo/hi", "Connection: close"))
    replies = Talk(replies)
    assert replies.reply().body == b"hi"
    replies.ends()
END
}

@test "a socket that does not block is served all the same" {
    head -c 3000000 /dev/urandom >files/big
    py <<'END'
ours, theirs = tcp_pair()
theirs.setblocking(False)
with Process([PERCH, "--directory", "files"], stdin=theirs, stdout=theirs):
    theirs.close()
    talk = Talk(ours)
    for _ in range(3):
        assert talk.is_silent(0.05)
        assert talk.ask("/files/big").body == open("files/big", "rb").read()
    talk.close()
END
}

@test "a socket for the replies alone that does not block: a long one comes whole" {
    head -c 5000000 /dev/urandom >files/large
    py <<'END'
requests, theirs_in = socket.socketpair()
replies, theirs_out = socket.socketpair()
theirs_out.setblocking(False)
with Process([PERCH, "--directory", "files"], stdin=theirs_in, stdout=theirs_out), Talk(replies) as talk:
    theirs_in.close(), theirs_out.close()
    requests.sendall(request("/files/large"))
    requests.close()
    assert talk.reply().body == open("files/large", "rb").read()
END
}

@test "a socket with a timeout of its own: the options' clocks count" {
    py <<'END'
ours, theirs = tcp_pair()
theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 100000))
with Process([PERCH, "--timeout-first", "0"], stdin=theirs, stdout=theirs), Talk(ours) as talk:
    theirs.close()
    assert talk.is_silent(0.4)
    talk.send(request("/echo/late"))
    assert talk.reply().body == b"late"
END
}

@test "a listening socket: it accepts one connection, and leaves the next to others" {
    py <<'END'
with listener() as listening:
    with Process([PERCH], stdin=listening):
        port = listening.getsockname()[1]
        with connect(port) as first, connect(port) as second:
            for i in range(3):
                assert first.ask(f"/echo/{i}").body == str(i).encode()
            second.send(request())
            assert second.is_silent(0.1)
            first.close()
    left, _ = listening.accept()
    assert Talk(left).rest() == request(), "its request is still there"
END
}

@test "a listening socket that nobody connects to: the first clock ends it" {
    py <<'END'
with listener() as listening:
    with Process([PERCH, "--timeout-first", "0.2"], stdin=listening):
        pass
END
}

# Python that hands over sockets as the service manager does, to both builds of perch.
handing_over() {
    { cat <<'END'; cat; } | py
import tempfile
BUILDS = [PERCH, os.environ["OTHER_BUILD"] + "/perch"]

def handed(program, *sockets, pid="$$", stdin=subprocess.DEVNULL, **more):
    """Runs program with the sockets as descriptors 3 and on, and what sd_listen_fds(3) says."""
    spare = [fcntl.fcntl(sock, fcntl.F_DUPFD, 20) for sock in sockets]
    moves = " ".join(f"{3 + i}<&{fd} {fd}<&-" for i, fd in enumerate(spare))
    script = f'exec {moves}; LISTEN_FDS={len(spare)} LISTEN_PID={pid} exec "$0" "$@"'
    try:
        return Process(["bash", "-c", script, program, "--timeout-first", "10"], stdin=stdin,
                       pass_fds=spare, stdout=subprocess.PIPE, **more)
    finally:
        for fd in spare:
            os.close(fd)
END
}

@test "sd_listen_fds: a connected socket" {
    handing_over <<'END'
for program in BUILDS:
    ours, theirs = tcp_pair()
    with handed(program, theirs) as perch:
        theirs.close()
        talk = Talk(ours)
        assert talk.ask("/echo/a").body == b"a"
        assert talk.ask("/echo/b", "Connection: close").body == b"b"
        talk.ends()
        assert perch.popen.stdout.read() == b"", "something was written to its own stdout"
END
}

@test "sd_listen_fds: a listening socket, of TCP and of unix" {
    handing_over <<'END'
for program in BUILDS:
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(tempfile.mktemp())
    unix.listen()
    for listening in listener(), unix:
        where = listening.getsockname()
        with handed(program, listening):
            with connect(where if isinstance(where, str) else where[1]) as talk:
                assert talk.ask("/echo/a").body == b"a"
                assert talk.ask("/echo/b", "Connection: close").body == b"b"
                talk.ends()
    os.unlink(unix.getsockname())
END
}

@test "sd_listen_fds: what is meant for another process is not touched" {
    handing_over <<'END'
for program in BUILDS:
    ours, theirs = tcp_pair()
    other, passed = tcp_pair()
    with handed(program, passed, pid=1, stdin=theirs) as perch:
        theirs.close()
        perch.popen.stdout.close()
        Talk(ours).close()
    passed.close()
    assert Talk(other).rest() == b""
END
}

@test "sd_listen_fds: two sockets, and one that does not stream" {
    handing_over <<'END'
for program in BUILDS:
    with listener() as one, listener() as two:
        with handed(program, one, two, expect=78) as perch:
            assert perch.popen.stdout.read() == b""
        assert len(perch.said().splitlines()) == 1, perch.said()
    ours, theirs = socket.socketpair(type=socket.SOCK_DGRAM)
    with handed(program, theirs, expect=78) as perch:
        assert perch.popen.stdout.read() == b""
    assert len(perch.said().splitlines()) == 1, perch.said()
END
}

# activated PROGRAM-IN-BUILD OPTIONS-OF-systemd-socket-activate ...: two requests over a connection that
# the real one hands over, to both builds.
activated() {
    command -v systemd-socket-activate >/dev/null || skip "there is no systemd-socket-activate"
    need_own_network
    cat >activated.py <<'END'
from talk import *

program, *options = sys.argv[1:]
for build in BUILD, os.environ["OTHER_BUILD"]:
    command = ["systemd-socket-activate", "-l", "127.0.0.1:4300", *options, f"{build}/{program}"]
    # The connections of its children stay; SIGTERM ends it where it has not become the program.
    with Process(command, expect=None, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                 stderr=subprocess.PIPE) as activate:
        activate.wait_for_line("Listening on 127.0.0.1:4300")
        accepts = "-a" in options or program == "perchd"
        for i in range(3 if accepts else 1):
            with connect(4300) as talk:
                assert talk.ask(f"/echo/{i}").body == str(i).encode()
                assert talk.ask("/echo/b", "Connection: close").body == b"b"
                talk.ends()
        if accepts:
            activate.signal(signal.SIGTERM)
        assert activate.wait() in ((-signal.SIGTERM, 0) if accepts else (0,))
END
    "${OWN_NETWORK[@]}" python3 activated.py "$@" 3>&-
}

@test "systemd-socket-activate -a --inetd: the connection on 0 and 1" {
    activated perch -a --inetd
}

@test "systemd-socket-activate -a: the connection by sd_listen_fds" {
    activated perch -a
}

@test "systemd-socket-activate --inetd: the listener on 0" {
    activated perch --inetd
}

@test "systemd-socket-activate: the listener by sd_listen_fds" {
    activated perch
}

@test "systemd-socket-activate and perchd" {
    activated perchd
}

@test "a terminal: a person is told what perch waits for" {
    py <<'END'
import pty
pid, fd = pty.fork()
if pid == 0:
    os.execv(PERCH, [PERCH])
said = b""
while b"perchd\r\n" not in said:
    said += os.read(fd, 4096)
assert said.startswith(b"perch: waiting for a request"), said
os.write(fd, b"\x16\r".join((b"GET /echo/typed HTTP/1.0", b"\n", b"\n")))  # Control-V before each CR
try:
    while more := os.read(fd, 4096):
        said += more
except OSError:
    pass  # it has ended
assert b" 200 OK" in said and said.endswith(b"typed"), said
assert os.waitpid(pid, 0)[1] == 0
END
}

@test "a terminal: no clock runs" {
    py <<'END'
import pty, tty
control, terminal = pty.openpty()
tty.setraw(terminal)
with Process([PERCH, "--timeout-first=0.1", "--timeout-idle=0.1", "--timeout-head=0.1"],
             stdin=terminal, stdout=subprocess.PIPE) as perch:
    watched = os.pidfd_open(perch.pid)
    for part in request("/echo/a"), b"GET /echo/b HTTP/1.1\r\n", b"Host: x\r\nConnection: close\r\n\r\n":
        assert not select.select([watched], [], [], 0.3)[0], "it did not wait"
        os.write(control, part)
    got = perch.popen.stdout.read()
assert got.count(b"HTTP/1.1 200 ") == 2 and got.endswith(b"b"), got
END
}

@test "systemd-socket-activate: perchd tells the names of the sockets that it is passed" {
    command -v systemd-socket-activate >/dev/null || skip "there is no systemd-socket-activate"
    need_own_network
    cat >named.py <<'END'
from talk import *

socket_path = os.path.abspath("sock")
with Process(["systemd-socket-activate", "-l", "127.0.0.1:4300", "-l", socket_path, "--fdname=web:local", PERCHD],
             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as perchd:
    # Bound is not yet listening: its name is there before anyone may connect to it.
    perchd.wait_for_line(f"Listening on {socket_path}", perchd.popen.stderr)
    with connect(socket_path) as talk:
        assert talk.ask("/echo/a").body == b"a"
    lines = [perchd.popen.stdout.readline().decode() for _ in range(2)]
    assert lines == ["perchd: listening on http://127.0.0.1:4300/ (web)\n",
                     f"perchd: listening on unix:{socket_path} (local)\n"], lines
    perchd.signal(signal.SIGTERM)
END
    "${OWN_NETWORK[@]}" python3 named.py 3>&-
}
