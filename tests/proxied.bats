#!/usr/bin/env bats
# --proxy-protocol: whose connection it is, by the log. What is no header is for cases/proxied.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# Python with whom(), which tells what the log calls the client that sends these bytes first.
whom() {
    { cat <<'END'; cat; } | py
def whom(first, kind="tcp", options=("--proxy-protocol",)):
    with Perch(*options, "--log=common", kind=kind) as perch:
        perch.talk.send(to_bytes(first) + request("/echo/a", "Connection: close"))
        assert perch.talk.reply().status == (200 if options else 400)
        perch.talk.ends()
        perch.wait()
        [line] = perch.said().splitlines()
        return line.split()[0]

def version_2(command, family, addresses, more=b""):
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(">BBH", command, family, len(addresses + more)) + addresses + more

IPV4 = socket.inet_aton("192.0.2.1") + socket.inet_aton("198.51.100.2") + struct.pack(">HH", 50000, 443)
IPV6 = b"".join(socket.inet_pton(socket.AF_INET6, text) for text in ("2001:db8::1", "::1")) + struct.pack(">HH", 1, 2)
MAPPED = socket.inet_pton(socket.AF_INET6, "::ffff:192.0.2.7") + IPV6[16:]
END
}

@test "the client is the one that the header names" {
    whom <<'END'
for kind in "tcp", "unix":
    for first, expected in (
        ("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n", "192.0.2.1"),
        ("PROXY TCP6 2001:db8::1 ::1 50000 443\r\n", "2001:db8::1"),
        ("PROXY TCP6 2001:0DB8:0:0:0:0:0:1 ::1 50000 443\r\n", "2001:db8::1"),
        ("PROXY TCP6 ::ffff:192.0.2.7 ::1 50000 443\r\n", "192.0.2.7"),
        (version_2(0x21, 0x11, IPV4), "192.0.2.1"),
        (version_2(0x21, 0x11, IPV4, b"\4\0\1\0"), "192.0.2.1"),
        (version_2(0x21, 0x21, IPV6), "2001:db8::1"),
        (version_2(0x21, 0x21, MAPPED), "192.0.2.7"),
    ):
        assert whom(first, kind) == expected, (first, kind)
END
}

@test "where the proxy speaks for itself, or names nobody, it is the connection's own end" {
    whom <<'END'
for kind, own in ("tcp", "127.0.0.1"), ("unix", "unix"):
    for first in ("PROXY UNKNOWN\r\n", "PROXY UNKNOWN 192.0.2.1 192.0.2.2 1 2\r\n",
                  version_2(0x20, 0x11, IPV4), version_2(0x20, 0, b""), version_2(0x21, 0, b""),
                  version_2(0x21, 0x31, b"/run/a".ljust(108, b"\0") * 2)):
        assert whom(first, kind) == own, (first, kind)
END
}

@test "without the option it is a bad request of the connection's own end" {
    whom <<'END'
for first in "PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n", version_2(0x21, 0x11, IPV4):
    assert whom(first, options=()) == "127.0.0.1"
END
}

@test "a connection that says nothing first, or nothing good, is not logged and not answered" {
    py <<'END'
for first in "", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PROXY TCP4 1 2 3 4\r\n":
    with Perch("--proxy-protocol", "--log=common") as perch:
        perch.talk.send(first)
        perch.talk.half_close()
        perch.talk.ends()
        perch.wait()
        assert perch.said() == "", perch.said()
END
}

# DNS rebinding is told from the address that the browser came to: the proxy's.
@test "a browser that uploads through a proxy need not know of its loopback" {
    mkdir files
    py <<'END'
for destination, status in ("198.51.100.2", 201), ("127.0.0.1", 403), ("127.8.8.8", 403), ("::ffff:127.0.0.1", 403), ("::1", 403), ("2001:db8::2", 201):
    family, source = ("TCP6", "2001:db8::1") if ":" in destination else ("TCP4", "192.0.2.1")
    with Perch("--proxy-protocol", "--directory", "files") as perch:
        perch.talk.send(f"PROXY {family} {source} {destination} 1 80\r\n")
        reply = perch.talk.ask("/files/a", "Origin: http://x", method="POST", body="a")
        assert reply.status == status, f"{destination}: {reply}"
END
}

@test "nobody asks the kernel who the client is, where nobody wants to know" {
    need_strace
    py <<'END'
for options in [], ["--proxy-protocol"]:
    with Perch(*options, wrapper=["strace", "-o", "trace", "-e", "trace=getpeername"], env=no_leak_search()) as perch:
        if options:
            perch.talk.send("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n")
        for _ in range(3):
            assert perch.talk.ask("/echo/a").status == 200
    assert "getpeername(0" not in open("trace").read()
END
}
