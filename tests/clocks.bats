#!/usr/bin/env bats
# How long anything may take, and what a handler does that is told to stop.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

# ---- Clocks ----

@test "silence before any request: the connection ends without a word" {
    py <<'END'
begin = time.monotonic()
with Perch("--timeout-first", "0.3") as perch:
    perch.talk.ends()
    assert time.monotonic() - begin >= 0.25
END
}

@test "silence after a reply: the connection ends without a word" {
    py <<'END'
with Perch("--timeout-idle", "0.3") as perch:
    begin = time.monotonic()
    perch.talk.ask()
    perch.talk.ends()
    assert time.monotonic() - begin >= 0.25
END
}

@test "a head that stops: 408" {
    py <<'END'
for first in b"", request("/echo/a"):
    with Perch("--timeout-head", "0.3") as perch:
        if first:
            perch.talk.send(first)
            assert perch.talk.reply().status == 200
        begin = time.monotonic()
        perch.talk.send("GET / HTTP/1.1\r\nHo")
        reply = perch.talk.reply()
        assert reply.status == 408 and reply.closes(), reply
        perch.talk.ends()
        assert 0.25 <= time.monotonic() - begin < 10
END
}

@test "--proxy-protocol: a header that does not come whole: the connection ends without a word" {
    py <<'END'
for sent in "", "PROXY TCP4 192.0.2.1 192.0.2.2 1", "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c":
    begin = time.monotonic()
    with Perch("--proxy-protocol", "--timeout-head", "0.3") as perch:
        perch.talk.send(sent)
        perch.talk.ends()
        assert time.monotonic() - begin >= 0.25
END
}

@test "a head in drops: its clock does not start again with each of them" {
    py <<'END'
# A drop every 50 ms for as long as it is taken: with a clock that starts again this never ends.
for lead in "", "\r\n":
    with Perch("--timeout-head", "0.4", "--timeout-first", "30") as perch:
        begin = time.monotonic()
        perch.talk.send(lead + "GET / HTTP/1.1\r\n")
        for _ in range(200):
            if not perch.talk.is_silent(0.05):
                break
            try:
                perch.talk.send("X")
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            raise AssertionError("the head's clock never ended it")
        assert time.monotonic() - begin >= 0.35, "the clock was too fast"
        assert perch.talk.reply().status == 408
END
}

@test "a body that stops: 408, and no file" {
    py <<'END'
for framing in "Content-Length: 1000", "Transfer-Encoding: chunked":
    with Perch("--directory", "files", "--timeout-stall", "0.3") as perch:
        perch.talk.send(request("/files/a", framing, method="PUT") + b"3e8\r\nabc")
        reply = perch.talk.reply()
        assert reply.status == 408 and reply.closes(), reply
        perch.talk.ends()
    assert os.listdir("files") == []
END
}

@test "a refused body in chunks that stops: it is refused all the same" {
    py <<'END'
with Perch("--timeout-stall", "0.3") as perch:
    perch.talk.send(request("/", "Transfer-Encoding: chunked", method="POST") + b"3e8\r\nabc")
    reply = perch.talk.reply()
    assert reply.status == 405 and reply.closes(), reply
    perch.talk.ends()
END
}

@test "a slow body that moves is no stalled one" {
    need_later
    py <<'END'
# 600 s in all, with a clock of 100 s.
clock = Clock()
with Perch("--directory", "files", "--timeout-stall", "100", "--timeout-head", "50", "--timeout-body", "0",
           kind="unix", **clock.perch) as perch:
    perch.talk.send(request("/files/a", "Content-Length: 10", method="PUT"))
    for _ in range(10):
        await_taken(perch)
        clock.forward(60)
        perch.talk.send("x")
    assert perch.talk.reply().status == 201
assert open("files/a").read() == "x" * 10
END
}

@test "a body in drops: its clock does not start again with each of them" {
    py <<'END'
# A drop every 50 ms for as long as it is taken: 20 bytes a second, where 100 are asked for.
for framing, drop in ("Content-Length: 100000", "x"), ("Transfer-Encoding: chunked", "1"):
    with Perch("--directory", "files", "--timeout-body", "0.4", "--min-rate", "100") as perch:
        begin = time.monotonic()
        perch.talk.send(request("/files/a", framing, method="PUT"))
        for _ in range(200):
            if not perch.talk.is_silent(0.05):
                break
            try:
                perch.talk.send(drop)
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            raise AssertionError("the body's clock never ended it")
        assert time.monotonic() - begin >= 0.35, "the clock was too fast"
        reply = perch.talk.reply()
        # Fourteen such digits are no chunk's size any more.
        assert reply.status in (408, 400) if drop == "1" else reply.status == 408, reply
    assert os.listdir("files") == []
END
}

@test "a body's bytes buy it time, and what came early is not forgotten" {
    py <<'END'
# 100 bytes buy ten seconds. The rest takes its time: more than the clock has without them.
with Perch("--directory", "files", "--timeout-body", "0.3", "--min-rate", "10") as perch:
    perch.talk.send(request("/files/a", "Content-Length: 110", method="PUT") + b"x" * 100)
    for _ in range(10):
        assert perch.talk.is_silent(0.08)
        perch.talk.send("x")
    assert perch.talk.reply().status == 201
assert open("files/a").read() == "x" * 110
with Perch("--directory", "files", "--timeout-body", "0.2", "--min-rate", "0") as perch:
    perch.talk.send(request("/files/b", "Content-Length: 10", method="PUT"))
    for _ in range(10):
        assert perch.talk.is_silent(0.05)
        perch.talk.send("x")
    assert perch.talk.reply().status == 201
END
}

@test "a download that is read in drops: the clock ends it" {
    truncate -s 100M files/big
    py <<'END'
for kind in "tcp", "unix":
    with Perch("--directory", "files", "--timeout-body", "0.5", "--min-rate", "10K", kind=kind) as perch:
        begin = time.monotonic()
        perch.talk.send(request("/files/big"))
        while perch.popen.poll() is None:
            perch.talk.sock.recv(10)
            time.sleep(0.02)
            assert time.monotonic() - begin < LIMIT, "the clock never ended it"
        assert time.monotonic() - begin >= 0.4, "the clock was too fast"
END
}

@test "a slow download that moves is no stalled one" {
    truncate -s 4M files/some
    py <<'END'
# Some 500 KB a second, for longer than the clock has without them.
options = ("--directory", "files", "--timeout-body", "4", "--min-rate", "100K")
with Perch(*options, kind="tcp") as tcp, Perch(*options, kind="unix") as unix:
    got = {tcp: 0, unix: 0}
    for perch in got:
        perch.talk.send(request("/files/some", "Connection: close"))
    begin, left = time.monotonic(), list(got)
    while left:
        for perch in list(left):
            data = perch.talk.sock.recv(20000)
            got[perch] += len(data)
            if not data:
                left.remove(perch)
        time.sleep(0.04)
    assert min(got.values()) > 4 << 20 and time.monotonic() - begin > 4.5, got
END
}

@test "a download that nobody reads: the stall clock ends it" {
    truncate -s 100M files/big
    py <<'END'
with Perch("--directory", "files", "--timeout-stall", "0.3") as perch:
    perch.talk.send(request("/files/big"))
    perch.wait()
END
}

# The replies before are read late; what waits in the socket meanwhile has come in time.
@test "how long its own replies take is not charged to the next request, or to its body" {
    head -c 16000 /dev/urandom >files/some
    py <<'END'
class Pair(Process):
    """perch, whose replies find little room in the kernel; three of them fill perch's own buffer."""

    def __init__(self, *options):
        ours, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
        super().__init__([PERCH, "--directory", "files", *options], stdin=theirs, stdout=theirs)
        theirs.close()
        self.talk = Talk(ours)
        self.talk.send(request("/files/some") * 3)

    def __exit__(self, *rest):
        self.talk.close()
        super().__exit__(*rest)

def read_late(perch, seconds):
    """Longer than the clock in question perch can't go on: nothing is read."""
    time.sleep(seconds)
    for _ in range(3):
        assert perch.talk.reply().status == 200

with Pair("--timeout-idle", "0.3") as perch:
    assert not perch.talk.is_silent(LIMIT)  # it has read the three, and sends
    perch.talk.send(request("/echo/next"))
    read_late(perch, 0.6)
    assert perch.talk.reply().body == b"next"

with Pair("--timeout-stall", "10") as perch:
    perch.talk.send("PUT /files/new HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab")
    perch.talk.send("c")
    for _ in range(3):  # slowly, but it never stalls
        time.sleep(4)
        assert perch.talk.reply().status == 200
    assert perch.talk.reply().status == 201
END
}

@test "the same clocks on pipes" {
    truncate -s 1M files/big
    py <<'END'
def on_pipes(*options):
    return Process([PERCH, "--directory", "files", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

def says(perch, data):
    os.write(perch.popen.stdin.fileno(), data)

with on_pipes("--timeout-first", "0.3") as perch:
    assert perch.popen.stdout.read() == b""
with on_pipes("--timeout-idle", "0.3") as perch:
    says(perch, request("/echo/a"))
    assert perch.popen.stdout.read().count(b"HTTP/1.1 ") == 1
with on_pipes("--timeout-head", "0.3") as perch:
    says(perch, b"GET / HT")
    assert perch.popen.stdout.read().startswith(b"HTTP/1.1 408 ")
with on_pipes("--timeout-stall", "0.3") as perch:
    says(perch, request("/files/a", "Content-Length: 5", method="PUT") + b"x")
    assert perch.popen.stdout.read().startswith(b"HTTP/1.1 408 ")
with on_pipes("--timeout-stall", "0.3") as perch:
    # A pipe holds less than the file.
    says(perch, request("/files/big"))
    perch.wait()
assert os.listdir("files") == ["big"]
END
}

# ---- SIGTERM ----

@test "SIGTERM: an idle kept connection ends at once" {
    py <<'END'
for kind in "tcp", "unix":
    with Perch("--timeout-idle", "0", kind=kind) as perch:
        perch.talk.ask()
        perch.signal(signal.SIGTERM)
        perch.talk.ends()
END
}

@test "SIGTERM before the first request or inside one: what is on its way is still answered" {
    py <<'END'
head = request("/echo/late")

def is_answered(begin):
    """None where we were nearly as late as it waits, half a second."""
    with Perch() as perch:
        perch.talk.send(begin)
        eventually("it has begun", lambda: catches(perch.pid, signal.SIGTERM))
        assert perch.talk.is_silent(0.02)
        told = time.monotonic()
        perch.signal(signal.SIGTERM)
        waited = perch.talk.is_silent(0.02)
        try:
            perch.talk.send(head[len(begin):])
            late = time.monotonic() - told > 0.3
            reply = perch.talk.reply()
            perch.talk.ends()
        except (EOFError, ConnectionError):
            reply = None
        return None if late else waited and reply and reply.body == b"late" and reply.closes()

for begin in b"", head[:1], head[:-1]:
    judged = 0
    while judged < 5:
        answered = is_answered(begin)
        assert answered is not False, "it didn't wait"
        judged += answered is not None
END
}

@test "SIGTERM, and the rest of a head never comes: it ends, with a 503, or without a word where none was begun" {
    py <<'END'
for begin in b"", request()[:-1]:
    with Perch("--timeout-first", "0", "--timeout-head", "0") as perch:
        perch.talk.send(begin)
        eventually("it has begun", lambda: catches(perch.pid, signal.SIGTERM))
        assert perch.talk.is_silent(0.05)
        perch.signal(signal.SIGTERM)
        if begin:
            assert perch.talk.reply().status == 503
        perch.talk.ends()
END
}

# It stops reading where it waits for a request; what has come by then may be all that ever comes.
@test "SIGTERM as a request comes: it is answered where it is whole, else it may be sent again" {
    py <<'END'
for kind in "tcp", "unix":
    for sent, statuses in (b"whole body", (201, 204)), (b"half", (503,)):
        with Perch("--directory", "files", kind=kind) as perch:
            perch.talk.ask()
            perch.signal(signal.SIGSTOP)
            perch.talk.send(request("/files/a", "Content-Length: 10", method="PUT") + sent)
            perch.signal(signal.SIGTERM)
            perch.signal(signal.SIGCONT)
            reply = perch.talk.reply()
            assert reply.status in statuses and reply.closes(), reply
            perch.talk.ends()
END
}

@test "SIGTERM as a refused body in chunks comes: it is refused all the same" {
    py <<'END'
with Perch() as perch:
    perch.talk.ask()
    perch.signal(signal.SIGSTOP)
    perch.talk.send(request("/", "Transfer-Encoding: chunked", method="POST") + b"3e8\r\nabc")
    perch.signal(signal.SIGTERM)
    perch.signal(signal.SIGCONT)
    reply = perch.talk.reply()
    assert reply.status == 405 and reply.closes(), reply
    perch.talk.ends()
END
}

@test "SIGTERM in the middle of an upload: it is finished, and its reply says close" {
    py <<'END'
for number in signal.SIGTERM, signal.SIGINT:
    with Perch("--directory", "files") as perch:
        perch.talk.send(request("/files/a", "Content-Length: 200000", "Expect: 100-continue", method="POST"))
        assert perch.talk.reply().status == 100
        perch.talk.send(b"x" * 100000)
        perch.signal(number)
        assert perch.talk.is_silent(0.1)
        perch.talk.send(b"y" * 100000)
        reply = perch.talk.reply()
        assert reply.status == 201 and reply.closes(), reply
        perch.talk.ends()
    assert open("files/a").read() == "x" * 100000 + "y" * 100000
    os.unlink("files/a")
END
}

@test "SIGTERM while it waits for a refused client to end: it ends soon, though more comes" {
    py <<'END'
with Perch() as perch:
    perch.talk.send("GET / HTTP/1.1\n")
    assert perch.talk.reply().status == 400
    perch.talk.ends()
    begin = time.monotonic()
    perch.signal(signal.SIGTERM)
    while perch.popen.poll() is None and time.monotonic() - begin < 9:
        try:
            perch.talk.send("X")
        except (BrokenPipeError, ConnectionResetError):
            break
        time.sleep(0.05)
    assert time.monotonic() - begin < 5, "it waited as if nobody had told it to stop"
END
}

@test "SIGTERM in the middle of a download: it is finished" {
    head -c 30000000 /dev/urandom >files/big
    py <<'END'
with Perch("--directory", "files") as perch:
    perch.talk.send(request("/files/big"))
    perch.talk.more()
    perch.signal(signal.SIGTERM)
    assert perch.talk.reply().body == open("files/big", "rb").read()
    perch.talk.ends()
END
}
