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
import resource, threading
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
SIEGE, SECONDS = int(os.environ["SIEGE"]), int(os.environ["SIEGE_SECONDS"])
times, failures, over = [], [], threading.Event()

def visit(port):
    sock = socket.create_connection(("127.0.0.1", port), LIMIT, ("127.0.0.2", 0))
    with Talk(sock) as talk:
        for i in range(5):
            begin = time.monotonic()
            assert talk.ask(f"/echo/{i}").body == str(i).encode()
            times.append(time.monotonic() - begin)
            if over.wait(0.01):
                return

def visitor(port):
    while not over.is_set():
        try:
            visit(port)
        except (OSError, EOFError, AssertionError) as failure:
            failures.append(repr(failure))

def attack(port):
END
    sed 's/^/    /'; cat <<'END'

with Process([PERCHD, "--listen", "127.0.0.1:0", "--directory", "files", "--max-connections", str(SIEGE + 50),
              "--max-per-source", str(SIEGE + 10), *sys.argv[1:]], stdout=subprocess.PIPE) as perchd:
    port = int(perchd.wait_for_line("listening on").rstrip("/\n").rpartition(":")[2])
    watching = threading.Thread(target=visitor, args=[port])
    watching.start()
    try:
        attack(port)
        eventually("the visitor was there", lambda: failures or len(times) > 200)
    finally:
        over.set()
        watching.join()
        perchd.signal(signal.SIGTERM)
    times.sort()
    late = times[len(times) * 99 // 100]
    print(f"{len(times)} replies, p50 {times[len(times) // 2] * 1000:.2f} ms, p99 {late * 1000:.2f} ms", file=sys.stderr)
    assert not failures, failures[:3]
    # In short form the machine is busy with other tests.
    assert is_sanitized() or late < (0.05 if SIEGE >= 500 else 1), late
    assert "signal" not in perchd.said(), perchd.said()
END
    } | py "$@"
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
    besieged --timeout-first 1 <<'END'
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
eventually("they have handlers", lambda: len(children(perchd.pid)) >= len(shut))
eventually("their handlers end", lambda: len(children(perchd.pid)) <= 2)
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
