#!/usr/bin/env bats
# perchd: its listeners, its caps, shortages, and its end.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    stop_perchd
}

# ---- Listeners ----

# Three lines are announced before perchd is ready; the address of the last is the helper's own.
@test "several listeners, a host by its name, a unix socket" {
    LISTENERS=3 start_perchd --listen localhost:0 --listen "$PWD/sock"
    printf '%s\n' "${ANNOUNCED[@]}"
    for line in "${ANNOUNCED[@]}"; do
        case $line in
        *unix:*)
            [ "$line" = "perchd: listening on unix:$PWD/sock" ]
            reply=$(curl -sS --unix-socket sock http://localhost/echo/unix)
            [ "$reply" = unix ]
            ;;
        *)
            reply=$(curl -sS -g "${line#perchd: listening on }echo/tcp")
            [ "$reply" = tcp ]
            ;;
        esac
    done
    [[ ${ANNOUNCED[*]} == *unix:* ]]
}

@test "IPv6" {
    python3 -c 'import socket; socket.create_server(("::1", 0), family=socket.AF_INET6)' 2>/dev/null ||
        skip "there is no IPv6 here"
    LISTENERS=2 start_perchd --listen '[::1]:0'
    [[ ${ANNOUNCED[0]} =~ ^perchd:\ listening\ on\ (http://\[::1\]:[0-9]+/)$ ]]
    [ "$(curl -sS -g "${BASH_REMATCH[1]}echo/six")" = six ]
}

@test "connections to loopback are sent to by no clock, others as the machine has it" {
    need_own_network
    cat >algorithms.py <<'END'
from talk import *
def algorithm(address, port):
    with connect(f"{address}:{port}") as talk:
        assert talk.ask().status == 200
        told = subprocess.run(["ss", "-Htin", f"sport = :{port}"], capture_output=True, text=True, check=True)
        return told.stdout.split("\n")[1].split()[0]

subprocess.run(["ip", "address", "add", "192.0.2.1/32", "dev", "lo"], check=True)
with open("/proc/sys/net/ipv4/tcp_congestion_control") as file:
    usual = file.read().strip()
with socket.create_server(("127.0.0.1", 0)) as passed:
    script = f'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3<&{passed.fileno()}'
    options = ["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"]
    with Process(["bash", "-c", script, PERCHD, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                 pass_fds=[passed.fileno()]) as perchd:
        handed, own, any_address = [perchd.popen.stdout.readline().decode().strip("/\n").rpartition(":")[2]
                                    for _ in range(3)]
        assert algorithm("127.0.0.1", handed) == algorithm("127.0.0.1", own) == "reno"
        assert algorithm("192.0.2.1", any_address) == usual
        # Of such a socket's connections those that are handed over to a spare: the first may come too early.
        eventually("one is handed over", lambda: algorithm("127.0.0.1", any_address) == "reno")
        assert algorithm("192.0.2.1", any_address) == usual
        perchd.signal(signal.SIGTERM)
END
    "${OWN_NETWORK[@]}" python3 algorithms.py 3>&-
}

@test "a unix socket: a stale one is replaced, it is removed at the end" {
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'
    [ -S sock ]
    start_perchd --listen "$PWD/sock"
    [ "$(curl -sS --unix-socket sock http://x/echo/a)" = a ]
    stop_perchd
    [ ! -e sock ]
}

@test "a unix socket that is in use, and a file that is none, are left alone" {
    start_perchd --listen "$PWD/sock"
    run -69 --separate-stderr "$PERCHD" --listen "$PWD/sock" 3>&-
    # shellcheck disable=SC2154 # set by run
    [[ $stderr == *sock* && $(wc -l <<<"$stderr") = 1 ]]
    [ "$(curl -sS --unix-socket sock http://x/echo/a)" = a ]
    echo precious >file
    run -69 --separate-stderr "$PERCHD" --listen "$PWD/file" 3>&-
    [[ $stderr == *file* && $(wc -l <<<"$stderr") = 1 ]]
    [ "$(cat file)" = precious ]
}

@test "without options it is 127.0.0.1:4221, and no other address" {
    need_own_network
    cat >default.py <<'END'
from talk import *
with Process([PERCHD], stdout=subprocess.PIPE) as perchd:
    assert perchd.wait_for_line("listening") == "perchd: listening on http://127.0.0.1:4221/\n"
    with connect("127.0.0.1:4221") as talk:
        assert talk.ask().status == 200
    try:
        connect("127.0.0.2:4221")
        raise AssertionError("it listens on 127.0.0.2, too")
    except ConnectionRefusedError:
        pass
    perchd.signal(signal.SIGTERM)
END
    "${OWN_NETWORK[@]}" python3 default.py 3>&-
}

@test "started again at once, the port is free" {
    # Where nobody else takes it meanwhile.
    need_own_network
    cat >again.py <<'END'
from talk import *
for _ in range(3):
    with Process([PERCHD, "--listen", "127.0.0.1:4300"], stdout=subprocess.PIPE) as perchd:
        perchd.wait_for_line("listening")
        # The server's side closes first, so its address lingers in TIME-WAIT.
        with connect(4300) as talk:
            assert talk.ask("/echo/a", "Connection: close").body == b"a"
            talk.ends()
        perchd.signal(signal.SIGTERM)
END
    "${OWN_NETWORK[@]}" python3 again.py 3>&-
}

# ---- The service manager ----

@test "sd_notify: ready, status, stopping; the watchdog" {
    ldd "$PERCHD" | grep -q libsystemd || skip "this perchd is built without libsystemd"
    py <<'END'
notify = notify_socket("notify")

def await_message(start):
    while True:
        for line in notify.recv(65536).decode().splitlines():
            if line.startswith(start):
                return line

env = dict(os.environ, NOTIFY_SOCKET=os.path.abspath("notify"), WATCHDOG_USEC="200000")
with Process([PERCHD, "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE) as perchd:
    port = perchd.wait_for_line("listening").rstrip("/\n").rpartition(":")[2]
    await_message("READY=1")
    assert await_message("STATUS=").startswith("STATUS=0 ")
    for _ in range(3):
        await_message("WATCHDOG=1")
    with connect(port) as talk:
        talk.ask()
        assert await_message("STATUS=").startswith("STATUS=1 ")
        perchd.signal(signal.SIGTERM)
        await_message("STOPPING=1")
        talk.ends()
END
}

@test "the watchdog is answered while it stops, too" {
    ldd "$PERCHD" | grep -q libsystemd || skip "this perchd is built without libsystemd"
    py <<'END'
notify = notify_socket("notify")

def await_pings():
    for _ in range(3):
        while notify.recv(65536) != b"WATCHDOG=1":
            pass

env = dict(os.environ, NOTIFY_SOCKET=os.path.abspath("notify"), WATCHDOG_USEC="100000")
with Process([PERCHD, "--listen", "127.0.0.1:0", "--directory", "files"], env=env, stdout=subprocess.PIPE) as perchd:
    port = perchd.wait_for_line("listening").rstrip("/\n").rpartition(":")[2]
    with connect(port) as talk:
        talk.send(request("/files/a", "Content-Length: 1", "Expect: 100-continue", method="PUT"))
        assert talk.reply().status == 100
        perchd.signal(signal.SIGTERM)
        while notify.recv(65536) != b"STOPPING=1":
            pass
        await_pings()
        talk.send("x")
        assert talk.reply().status == 201
END
}

# ---- Caps ----

# Uploads that are under way keep both places.
@test "--max-connections 2: the third waits, and is served once one ends" {
    start_perchd --max-connections 2 --directory "$FILES"
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
one, two = connect(), connect()
for talk, name in (one, "one"), (two, "two"):
    talk.send(request(f"/files/{name}", "Content-Length: 1", "Expect: 100-continue", method="PUT"))
    assert talk.reply().status == 100
three = connect()
three.send(request("/echo/three"))
used = cpu_seconds(perchd)
assert three.is_silent(1)
assert cpu_seconds(perchd) - used < 0.2, "it spins"
assert len(children(perchd)) == 2
one.close()
assert three.reply().body == b"three"
two.send("x")
assert two.reply().status == 201
assert two.ask("/echo/two").body == b"two"
END
}

@test "at the cap: the oldest of those that are idle makes room, at once; the others stay" {
    start_perchd --spares 0 --max-connections 4 --directory "$FILES"
    py <<'END'
def upload(talk):
    talk.send(request("/files/a", "Content-Length: 1", "Expect: 100-continue", method="PUT"))
    assert talk.reply().status == 100

def attempt():
    """Whether no more have ended than had to: on a busy machine the next one is asked before the
    end of the first is seen, most times."""
    busy, oldest, fresh, youngest = [connect() for _ in range(4)]
    oldest.ask(), fresh.ask(), youngest.ask(), upload(busy)
    late = connect()
    assert late.ask("/echo/late").body == b"late"
    oldest.ends()
    busy.send("x")
    assert busy.reply().status == 201
    stayed = fresh.is_silent(0) and youngest.is_silent(0)
    try:
        assert not stayed or fresh.ask("/echo/fresh").body == b"fresh"
    except (EOFError, ConnectionError):
        stayed = False
    for talk in busy, oldest, fresh, youngest, late:
        talk.close()
    eventually("all have ended", lambda: not children(int(os.environ["PERCHD_PID"])))
    return stayed
assert any(attempt() for _ in range(200))
END
}

@test "at the cap: connections that have sent nothing for a while make room, too" {
    start_perchd --max-connections 8
    py <<'END'
silent = [connect() for _ in range(8)]
talks = [connect() for _ in range(8)]
for talk in talks:
    talk.send(request("/", "Connection: close"))
for talk in talks:
    assert talk.reply().status == 200
assert any(not talk.is_silent(0) for talk in silent)
END
}

# A request may come just when its handler is told to end: it is answered, or the connection ends
# before a byte of a reply.
@test "at the cap: no reply is cut" {
    start_perchd --max-connections 4
    py <<'END'
def answered(talk, i):
    try:
        talk.send(request(f"/echo/{i}"))
        talk.more()
    except ConnectionError:
        return False
    if not talk.unread:
        return False
    assert talk.reply().body == str(i).encode()
    return True

talks = [connect() for _ in range(4)]
for talk in talks:
    talk.ask()
ended = 0
for i in range(300):
    place = i % len(talks)
    late = connect()
    late.send(request("/echo/late"))
    if answered(talks[place], i):
        assert late.reply().body == b"late"
        late.close()
    else:
        ended += 1
        talks[place].close()
        talks[place] = late
        assert late.reply().body == b"late"
assert ended > 0
END
}

# A refusal read strictly; nothing is spawned for it.
@test "--max-per-source 1: the second gets a 503 with Retry-After, until the first has ended" {
    start_perchd --spares 0 --max-per-source 1 --listen "$PWD/sock"
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
for where in os.environ["PORT"], os.path.abspath("sock"):
    one = connect(where)
    one.ask()
    served = set(children(perchd))
    for asks in False, True:
        with connect(where) as two:
            if asks:
                two.send(request("/echo/a"))
            reply = two.reply()
            two.ends()
        assert reply.status == 503 and reply.closes(), reply
        assert int(reply.get("retry-after")) > 0 and reply.get("content-type") == "text/plain"
        assert reply.body.endswith(b"\n") and reply.body.count(b"\n") == 1, reply
        assert set(children(perchd)) == served
    one.close()

    def is_free_again():
        with connect(where) as three:
            return three.ask("/", "Connection: close").status == 200
    eventually("the place is free again", is_free_again)
    eventually("all have ended", lambda: not children(perchd))
END
}

@test "loopback and unix sockets are not counted without the option: 40 at once" {
    start_perchd --listen "$PWD/sock"
    py <<'END'
for where in os.environ["PORT"], os.path.abspath("sock"):
    talks = [connect(where) for _ in range(40)]
    for talk in talks:
        assert talk.ask().status == 200
    for talk in talks:
        talk.close()
END
}

@test "32 of one other address; the 33rd gets a 503" {
    need_own_network
    cat >source.py <<'END'
from talk import *
with Process([PERCHD, "--spares", "0", "--listen", "10.9.8.7:0"], stdout=subprocess.PIPE) as perchd:
    where = perchd.wait_for_line("listening").split("//")[1].rstrip("/\n")
    talks = [connect(where) for _ in range(32)]
    for talk in talks:
        assert talk.ask().status == 200
    with connect(where) as talk:
        assert talk.reply().status == 503
    assert len(children(perchd.pid)) == 32
    for talk in talks:
        talk.close()
    perchd.signal(signal.SIGTERM)
END
    "${OWN_NETWORK[@]}" -a 10.9.8.7 python3 source.py 3>&-
}

@test "many refusals: descriptors don't run out, and the first client is served on" {
    start_perchd --spares 0 --max-per-source 1
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
before = descriptors(perchd)
one = connect()
one.ask()
for _ in range(200):
    with connect() as talk:
        assert talk.reply().status == 503
assert descriptors(perchd) < before + 60
assert one.ask("/echo/a").body == b"a"
eventually("the refused connections are closed", lambda: descriptors(perchd) == before)
END
}

@test "refusals are told once, and then as a sum" {
    start_perchd --max-per-source 1
    py <<'END'
one = connect()
one.ask()
for _ in range(50):
    with connect() as talk:
        assert talk.reply().status == 503
END
    stop_perchd
    [ "$(wc -l <perchd.err)" -lt 10 ]
    grep -qx 'perchd: 127.0.0.1: has as many connections as one address may; refused with 503' perchd.err
    told=$(sed -nE 's/^perchd: ([0-9]+) more times in 10 s: a connection over --max-per-source was refused$/\1/p' perchd.err |
        paste -sd+)
    [ $((told)) = 49 ]
}

# ---- Crashes ----

# Python in which a handler of 127.0.0.3 has crashed, while 127.0.0.2 has one, too.
after_a_crash() {
    { cat <<'END'; cat; } | py
def connect_from(source):
    sock = socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), LIMIT, (source, 0))
    return Talk(sock)

perchd = int(os.environ["PERCHD_PID"])
other = connect_from("127.0.0.2")
other.ask()
others_handler = set(children(perchd))
victim = connect_from("127.0.0.3")
victim.ask()
begin = time.monotonic()
for pid in set(children(perchd)) - others_handler:
    os.kill(pid, signal.SIGABRT)
eventually("the end is seen", lambda: len(children(perchd)) == 1)
END
}

# Each crash is another client's loss of nothing; and it is known who had the handler.
@test "a crash: its address is refused, others are served, perchd lives on" {
    start_perchd --spares 0 --max-per-source 8
    after_a_crash <<'END'
with connect_from("127.0.0.3") as talk:
    assert talk.reply().status == 503
assert other.ask("/echo/other").body == b"other"
with connect_from("127.0.0.2") as talk:
    assert talk.ask("/echo/another").body == b"another"
END
    grep -qx 'perchd: handler [0-9]* was ended by signal 6 (Aborted); 127.0.0.3 is penalised' perchd.err
    grep -qx 'perchd: 127.0.0.3: is penalised for a crash; refused with 503' perchd.err
    ALLOWED='ended by signal 6' stop_perchd
}

@test "a crash is forgiven after --penalty seconds, and no sooner" {
    start_perchd --spares 0 --max-per-source 8 --penalty 1
    after_a_crash <<'END'
def is_forgiven():
    with connect_from("127.0.0.3") as talk:
        return talk.ask("/", "Connection: close").status == 200
eventually("the penalty ends", is_forgiven)
assert time.monotonic() - begin > 0.9
END
    ALLOWED='ended by signal 6' stop_perchd
}

@test "what the launcher or an administrator ends is no crash; but what is killed is told of" {
    start_perchd --spares 0 --max-per-source 8
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
for number in signal.SIGTERM, signal.SIGKILL:
    with connect() as talk:
        talk.ask()
        for pid in children(perchd):
            os.kill(pid, number)
        talk.ends()
with connect() as talk:
    assert talk.ask().status == 200
eventually("it is told", lambda: os.path.getsize("perchd.err"))
END
    [[ $(<perchd.err) =~ ^perchd:\ handler\ [0-9]+\ was\ killed\ by\ hand,\ or\ [a-z\ ]+$ ]]
}

# ---- Shortages ----

@test "no descriptors: it waits without spinning, then goes on, and no client is lost" {
    start_perchd
    py <<'END'
import resource
perchd = int(os.environ["PERCHD_PID"])
eventually("there is a spare", lambda: "S" in children(perchd).values())
soft, hard = resource.prlimit(perchd, resource.RLIMIT_NOFILE)
# The next descriptor would have the lowest number that is free.
free = min(set(range(1000)) - set(map(int, os.listdir(f"/proc/{perchd}/fd"))))
resource.prlimit(perchd, resource.RLIMIT_NOFILE, (free, hard))
talks = [connect() for _ in range(20)]
for i, talk in enumerate(talks):
    talk.send(request(f"/echo/{i}"))
used = cpu_seconds(perchd)
assert talks[0].is_silent(1)
assert cpu_seconds(perchd) - used < 0.2, "it spins"
resource.prlimit(perchd, resource.RLIMIT_NOFILE, (soft, hard))
for i, talk in enumerate(talks):
    assert talk.reply().body == str(i).encode()
END
    # Said once, not for each try.
    [ "$(grep -ci 'too many open files' perchd.err)" = 1 ]
}

@test "few descriptors: clients over the cap of their address are still told" {
    # shellcheck disable=SC2016 # for the inner shell
    start_perchd_by sh -c 'ulimit -n 12; exec "$0" "$@"' "$PERCHD" --max-per-source 1
    py <<'END'
one = connect()
one.ask()
perchd = int(os.environ["PERCHD_PID"])
used = cpu_seconds(perchd)
talks = [connect() for _ in range(20)]
for talk in talks:
    assert talk.reply().status == 503
assert cpu_seconds(perchd) - used < 0.5, "it spins"
assert one.ask("/echo/a").body == b"a"
END
}

@test "no processes: it waits without spinning, then goes on, and no client is lost" {
    [ "$(id -u)" = 0 ] || skip "needs root, to run perchd as a user that has no other process"
    # An id that nobody is likely to have.
    as_nobody=(setpriv --reuid 54321 --regid 54321 --clear-groups)
    "${as_nobody[@]}" test -x "$PERCH" || skip "another user can't reach $BUILD"
    start_perchd_by "${as_nobody[@]}" "$PERCHD" --spares 0
    py "${as_nobody[@]}" <<'END'
def limit_processes(number):
    subprocess.run([*sys.argv[1:], "prlimit", f"--pid={perchd}", f"--nproc={number}:"], check=True)

perchd = int(os.environ["PERCHD_PID"])
limit_processes(1)
talks = [connect() for _ in range(10)]
for i, talk in enumerate(talks):
    talk.send(request(f"/echo/{i}"))
used = cpu_seconds(perchd)
assert talks[0].is_silent(1)
assert not children(perchd)
assert cpu_seconds(perchd) - used < 0.2, "it spins"
limit_processes(100)
for i, talk in enumerate(talks):
    assert talk.reply().body == str(i).encode()
END
    [ "$(grep -c 'spawning a handler' perchd.err)" = 1 ]
}

# ---- The end ----

@test "SIGTERM and SIGINT: idle connections end at once, exit code 0 within 2 s" {
    py <<'END'
def seconds_to_end(number):
    with Process([PERCHD, "--listen", "127.0.0.1:0", "--drain", "600"], stdout=subprocess.PIPE) as perchd:
        port = perchd.wait_for_line("listening on").rstrip("/\n").rpartition(":")[2]
        talks = [connect(port) for _ in range(10)]
        for talk in talks[:5]:
            talk.ask()
        begin = time.monotonic()
        perchd.signal(number)
        perchd.wait()
        took = time.monotonic() - begin
        for talk in talks[:5]:
            talk.ends()
    return took
# On a busy machine not each time.
for number in signal.SIGTERM, signal.SIGINT:
    assert any(seconds_to_end(number) < 2 for _ in range(10)), number
END
}

@test "SIGTERM: an upload under way is finished, nobody new is taken" {
    start_perchd --directory "$FILES"
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
with connect() as talk:
    talk.send(request("/files/a", "Content-Length: 100000", "Expect: 100-continue", method="PUT"))
    assert talk.reply().status == 100
    talk.send(b"x" * 50000)
    os.kill(perchd, signal.SIGTERM)
    eventually("it has stopped listening", refuses)
    assert talk.is_silent(0.1)
    talk.send(b"x" * 50000)
    reply = talk.reply()
    assert reply.status == 201 and reply.closes(), reply
    talk.ends()
gone(perchd)
assert open("files/a").read() == "x" * 100000
END
    await_perchd
}

# An upload that does not move, in the middle of what signals say; what follows is the test's own.
stuck() {
    { cat <<'END'; cat; } | py
perchd = int(os.environ["PERCHD_PID"])
talk = connect()
talk.send(request("/files/a", "Content-Length: 100000", "Expect: 100-continue", method="PUT"))
assert talk.reply().status == 100
talk.send(b"x" * 50000)
begin = time.monotonic()
os.kill(perchd, signal.SIGTERM)
END
}

@test "--drain 0.5: what is stuck is ended then" {
    start_perchd --directory "$FILES" --drain 0.5
    stuck <<'END'
gone(perchd)
assert 0.4 <= time.monotonic() - begin < 10
assert os.listdir("files") == []
END
    await_perchd
}

@test "a second SIGTERM ends what is stuck at once" {
    start_perchd --directory "$FILES" --drain 600
    stuck <<'END'
eventually("the first signal has been seen", refuses)
os.kill(perchd, signal.SIGTERM)
gone(perchd)
assert os.listdir("files") == []
END
    await_perchd
}

@test "SIGHUP changes nothing for its clients" {
    start_perchd
    py <<'END'
with connect() as talk:
    talk.ask()
    os.kill(int(os.environ["PERCHD_PID"]), signal.SIGHUP)
    assert talk.ask("/echo/a").body == b"a"
with connect() as talk:
    assert talk.ask("/echo/b").body == b"b"
END
}

@test "a new perch on disk is used by the next connection" {
    mkdir programs
    cp "$PERCH" "$PERCHD" programs
    start_perchd_by "$PWD/programs/perchd"
    [ "$(curl -sS "$URL/echo/a")" = a ]
    printf '#!/bin/sh\nprintf "HTTP/1.1 299 New\\r\\nContent-Length: 0\\r\\n\\r\\n"\n' >new
    chmod +x new
    mv new programs/perch
    [ "$(curl -sS -o body -w '%{http_code}' "$URL/")" = 299 ]
}

# ---- A person ----

@test "at a terminal it says what it serves and how to stop, and Ctrl-C stops it" {
    py <<'END'
import pty
for options, named in (["--directory", os.path.abspath("files")], os.path.abspath("files")), ([], "--directory"):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PERCHD, [PERCHD, "--listen", "127.0.0.1:0", *options])
    try:
        said = b""
        while b"Ctrl-C" not in said or not said.endswith(b"\n"):
            assert select.select([terminal], [], [], LIMIT)[0], said
            said += os.read(terminal, 65536)
        lines = said.decode().splitlines()
        assert len(lines) <= 3 and lines[0].startswith("perchd: listening on http://127.0.0.1:"), lines
        assert any(named in line for line in lines), lines
        os.write(terminal, b"\x03")
        gone(pid)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
END
}

@test "at no terminal it prints its addresses alone" {
    start_perchd --directory "$FILES"
    kill -TERM "$PERCHD_PID"
    [ "${#ANNOUNCED[@]}" = 1 ]
    run ! read -r -t 60 -u "$PERCHD_OUT" line
    await_perchd
}

# ---- At a terminal ----

# greeting OPTION ...: what perchd says at a terminal, in a network where this machine is 192.0.2.7 and
# 2001:db8::7 as well.
greeting() {
    "${OWN_NETWORK[@]}" python3 - "$@" 3>&- <<'END'
import os, pty, signal, subprocess, sys
for address in "192.0.2.7/32", "2001:db8::7/128":
    subprocess.run(["ip", "addr", "add", address, "dev", "lo"], check=True)
ours, theirs = pty.openpty()
perchd = subprocess.Popen([os.environ["PERCHD"], *sys.argv[1:]], stdin=subprocess.DEVNULL, stdout=theirs)
os.close(theirs)
said = b""
while b"Ctrl-C" not in said:
    said += os.read(ours, 4096)
# All of it is said in one go, before anything is accepted: what comes is followed by silence.
perchd.send_signal(signal.SIGTERM)
while True:
    try:
        said += os.read(ours, 4096)
    except OSError:
        break
assert perchd.wait() == 0
sys.stdout.write(said.decode().replace("\r\n", "\n"))
END
}

@test "at a terminal: what is served, where others reach it, and who may change it" {
    need_own_network
    command -v ip >/dev/null || skip "there is no ip"
    make_files
    greeting --listen 0.0.0.0:4221 --directory "$FILES" >said
    grep -qx "perchd: serving files below $FILES, uploads on; Ctrl-C stops" said
    grep -qx 'perchd: others reach it at http://192.0.2.7:4221/' said
    run ! grep -q '127.0.0.1\|2001' said
    grep -q 'whoever reaches it may upload and delete; give --token-file FILE or --read-only' said

    greeting --listen '[::]:4221' --directory "$FILES" --read-only >said
    grep -qx 'perchd: others reach it at http://\[2001:db8::7\]:4221/' said
    run ! grep -q 'may upload' said

    greeting --directory "$FILES" >said
    run ! grep -q 'others reach\|may upload' said

    printf 'a-token-of-some-length\n' >token
    chmod 600 token
    greeting --listen 192.0.2.7:4221 --directory "$FILES" --token-file token >said
    grep -q 'uploads with a token; Ctrl-C stops' said
    run ! grep -q 'may upload' said
}

# ---- The siege, in short ----

@test "1000 crashes, one after another: each costs one connection, and perchd stays as it was" {
    start_perchd --spares 0
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
other = connect()
other.ask()
[others_handler] = children(perchd)
before, memory = descriptors(perchd), None
for i in range(1000):
    with connect() as talk:
        talk.ask()
        for pid in set(children(perchd)) - {others_handler}:
            try:
                os.kill(pid, signal.SIGABRT)
            except ProcessLookupError:
                pass  # that of the connection before
        try:
            talk.ends()
        except ConnectionResetError:
            pass
    if i == 100:
        memory = status_kib(perchd, "VmRSS")
assert other.ask("/echo/other").body == b"other"
eventually("all are reaped", lambda: len(children(perchd)) == 1)
assert descriptors(perchd) == before
assert status_kib(perchd, "VmRSS") <= memory + 64
END
    # The first is told at once, the others as sums.
    [ "$(wc -l <perchd.err)" -lt 20 ]
    ALLOWED='ended by (a )?signal' stop_perchd
    told=$(sed -nE 's/.*: ([0-9]+) more times.*signal$/\1/p' perchd.err | paste -sd+)
    [ $((told + 1)) = 1000 ]
}

@test "ulimit -n 40: 200 clients at once are all served" {
    # shellcheck disable=SC2016 # for the inner shell
    start_perchd_by sh -c 'ulimit -n 40; exec "$0" "$@"' "$PERCHD"
    py <<'END'
talks = [connect() for _ in range(200)]
for i, talk in enumerate(talks):
    talk.send(request(f"/echo/{i}"))
for i, talk in enumerate(talks):
    assert talk.reply().body == str(i).encode()
END
}
