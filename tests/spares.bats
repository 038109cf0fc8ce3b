#!/usr/bin/env bats
# Spares: handlers that wait for a connection. And --reuse: handlers that come back for the next one.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    stop_perchd
}

# Python that knows the spares: those of perchd's children whose stdin is a control socket and that
# have no other socket.
spares_py() {
    { cat <<'END'; cat; } | py
perchd = int(os.environ["PERCHD_PID"])

def status(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return dict(line.split(":\t", 1) for line in lines)[name].strip()

def await_spares(count):
    """Their ids, once there are so many handlers, and they wait."""
    eventually(f"{count} handlers", lambda: len(children(perchd)) == count)
    eventually("they wait", lambda: all(state == "S" for state in children(perchd).values()))
    return set(children(perchd))
END
}

@test "a spare waits in its jail; it gets the next connection, and no other" {
    start_perchd
    spares_py <<'END'
[spare] = await_spares(1)
eventually("it is jailed", lambda: status(spare, "Seccomp") == "2")
assert status(spare, "NoNewPrivs") == "1"
with connect() as talk:
    assert talk.ask("/echo/a").body == b"a"
    # Served by it, while the next one is made ready.
    assert spare in children(perchd)
    assert descriptors(spare) <= 6
    eventually("there is another", lambda: len(children(perchd)) == 2)
    [other] = set(children(perchd)) - {spare}
    assert talk.ask("/echo/b").body == b"b"
gone(spare)
with connect() as talk:
    assert talk.ask("/echo/c").body == b"c"
    assert other in children(perchd)
END
}

@test "--spares 0: there are none" {
    start_perchd --spares 0
    spares_py <<'END'
with connect() as talk:
    assert talk.ask("/echo/a").body == b"a"
    assert len(children(perchd)) == 1
eventually("none is left", lambda: not children(perchd))
END
}

@test "their number follows what comes at once, up to --spares, and falls again" {
    start_perchd --spares 4
    spares_py <<'END'
def four_wait_when_twelve_have_come():
    """On a busy machine they come one after another, or we look too late."""
    talks = [connect() for _ in range(12)]
    for talk in talks:
        assert talk.ask().status == 200
    most = 0
    for _ in range(40):
        most = max(most, len(children(perchd)) - len(talks))
        time.sleep(0.005)
    for talk in talks:
        talk.close()
    eventually("they have ended", lambda: len(children(perchd)) <= 4)
    assert most <= 4, most
    return most == 4

await_spares(1)
eventually("there are four", four_wait_when_twelve_have_come)
await_spares(1)
END
}

@test "no more processes than connections are allowed" {
    start_perchd --max-connections 2 --spares 8 --directory "$FILES"
    spares_py <<'END'
talks = [connect() for _ in range(2)]
for talk in talks:
    talk.send(request("/files/a", "Content-Length: 1", "Expect: 100-continue", method="PUT"))
    assert talk.reply().status == 100
eventually("two handlers", lambda: len(children(perchd)) == 2)
with connect() as late:
    late.send(request("/echo/late"))
    # Both are at work: nobody makes room, and it waits in the kernel's queue.
    for _ in range(30):
        assert late.is_silent(0.01) and len(children(perchd)) == 2, children(perchd)
    talks.pop().close()
    assert late.reply().body == b"late"
eventually("a spare in its place", lambda: len(children(perchd)) == 2)
with connect() as talk:
    assert talk.ask().status == 200
END
}

@test "a spare that has died: nobody is lost, and there is another" {
    start_perchd
    spares_py <<'END'
for _ in range(3):
    [spare] = await_spares(1)
    os.kill(spare, signal.SIGKILL)
    gone(spare)
    with connect() as talk:
        assert talk.ask("/echo/a").body == b"a"
    await_spares(1)
END
}

@test "a spare that is killed before it takes its connection up: another one serves it" {
    start_perchd
    spares_py <<'END'
for ends in False, True:
    [spare] = await_spares(1)
    os.kill(spare, signal.SIGSTOP)
    with connect() as talk:
        talk.send(request("/echo/a"))
        if ends:
            talk.half_close()
        eventually("it was handed over: there is a new spare", lambda: len(children(perchd)) == 2)
        os.kill(spare, signal.SIGKILL)
        assert talk.reply().body == b"a"
END
}

@test "a spare that is killed when it has answered: nobody is served twice" {
    start_perchd
    spares_py <<'END'
[spare] = await_spares(1)
with connect() as talk:
    assert talk.ask("/echo/a").body == b"a"
    talk.send("GET /echo/b HT")
    os.kill(spare, signal.SIGKILL)
    try:
        assert not talk.more()
    except ConnectionResetError:
        pass
END
}

@test "a spare that talks instead of waiting: nobody is lost, and perchd lives on" {
    mkdir programs
    cp "$PERCHD" programs
    cat >programs/perch <<END
#!/bin/sh
# Not a control socket: as perch. Else words that nobody asked for, and no end.
case " \$* " in *" --check "*) exec "$PERCH" "\$@" ;; esac
if python3 -c 'import socket, sys; sys.exit(socket.socket(fileno=0).type != socket.SOCK_SEQPACKET)'; then
    head -c 1000 /dev/urandom
    exec sleep 20
fi
exec "$PERCH" "\$@"
END
    chmod +x programs/perch
    start_perchd_by "$PWD/programs/perchd" --spares 1
    spares_py <<'END'
eventually("a spare that sleeps", lambda: any(
    open(f"/proc/{pid}/comm").read() == "sleep\n" for pid in children(perchd)))
with connect() as talk:
    assert talk.ask("/echo/a").body == b"a"
END
}

@test "a lone caller's handler wakes up on the launcher's processor, and may then run on any" {
    need_strace
    [ "$(nproc)" -ge 2 ] || skip "there is but one processor"
    start_perchd
    spares_py <<'END'
[spare] = await_spares(1)
with Process(["strace", "-qq", "-o", "calls", "-e", "trace=sched_setaffinity", "-p", str(perchd)],
             expect=None) as strace:
    eventually("strace looks on", lambda: status(perchd, "TracerPid") != "0")
    with connect() as lone, connect() as other:
        assert lone.ask("/echo/a").body == b"a"
        # The second one is not alone: there is nothing more to be seen.
        assert other.ask("/echo/b").body == b"b"
        eventually("it may run anywhere",
                   lambda: status(spare, "Cpus_allowed_list") == status(perchd, "Cpus_allowed_list"))
    strace.popen.terminate()
with open("calls", encoding="ascii") as lines:
    hold, release = (line.split("(")[1].split(")")[0].split(", ", 2) for line in lines)
assert hold[0] == release[0] == str(spare), (hold, release)
assert len(hold[2].split()) == 1 < len(release[2].split()), (hold, release)
END
}

@test "SIGTERM: spares end as well, at once" {
    start_perchd
    spares_py <<'END'
[spare] = await_spares(1)
os.kill(perchd, signal.SIGTERM)
gone(spare)
gone(perchd)
END
    await_perchd
}

@test "perchd is killed: spares end" {
    start_perchd
    spares_py <<'END'
[spare] = await_spares(1)
os.kill(perchd, signal.SIGKILL)
gone(spare)
END
    wait "$PERCHD_PID" || true
    PERCHD_PID=
    unset PERCHD_PID
}

@test "a new perch on disk, or a changed file of tokens: older spares are not used any more" {
    echo old-token-of-some-length >tokens
    chmod 600 tokens
    start_perchd --directory "$FILES" --token-file "$PWD/tokens"
    spares_py <<'END'
def put(token):
    with connect() as talk:
        talk.send(request("/files/a", f"Authorization: Bearer {token}", method="PUT", body="x"))
        return talk.reply().status

assert put("old-token-of-some-length") == 201
[spare] = await_spares(1)
with open("tokens", "w") as tokens:
    tokens.write("new-token-of-some-length\n")
assert put("new-token-of-some-length") == 204
gone(spare)
assert put("old-token-of-some-length") == 401
END
}

@test "a spare knows its client, and where the client came to" {
    start_perchd --log common --directory "$FILES"
    spares_py <<'END'
await_spares(1)
with connect() as talk:
    assert talk.ask("/echo/a").status == 200
await_spares(1)
with connect() as talk:
    # A page of another name that leads here.
    talk.send(request("/files/a", "Origin: http://x", method="PUT", body="x"))
    assert talk.reply().status == 403
END
    stop_perchd
    grep -q '^127\.0\.0\.1 - - .*"GET /echo/a HTTP/1.1" 200' perchd.err
}

@test "a unix socket's client, by a spare" {
    start_perchd --listen "$PWD/sock" --log common
    [ "$(curl -sS --unix-socket sock http://x/echo/a)" = a ]
    stop_perchd
    grep -q '^unix - - ' perchd.err
}

# ---- Reuse ----

@test "--reuse 2: a handler serves two, one after another, and no third" {
    start_perchd --reuse 2 --spares 0 --max-per-source 1
    spares_py <<'END'
def handler():
    """Whoever serves a connection, once it is known that the one before has ended."""
    found = []
    def serves():
        with connect() as talk:
            reply = talk.ask("/echo/a")
            found[:] = children(perchd)
        assert reply.status == 503 or reply.body == b"a", reply
        return reply.status == 200
    eventually("it serves", serves)
    [pid] = found
    return pid

first = handler()
assert await_spares(1) == {first}
assert handler() == first
gone(first)
eventually("its end is seen", lambda: not children(perchd))
second = handler()
assert second != first
assert await_spares(1) == {second}
END
}

# What one client sent and got must not be there for the next one to find.
@test "--reuse: nothing of a connection is left in the handler's memory" {
    echo "text/plain txt" >types
    start_perchd --reuse 3 --spares 0 --directory "$FILES" --listing --types=types
    spares_py <<'END'
if is_sanitized():
    sys.exit(0)  # its memory is too large to be read, and keeps what was freed

def memory_of(pid):
    found = b""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            if rights.startswith("rw"):
                begin, end = (int(part, 16) for part in span.split("-"))
                mem.seek(begin)
                found += mem.read(end - begin)
    return found

secret = "s" + os.urandom(12).hex()
with connect() as talk:
    assert talk.ask(f"/echo/{secret}").body == secret.encode()
    assert talk.ask(f"/echo/{secret}", "Accept-Encoding: gzip").status == 200
    talk.send(request("/files/a", method="PUT", body=secret * 1000))
    assert talk.reply().status == 201
    assert talk.ask("/files/a").body == (secret * 1000).encode()
    # Its name is found in what the kernel tells of the folder, its ending in the answers of the types.
    talk.send(request(f"/files/a.{secret[:16]}", method="PUT", body="a"))
    assert talk.reply().status == 201
    os.utime(f"files/a.{secret[:16]}", (0, 1_000_000_000))
    reply = talk.ask(f"/files/a.{secret[:16]}")
    assert reply.body == b"a"
    told = [secret[:16].encode(), reply.get("Last-Modified").encode()]
    assert talk.ask("/files/", "Accept: text/plain").body.decode() == f"a\na.{secret[:16]}\n"
    [spare] = children(perchd)
    try:
        assert all(text in memory_of(spare) for text in told)
    except PermissionError:
        sys.exit(0)
eventually("it is back", lambda: not any(text in memory_of(spare) for text in told))
assert children(perchd).keys() == {spare}
with connect() as talk:
    assert talk.ask("/echo/b").body == b"b"
END
}

@test "--reuse: many clients, each gets its own answers" {
    start_perchd --reuse 1000 --directory "$FILES"
    spares_py <<'END'
used = set()
for i in range(200):
    talks = [connect() for _ in range(i % 5 + 1)]
    for n, talk in enumerate(talks):
        talk.send(request(f"/echo/{i}-{n}"))
    for n, talk in enumerate(talks):
        assert talk.reply().body == f"{i}-{n}".encode()
    used |= set(children(perchd))
    for talk in talks:
        talk.close()
# Without it there would be 600; on a busy machine some have not come back when the next ones are needed.
assert len(used) < 200, len(used)
os.kill(perchd, signal.SIGTERM)
gone(perchd)
END
    await_perchd
}

@test "--reuse: a client that leaves in the middle costs its handler nothing but that connection" {
    start_perchd --reuse 10 --directory "$FILES" --spares 1
    spares_py <<'END'
for data in b"", b"GET / HT", request("/files/a", "Content-Length: 100", method="PUT") + b"x", b"\0" * 100:
    talk = connect()
    talk.send(data)
    talk.reset()
    with connect() as talk:
        assert talk.ask("/echo/a").body == b"a"
eventually("nothing is left", lambda: os.listdir("files") == [])
END
}

@test "--reuse: a client that says nothing is taken as well, and given up" {
    start_perchd --reuse 2 --spares 0 --timeout-first 1
    spares_py <<'END'
with connect() as talk:
    talk.ends()
with connect() as talk:
    assert talk.ask("/echo/a").body == b"a"
END
}
