#!/usr/bin/env bats
# Clients that mean harm, while another source is served: its replies are neither lost nor late. SIEGE
# is the connections of an attack, "make test-siege" takes more of them and longer.

load ../helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    head -c 300000 /dev/urandom >files/some
    : "${SIEGE:=100}" "${SIEGE_SECONDS:=5}"
    export SIEGE SIEGE_SECONDS
}

# besieged OPTIONS OF perchd: runs Python from stdin with the port as PORT, while another source, on
# 127.0.0.2, asks again and again; every reply must come, and 99 of 100 in time.
besieged() {
    { cat <<'END'
from siege import *

def attack(perchd, port):
END
    sed 's/^/    /'; cat <<'END'

with Launcher("--max-connections", str(SIEGE + 50), "--max-per-source", str(SIEGE + 10), *sys.argv[1:]) as perchd:
    with Visitor(perchd.port) as visitor:
        attack(perchd, perchd.port)
visitor.check()
assert "signal" not in perchd.said(), perchd.said()
END
    } | PYTHONPATH=$TESTS:$TESTS/siege py "$@"
}

slowly() {
    command -v slowhttptest >/dev/null || skip "there is no slowhttptest"
    { printf 'OPTIONS = "%s".split()\n' "$*"; cat <<'END'
subprocess.run(["slowhttptest", "-c", str(SIEGE), "-r", str(SIEGE), "-l", str(SECONDS), "-i", "1", "-v", "0",
                "-u", f"http://127.0.0.1:{port}/files/some", *OPTIONS], stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=SECONDS + LIMIT, check=False)
END
    } | besieged --drain 0.5 --timeout-head 3 --timeout-body 3
}

@test "slow heads" {
    slowly -H
}

@test "slow bodies" {
    slowly -B -s 8192
}

@test "slow reading" {
    slowly -X -k 3
}

@test "ranges of the killing kind" {
    slowly -R -a 1 -b 3000
}

@test "pipelines whose replies nobody reads" {
    besieged --timeout-stall 2 --drain 0.5 <<'END'
talks = [connect(port) for _ in range(min(SIEGE, 40))]
for talk in talks:
    talk.sock.setblocking(False)
end = time.monotonic() + SECONDS
while time.monotonic() < end and talks:
    for talk in list(talks):
        try:
            talk.sock.send(request("/files/some") * 50)
        except BlockingIOError:
            time.sleep(0.001)
        except OSError:
            talks.remove(talk)
END
}

@test "resets at every moment" {
    besieged <<'END'
text = request("/files/a", method="PUT", body="x" * 100) + request("/files/some", "Range: bytes=0-99,200-299")
for moment in range(0, len(text), max(1, len(text) // (5 * SECONDS * 10))):
    talk = connect(port)
    talk.send(text[:moment])
    talk.reset()
END
}

@test "half-open: connections that say nothing, and such as end without reading" {
    besieged --timeout-first 3 <<'END'
silent = [connect(port) for _ in range(min(SIEGE, 50))]
for talk in silent[::2]:
    talk.half_close()
for talk in silent:
    talk.ends()
END
}

@test "a window that stays shut" {
    besieged --timeout-stall 1 --drain 0.5 <<'END'
shut = []
for _ in range(20):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.settimeout(LIMIT)
    sock.connect(("127.0.0.1", port))
    sock.sendall(request("/files/some") * 30)
    shut.append(sock)
    sock.recv(1)  # it has a handler, which begins to answer
# Besides those, the visitor's and spares, which end as the visitor goes on.
there = set(children(perchd.pid))
eventually("their handlers end", lambda: len(there & set(children(perchd.pid))) < len(shut) / 2)
END
}

@test "1 MiB of empty lines, and a request in segments of a byte" {
    besieged <<'END'
for _ in range(10):
    with connect(port) as talk:
        try:
            talk.send(b"\r\n" * (1 << 19))
        except ConnectionError:
            continue
        assert talk.reply().status == 400
with connect(port) as talk:
    talk.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in request("/echo/drops", "Connection: close"):
        talk.send(bytes([byte]))
    assert talk.reply().body == b"drops"
END
}
