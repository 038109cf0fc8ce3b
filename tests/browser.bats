#!/usr/bin/env bats
# Pages of other sites, where the address that a connection came to decides; and --allow-host.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

# What a page that was rebound to the server's address makes the browser send.
REBOUND='
def put(perch, host, *more):
    return perch.talk.ask("/files/a", "Origin: http://" + host, *more, method="PUT", body="x", host=host)
'

@test "over loopback, a browser must use a name that is known to be ours" {
    py <<END
$REBOUND
import platform
for host in ("localhost", "LOCALHOST", "127.0.0.1", "127.3.2.1", "[::1]", platform.node(), platform.node().upper()):
    for port in "", ":4221":
        with Perch("--directory", "files") as perch:
            assert put(perch, host + port).status in (201, 204), host
for host in "evil.example", "localhost.evil.example", "128.0.0.1", "[::2]", "10.0.0.1":
    with Perch("--directory", "files") as perch:
        reply = put(perch, host)
        assert reply.status == 403 and b"--allow-host" in reply.body, (host, reply)
        # Who is no browser comes by any name, and so does who only reads.
        assert perch.talk.ask("/files/a", method="PUT", body="x", host=host).status == 204
        assert perch.talk.ask("/files/a", "Origin: http://" + host, host=host).status == 200
    with Perch("--directory", "files", "--allow-host", host) as perch:
        assert put(perch, host).status == 204
END
}

@test "over IPv6 loopback, and IPv4 mapped into IPv6, the same" {
    py <<END
$REBOUND
try:
    listening = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    port = listening.getsockname()[1]
    socket.create_connection(("::1", port)).close()
    listening.accept()[0].close()
except OSError:
    sys.exit(0) # a machine without IPv6
for address in "::1", "127.0.0.1":
    for host, status in ("localhost", (201, 204)), ("evil.example", (403,)):
        ours = socket.create_connection((address, port), LIMIT)
        theirs, _ = listening.accept()
        with Process([PERCH, "--directory", "files"], stdin=theirs, stdout=theirs) as perch:
            theirs.close()
            perch.talk = Talk(ours)
            assert put(perch, host).status in status, (address, host)
            ours.close()
END
}

@test "over another address, and what is no IP socket, the name is nobody's business" {
    py <<END
$REBOUND
with Perch("--directory", "files", kind="unix") as perch:
    assert put(perch, "files.example").status == 201
END
    need_own_network
    cat >elsewhere.py <<END
from talk import *
$REBOUND
listening = socket.create_server(("192.0.2.1", 0))
ours = socket.create_connection(listening.getsockname(), LIMIT)
theirs, _ = listening.accept()
with Process([PERCH, "--directory", "files"], stdin=theirs, stdout=theirs) as perch:
    theirs.close()
    perch.talk = Talk(ours)
    assert put(perch, "files.example").status == 204
    assert perch.talk.ask("/files/a", "Origin: null", method="PUT", body="x").status == 403
    ours.close()
END
    OWN_NETWORK=(unshare --net python3 "$TESTS/talk.py" own-network -a 192.0.2.1)
    [[ $(id -u) = 0 ]] || OWN_NETWORK=(unshare --net --map-root-user python3 "$TESTS/talk.py" own-network -a 192.0.2.1)
    "${OWN_NETWORK[@]}" python3 elsewhere.py 3>&-
}

@test "--allow-host: what is no host is refused" {
    for host in '' ' ' 'a b' a/b http://a a:80 '[::1' '::1' 'a@b' 'ä' 'a#b'; do
        run -64 --separate-stderr "$PERCH" --allow-host "$host"
        # shellcheck disable=SC2154
        [[ $stderr == 'perch: --allow-host: '*' give a name'* && $(wc -l <<<"$stderr") = 1 ]]
    done
    for host in a files.example.org 10.0.0.1 '[::1]' xn--nxasmq6b; do
        "$PERCH" --allow-host "$host" --check
    done
}

@test "--allow-host: 32 of them, one more is refused" {
    local many=()
    for i in {1..32}; do
        many+=(--allow-host "h$i.example")
    done
    printf 'GET /echo/a HTTP/1.1\r\nHost: h32.example\r\n\r\n' | "$PERCH" "${many[@]}" | grep -q '^HTTP/1.1 200 '
    printf 'GET /echo/a HTTP/1.1\r\nHost: h33.example\r\n\r\n' | "$PERCH" "${many[@]}" | grep -q '^HTTP/1.1 421 '
    run -64 --separate-stderr "$PERCH" "${many[@]}" --allow-host h33.example
    [[ $stderr == *'at most 32' ]]
}
