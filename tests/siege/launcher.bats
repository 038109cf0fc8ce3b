#!/usr/bin/env bats
# What clients do to the launcher by their number, and what the machine does to it by its limits: all
# others are served, and afterwards it is as it was. SIEGE is as in handler.bats.

load ../helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    : "${SIEGE:=100}" "${SIEGE_SECONDS:=5}"
    export SIEGE SIEGE_SECONDS PYTHONPATH=$TESTS:$TESTS/siege
}

@test "10,000 connections of one source in 2 s: others are served, and it is soon over" {
    py <<'END'
from siege import *
from collections import deque

def rush(port):
    """As many as there are to be, 200 of them at a time; none waits for an answer."""
    number, begin, held = 10000 if IS_LONG else 1000, time.monotonic(), deque()
    for i in range(number):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        held.append(sock)
        if len(held) > 200:
            held.popleft().close()
        ahead = begin + 2 * i / number - time.monotonic()
        if ahead > 0.001:
            time.sleep(ahead)
    for sock in held:
        sock.close()

with Launcher("--max-per-source", "32") as perchd:
    with Visitor(perchd.port) as visitor:
        took = elsewhere(rush, perchd.port)
        during = len(visitor.times)
    begin, slowest = time.monotonic(), 0
    def is_served():
        with connect_from("127.0.0.1", perchd.port) as talk:
            return talk.ask("/", "Connection: close").status == 200
    eventually("its source is served again", is_served)
    over = time.monotonic() - begin
    for _ in range(50):
        begin = time.monotonic()
        with connect_from(VISITOR, perchd.port) as talk:
            talk.ask()
        slowest = max(slowest, time.monotonic() - begin)
    eventually("none of its handlers is left", lambda: len(children(perchd.pid)) <= 8)
print(f"{during} replies in {took:.2f} s; over {over:.2f} s later, then at most {slowest * 1000:.1f} ms a connection", file=sys.stderr)
visitor.check(limit=1)
assert during > 0 and (not IS_LONG or took < 5), (during, took)
assert is_sanitized() or over < (2 if IS_LONG else 20) and slowest < (0.1 if IS_LONG else 10), (over, slowest)
said = perchd.said().splitlines()
assert len(said) < 50, said
END
}

# They end in groups: a kernel that takes down a thousand at once has other things to do.
@test "1000 idle connections held open: others notice nothing" {
    py <<'END'
from siege import *

def ask_kept(port):
    times = []
    talks = [connect_from(VISITOR, port) for _ in range(4)]
    for i in range(500):
        begin = time.monotonic()
        assert talks[i % 4].ask(f"/echo/{i}").body == str(i).encode()
        times.append(time.monotonic() - begin)
    for talk in talks:
        talk.close()
    return p99(times)

idle = []
# In turns with one that has none, so that what else the machine does falls on both.
with Launcher() as other, Launcher("--max-connections", "1200", "--max-per-source", "1100") as perchd:
    try:
        for _ in range(1000 if IS_LONG else 200):
            idle.append(connect_from("127.0.0.3", perchd.port))
            idle[-1].ask()
        times = [(ask_kept(other.port), ask_kept(perchd.port)) for _ in range(5)]
        empty, full = map(min, zip(*times))
        assert all(talk.is_silent(0) for talk in idle)
    finally:
        count = len(idle)
        while idle:
            for talk in idle[:100]:
                talk.close()
            del idle[:100]
            eventually("they have ended", lambda: len(children(perchd.pid)) <= len(idle) + 12)
print(f"p99 {empty * 1e6:.0f} us empty, {full * 1e6:.0f} us with {count} idle", file=sys.stderr)
assert is_sanitized() or full < (2 if IS_LONG else 20) * empty, (empty, full)
END
}

# cgroup CONTROLLER FILE LIMIT: a new control group with that limit, of either version, in $GROUP;
# skips where that is not permitted. The file is named as in version 2.
cgroup() {
    local name=perch-siege-$$-$RANDOM v1=$2
    [[ $2 != memory.max ]] || v1=memory.limit_in_bytes
    GROUP=/sys/fs/cgroup/$name LIMIT=$2
    [[ ! -d /sys/fs/cgroup/$1 ]] || GROUP=/sys/fs/cgroup/$1/$name LIMIT=$v1
    mkdir "$GROUP" 2>/dev/null || skip "no control group can be made here"
    [[ -w $GROUP/$LIMIT ]] || skip "control groups have no $1 here"
    echo "$3" >"$GROUP/$LIMIT"
    # What is swapped out would not count.
    [[ ! -w $GROUP/memory.swap.max ]] || echo 0 >"$GROUP/memory.swap.max"
    export GROUP
}

teardown() {
    [[ -n ${GROUP:-} && -d $GROUP ]] || return 0
    for _ in {1..100}; do
        rmdir "$GROUP" 2>/dev/null && return 0
        sleep 0.05
    done
}

@test "a limit of memory: handlers end, perchd and whoever comes next do not, and it is told" {
    grep -q __asan_init "$PERCH" && skip "the sanitizers take more memory than that"
    cgroup memory memory.max 24M
    py <<'END'
from siege import *

with Launcher("--max-connections", "400", preexec_fn=enter_group, expect=None) as perchd:
    talks = []
    for _ in range(300):
        talks.append(connect(perchd.port))
        try:
            talks[-1].send(request("/files/a", "Content-Length: 9000000", method="PUT") + b"x" * 300000)
        except OSError:
            pass # its handler was taken
        if "was killed" in perchd.said():
            break
    eventually("it is told", lambda: "was killed by hand, or by the kernel for want of memory" in perchd.said())
    for talk in talks:
        talk.close()
    def is_served():
        with connect(perchd.port) as talk:
            try:
                return talk.ask("/echo/a").body == b"a"
            except (EOFError, ConnectionError):
                return False
    eventually("it goes on", is_served)
    assert perchd.popen.poll() is None
END
}

@test "a limit of processes: it waits, says so, and serves all" {
    cgroup pids pids.max 20
    py <<'END'
from siege import *

with Launcher(preexec_fn=enter_group) as perchd:
    talks = [connect(perchd.port) for _ in range(60)]
    eventually("it is told", lambda: "spawning a handler: Resource temporarily unavailable" in perchd.said())
    for i, talk in enumerate(talks):
        talk.send(request(f"/echo/{i}", "Connection: close"))
        assert talk.reply().body == str(i).encode()
        talk.close()
    eventually("it has recovered", lambda: "there is room again" in perchd.said())
END
}

@test "1000 crashes of many sources: each penalised, none but its connection lost, all of it told" {
    py <<'END'
from siege import *

CRASHES = 1000 if IS_LONG else 200
with Launcher("--max-per-source", "32", "--spares", "0", "--penalty", "30") as perchd:
    with connect_from(VISITOR, perchd.port) as other:
        other.ask()
        eventually("it has a handler", lambda: len(children(perchd.pid)) == 1)
        [others_handler] = children(perchd.pid)
        before = descriptors(perchd.pid)
        for i in range(CRASHES):
            source = f"127.0.{1 + i // 250}.{1 + i % 250}"
            with connect_from(source, perchd.port) as talk:
                talk.ask()
                for pid in set(children(perchd.pid)) - {others_handler}:
                    os.kill(pid, signal.SIGABRT)
                try:
                    talk.ends()
                except ConnectionResetError:
                    pass
            eventually("it is reaped", lambda: len(children(perchd.pid)) == 1)
            with connect_from(source, perchd.port) as talk:
                assert talk.reply().status == 503
            if i % 50 == 0:
                assert other.ask(f"/echo/{i}").body == str(i).encode()
        assert other.ask("/echo/other").body == b"other"
        eventually("refused ones are closed", lambda: descriptors(perchd.pid) <= before)
        perchd.signal(signal.SIGUSR1)
        eventually("it tells the counts", lambda: f", {CRASHES} refused, {CRASHES} crashed" in perchd.said())
said = perchd.said().splitlines()
assert re.fullmatch(r"perchd: handler \d+ was ended by signal 6 \(Aborted\); 127.0.1.1 is penalised", said[0])
assert said[1] == "perchd: 127.0.1.1: is penalised for a crash; refused with 503", said[1]
assert len(said) < 60, said
END
}
