#!/usr/bin/env bats
# What clients of every sort see of perchd.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    stop_perchd
}

# ---- curl ----

# status ARGUMENT ...: of curl's reply; its body goes to the file body.
status() {
    curl -sS -o body -w '%{http_code}' "$@"
}

@test "curl: every endpoint" {
    start_perchd --directory "$FILES"
    [ "$(status "$URL/")" = 200 ]
    [ ! -s body ]
    [ "$(status "$URL/echo/hello%20you/there?x=y")" = 200 ]
    [ "$(cat body)" = "hello you/there" ]
    [ "$(status -A 'me/1.0 (a test)' "$URL/user-agent")" = 200 ]
    [ "$(cat body)" = "me/1.0 (a test)" ]
    [ "$(status -H User-Agent: "$URL/user-agent")" = 200 ]
    [ ! -s body ]
    [ "$(status "$URL/files/a")" = 404 ]
    [ "$(status --data-binary hello "$URL/files/a")" = 201 ]
    [ "$(status "$URL/files/a")" = 200 ]
    [ "$(cat body)" = hello ]
    [ "$(cat files/a)" = hello ]
    [ "$(status -X DELETE "$URL/files/a")" = 204 ]
    [ "$(status -X DELETE "$URL/files/a")" = 404 ]
    [ "$(status "$URL/nothing")" = 404 ]
    [ "$(status -X POST "$URL/echo/a")" = 405 ]
    [ "$(status -X BREW "$URL/echo/a")" = 501 ]
    [ "$(status -X OPTIONS "$URL/echo/a")" = 204 ]
    [ "$(status -X OPTIONS --request-target '*' "$URL")" = 204 ]
}

@test "curl: the fields of a file, HEAD as GET" {
    start_perchd --directory "$FILES"
    echo hello >files/a
    curl -sS -D of-get -o body "$URL/files/a"
    curl -sS -I "$URL/files/a" >of-head
    # Only the second may differ that Date tells.
    diff <(grep -iv '^date:' of-get) <(grep -iv '^date:' of-head)
    tr -d '\r' <of-get >fields
    grep -qix 'content-type: application/octet-stream' fields
    grep -qix 'content-length: 6' fields
    grep -qix 'x-content-type-options: nosniff' fields
    grep -qix 'content-security-policy: sandbox' fields
    grep -qixE 'etag: "[^"]+"' fields
    grep -qixE 'last-modified: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT' fields
    grep -qixE 'date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT' fields
    run ! grep -i '^server' fields
}

@test "curl: files of many sizes, up by -T and down again" {
    start_perchd --directory "$FILES"
    for size in 0 1 1023 16383 16384 16385 65535 65536 65537 262144 1048577 9000000; do
        head -c "$size" /dev/urandom >source
        [ "$(status -T source "$URL/files/length$size")" = 201 ]
        cmp source "files/length$size"
        [ "$(status -T source "$URL/files/length$size")" = 204 ]
        # From stdin curl doesn't know the length: chunked.
        [ "$(status -T - "$URL/files/$size" <source)" = 201 ]
        cmp source "files/$size"
        [ "$(status "$URL/files/$size")" = 200 ]
        cmp source body
        [ "$(status --data-binary @source "$URL/files/$size")" = 201 ]
        cmp source "files/$size"
    done
}

@test "curl: a folder by its full name, with a slash at the end" {
    start_perchd --directory "$FILES/"
    mkdir files/folder
    [ "$(status -T - "$URL/files/folder/a%20b" <<<hello)" = 201 ]
    [ "$(cat "files/folder/a b")" = hello ]
    [ "$(status "$URL/files/folder/a%20b")" = 200 ]
    [ "$(status "$URL/files/folder/")" = 404 ]
    [ "$(status --path-as-is "$URL/files/../files/folder/a%20b")" = 404 ] ||
        [ "$(status --path-as-is "$URL/files/../files/folder/a%20b")" = 400 ]
}

@test "curl: --read-only" {
    start_perchd --read-only --directory "$FILES"
    echo hello >files/a
    [ "$(status "$URL/files/a")" = 200 ]
    for method in PUT POST DELETE; do
        [ "$(status -X "$method" -D fields --data-binary '' "$URL/files/a")" = 405 ]
        tr -d '\r' <fields | grep -i '^allow:' | tr ',' '\n' | tr -d ' ' | sed 's/^[Aa]llow://' | sort >allowed
        [ "$(xargs <allowed)" = "GET HEAD OPTIONS" ]
    done
    [ "$(cat files/a)" = hello ]
}

@test "curl: a connection is used again, after uploads and refusals too" {
    start_perchd --directory "$FILES"
    echo hello >source
    curl -sSv "$URL/" "$URL/nothing" "$URL/echo/a" --next -sSv -T source "$URL/files/a" \
        --next -sSv -T - "$URL/files/b" --next -sSv -X DELETE "$URL/files/a" --next -sSv -I "$URL/files/b" \
        <<<hello >/dev/null 2>said
    grep '^< HTTP' said
    [ "$(grep -c '^< HTTP/1.1 20' said)" = 6 ]
    [ "$(grep -c 'Re-using existing connection' said)" = 6 ]
}

@test "curl: --http1.0, --compressed, a 413" {
    start_perchd --max-body 10 --directory "$FILES"
    [ "$(status --http1.0 "$URL/echo/a")" = 200 ]
    [ "$(cat body)" = a ]
    [ "$(status --compressed -D fields "$URL/echo/$(printf 'a%.0s' {1..500})")" = 200 ]
    grep -qi '^content-encoding: gzip' fields
    [ "$(wc -c <body)" = 500 ]
    head -c 3000000 /dev/zero >source
    [ "$(status -T source "$URL/files/a")" = 413 ]
    [ ! -e files/a ]
}

@test "curl: ranges, one and several, resumed, conditional, on one connection" {
    start_perchd --directory "$FILES"
    head -c 300000 /dev/urandom >files/a
    [ "$(status -r 1000-1999 "$URL/files/a")" = 206 ]
    cmp body <(tail -c +1001 files/a | head -c 1000)
    [ "$(status -r -500 "$URL/files/a")" = 206 ]
    cmp body <(tail -c 500 files/a)
    [ "$(status -r 0-9,299990- "$URL/files/a")" = 206 ]
    [ "$(grep -ac '^Content-Range: bytes' body)" = 2 ]
    [ "$(status -r 300000- "$URL/files/a")" = 416 ]
    # What was cut off is fetched, and put to what is there.
    head -c 123456 files/a >body
    curl -sS -C - -o body "$URL/files/a"
    cmp body files/a
    curl -sS --etag-save tag -o body "$URL/files/a"
    [ "$(status --etag-compare tag "$URL/files/a")" = 304 ]
    [ "$(status -z files/a "$URL/files/a")" = 304 ]
    echo hello >source
    curl -sSv -r 0-0 "$URL/files/a" --next -sSv -T source "$URL/files/b" --next -sSv -r 1- "$URL/files/b" \
        >body 2>said
    cmp body <(head -c 1 files/a; tail -c +2 source)
    [ "$(grep -c 'Re-using existing connection' said)" = 2 ]
}

# ---- Other clients ----

@test "wget: files up and down, resumed, kept" {
    command -v wget >/dev/null || skip "wget is not installed"
    start_perchd --directory "$FILES"
    head -c 300000 /dev/urandom >source
    wget -q -O body --method=PUT --body-file=source "$URL/files/a"
    wget -q -O body --post-file=source "$URL/files/b"
    cmp source files/a
    cmp source files/b
    head -c 100000 source >a
    wget -nv -c "$URL/files/a"
    cmp source a
    # Once more, all of it is there: 416, and wget is content.
    wget -nv -c "$URL/files/a"
    cmp source a
    wget -d -O both "$URL/files/a" "$URL/files/b" >said 2>&1
    cmp both <(cat source source)
    grep -q 'Reusing existing connection' said
    wget -q -N "$URL/files/b"
    cmp source b
    [ "$(wget -S --spider "$URL/files/a" 2>&1 | grep -c 'HTTP/1.1 200 OK')" = 1 ]
}

@test "http.client: ranges and conditions on one connection" {
    start_perchd --directory "$FILES"
    py <<'END'
from http.client import HTTPConnection
import email
kept = HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=LIMIT)
kept.connect()
socket_used = kept.sock
content = os.urandom(200000)

def ask(method, path, body=None, **fields):
    kept.request(method, path, body, {name.replace("_", "-"): value for name, value in fields.items()})
    reply = kept.getresponse()
    text = reply.read()
    assert kept.sock is socket_used
    return reply, text

assert ask("PUT", "/files/a", content)[0].status == 201
for i in range(50):
    first = i * 3989
    reply, text = ask("GET", "/files/a", Range=f"bytes={first}-{first + i}")
    assert reply.status == 206 and text == content[first:first + i + 1]
    assert reply.getheader("Content-Range") == f"bytes {first}-{first + i}/200000"
reply, text = ask("GET", "/files/a", Range="bytes=5-9, -3")
parts = email.message_from_bytes(f"Content-Type: {reply.getheader('Content-Type')}\r\n\r\n".encode() + text)
assert [part.get_payload(decode=True) for part in parts.get_payload()] == [content[5:10], content[-3:]]
tag = reply.getheader("ETag")
assert ask("GET", "/files/a", If_None_Match=tag)[0].status == 304
reply, text = ask("GET", "/files/a", Range="bytes=0-4", If_Range=tag)
assert reply.status == 206 and text == content[:5]
assert ask("PUT", "/files/a", b"new", If_Match=tag)[0].status == 204
assert ask("PUT", "/files/a", b"newer", If_Match=tag)[0].status == 412
assert ask("PUT", "/files/a", b"newer", If_None_Match="*")[0].status == 412
reply, text = ask("GET", "/files/a", Range="bytes=0-1", If_Range=tag)
assert reply.status == 200 and text == b"new"
assert ask("GET", "/files/a", Range="bytes=3-")[0].status == 416
END
}

@test "http.client: one connection is kept" {
    start_perchd --directory "$FILES"
    py <<'END'
from http.client import HTTPConnection
kept = HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=LIMIT)
kept.connect()
socket_used = kept.sock
for i in range(20):
    kept.request("POST" if i % 2 else "PUT", "/files/a", body=str(i))
    reply = kept.getresponse()
    assert reply.status in (201, 204) and reply.read() == b""
    kept.request("GET", "/files/a")
    assert kept.getresponse().read() == str(i).encode()
    kept.request("PUT", "/files/b", body=iter([b"one ", b"two"]), encode_chunked=True,
                 headers={"Transfer-Encoding": "chunked"})
    kept.getresponse().read()
    kept.request("HEAD", "/files/b")
    reply = kept.getresponse()
    assert reply.getheader("Content-Length") == "7" and reply.read() == b""
    assert kept.sock is socket_used
END
}

@test "two connections, used in reverse order" {
    start_perchd
    py <<'END'
from http.client import HTTPConnection
one, two = (HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=LIMIT) for _ in range(2))
one.connect(), two.connect()
for i in range(5):
    two.request("GET", f"/echo/two{i}")
    assert two.getresponse().read() == b"two%d" % i
    one.request("GET", f"/echo/one{i}")
    assert one.getresponse().read() == b"one%d" % i
END
}

@test "100 at once: each is served" {
    start_perchd --spares 0 --directory "$FILES"
    head -c 300000 /dev/urandom >files/big
    py <<'END'
talks = [connect() for _ in range(100)]
big = open("files/big", "rb").read()
for i, talk in enumerate(talks):
    talk.send(request(f"/echo/{i}") + request("/files/big"))
for i, talk in reversed(list(enumerate(talks))):
    assert talk.reply().body == str(i).encode()
    assert talk.reply().body == big
assert len(children(int(os.environ["PERCHD_PID"]))) == 100
END
}

@test "resets in the middle of everything: it goes on, and leaves nothing behind" {
    start_perchd --spares 0 --directory "$FILES"
    head -c 3000000 /dev/urandom >files/big
    py <<'END'
import random
chance = random.Random(7)
perchd = int(os.environ["PERCHD_PID"])
before = descriptors(perchd)
messages = [
    request("/echo/a"), request("/files/big"), request("/files/new", method="PUT", body="x" * 50000),
    request("/files/new", "Transfer-Encoding: chunked", method="PUT") + b"1000\r\n" + b"x" * 4096 + b"\r\n0\r\n\r\n",
    request("/echo/" + "y" * 3000) * 20, b"nonsense\r\n\r\n" + b"z" * 20000,
    request("/files/new", "Content-Length: 100", "Expect: 100-continue", method="POST"), b"",
]
for i in range(240):
    talk = connect()
    message = messages[i % len(messages)]
    try:
        talk.send(message[:chance.randrange(len(message) + 1)])
        if chance.random() < 0.5 and not talk.is_silent(0.002):
            talk.sock.recv(chance.randrange(1, 5000))
    except (ConnectionResetError, BrokenPipeError):
        pass
    talk.reset()
with connect() as talk:
    assert talk.ask("/echo/alive", "Connection: close").body == b"alive"
eventually("no handler is left", lambda: not children(perchd))
eventually("no descriptor is left", lambda: descriptors(perchd) == before)
assert sorted(set(os.listdir("files")) - {"new"}) == ["big"], os.listdir("files")
END
}

@test "no zombie is left of 50 connections" {
    start_perchd --spares 0
    py <<'END'
perchd = int(os.environ["PERCHD_PID"])
for _ in range(50):
    with connect() as talk:
        assert talk.ask("/", "Connection: close").status == 200
eventually("no child is left", lambda: not children(perchd))
END
}

@test "a handler gets neither the launcher's environment nor its descriptors, and a spare one connection more" {
    py <<'END'
stray = os.open("/etc/passwd", os.O_RDONLY)
def has_its_own_alone(handler, is_spare):
    with open(f"/proc/{handler}/environ", "rb") as environ:
        if environ.read() != b"":
            return False  # it is not perch yet
    opened = {fd: os.readlink(f"/proc/{handler}/fd/{fd}") for fd in os.listdir(f"/proc/{handler}/fd")}
    own = [fd for fd, name in opened.items() if name == os.path.abspath("files")]
    if is_spare:
        own += [fd for fd, name in opened.items() if fd > "2" and name.startswith("socket:")]
    return sorted(opened) == sorted(["0", "1", "2", *own]) and len(own) <= 1 + is_spare and \
        opened["0"] == opened["1"] != opened["2"]
def handlers(perchd):
    """perchd's sweeper is none: its stdin is no socket."""
    return [pid for pid in children(perchd) if os.readlink(f"/proc/{pid}/fd/0").startswith("socket:")]
def all_have(perchd, is_spare):
    # Those that are just being made, or end, are looked at again.
    try:
        return len(handlers(perchd)) >= 2 and all(has_its_own_alone(pid, is_spare) for pid in handlers(perchd))
    except (FileNotFoundError, ProcessLookupError):
        return False
for spares in "0", "2":
    with Process([PERCHD, "--listen", "127.0.0.1:0", "--listen", os.path.abspath("sock"), "--directory", "files",
                  "--spares", spares], env=dict(os.environ, SECRET="x"), pass_fds=[stray],
                 stdout=subprocess.PIPE) as perchd:
        port = perchd.wait_for_line("http").rstrip("/\n").rpartition(":")[2]
        with connect(port) as other, connect(port) as talk:
            other.ask(), talk.ask()
            eventually("each has its own alone", lambda: all_have(perchd.pid, spares != "0"))
        perchd.signal(signal.SIGTERM)
END
}
