#!/usr/bin/env bats
# Whatever a client sends, its handler stays below 4 MiB (VmHWM: the most that was resident).

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    ! grep -q __asan_init "$PERCH" || skip "the sanitizers take more memory than that"
    head -c 3000000 /dev/urandom >files/big
}

# below_4_mib: Python from stdin, in which perch stands for a connection, with the options given.
below_4_mib() {
    { sed 's/^    //' <<'END'
    class Measured(Perch):
        def __exit__(self, kind, *rest):
            peak = status_kib(self.pid, "VmHWM") or self.peak
            super().__exit__(kind, *rest)
            assert 0 < peak < 4096, f"{peak} KiB"
            print(peak, "KiB")

        def ask(self, *args, **more):
            reply = self.talk.ask(*args, **more)
            self.peak = status_kib(self.pid, "VmHWM") or self.peak
            return reply

        peak = 0

    with Measured("--directory", "files", *sys.argv[1:]) as perch:
END
    sed 's/^/    /'; } | py "$@"
}

@test "gzip: long texts, again and again" {
    below_4_mib <<'END'
for i in range(100):
    reply = perch.ask("/echo/" + chr(97 + i % 26) * 8000, "Accept-Encoding: gzip")
    assert reply.get("content-encoding") == "gzip"
END
}

@test "gzip of files" {
    "$PERCH" --help | grep -q -- --gzip-files || skip "files are not coded"
    seq 1 400000 >files/big.txt
    below_4_mib --gzip-files --types <<'END'
perch.talk.send(request("/files/big.txt", "Accept-Encoding: gzip"))
while not perch.talk.unread.endswith(b"\r\n0\r\n\r\n"):
    assert perch.talk.more()
assert b"content-encoding: gzip" in perch.talk.unread.lower() and len(perch.talk.unread) > 300000
END
}

@test "ranges: one, many, and more than are served" {
    below_4_mib <<'END'
for count in 1, 2, 16, 200:
    ranges = ",".join(f"{i * 7000}-{i * 7000 + 4999}" for i in range(count))
    reply = perch.ask("/files/big", "Range: bytes=" + ranges)
    assert reply.status == (206 if count <= 16 else 200), reply.status
END
}

@test "heads: the longest, the most fields, and beyond both" {
    below_4_mib <<'END'
many = [f"X-{i}: y" for i in range(90)]
for _ in range(50):
    assert perch.ask("/echo/" + "x" * 8000, *many).status == 200
    assert perch.ask("/", "X: " + "y" * 16000).status == 200
perch.talk.send(request("/", "X: " + "y" * 300000))
assert perch.talk.reply().status == 431
END
}

@test "uploads: long ones, chunked ones, in drops, and refused ones" {
    below_4_mib <<'END'
assert perch.ask("/files/a", method="PUT", body=b"x" * 50000000).status == 201
perch.talk.send(request("/files/b", "Transfer-Encoding: chunked", method="PUT"))
perch.talk.send(b"5;" + b"x" * 200 + b"\r\nhello\r\n")
perch.talk.send(b"1\r\nx\r\n" * 100000 + b"0\r\n" + b"X: y\r\n" * 90 + b"\r\n")
assert perch.talk.reply().status == 201
assert perch.ask("/nothing", method="POST", body=b"x" * 60000).status in (404, 405)
END
}

@test "pipelines: a thousand requests at once" {
    below_4_mib <<'END'
perch.talk.send(request("/echo/" + "x" * 200, "Accept-Encoding: gzip") * 1000)
assert perch.talk.rest().count(b"HTTP/1.1 200 ") == 1000
END
}

@test "downloads, whole and cut" {
    truncate -s 500M files/huge
    below_4_mib <<'END'
perch.talk.send(request("/files/huge"))
got = 0
while got < 500 << 20:
    got += len(perch.talk.sock.recv(1 << 20))
END
}
