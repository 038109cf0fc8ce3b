#!/usr/bin/env bats
# How many system calls perch makes: what a connection costs before its first byte, and a request.

load helper

setup() {
    need_strace
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    grep -qc __asan_init "$PERCH" && skip "a sanitizer makes calls of its own"
    return 0
}

# Python with calls(): the names of the calls of one connection, on which something is asked so
# often; and each(): how many of them each time more takes.
calls_py() {
    { cat <<'END'; cat; } | py
def get(target, *fields):
    def ask(talk):
        assert talk.ask(target, *fields).status == 200
    return ask
def calls(ask, times, *options):
    options = ("--directory", "files", *options)
    with Perch(*options, wrapper=["strace", "-o", "calls"]) as perch:
        for _ in range(times):
            ask(perch.talk)
    with open("calls", encoding="latin-1") as lines:
        return [line.partition("(")[0] for line in lines if "(" in line]
def each(ask, *options):
    few, many = calls(ask, 2, *options), calls(ask, 12, *options)
    return {name: (many.count(name) - few.count(name)) / 10 for name in set(few + many)
            if many.count(name) != few.count(name)}
def check(what, made, expected):
    assert made == expected, f"{what}: {made}, not {expected}"
END
}

@test "a kept request is one read and one write, compressed or not; so are sixteen in a pipeline" {
    calls_py <<'END'
exchange = {"read": 1, "sendto": 1}
check("root", each(get("/")), exchange)
check("echo", each(get("/echo/abc")), exchange)
check("gzip", each(get("/echo/abc", "Accept-Encoding: gzip")), exchange)
def pipeline(talk):
    talk.send(request("/echo/abc") * 16)
    for _ in range(16):
        assert talk.reply().status == 200
check("pipelined", each(pipeline), exchange)
END
}

@test "a small file takes four calls besides, the same one again two; a large one a sendfile" {
    mkdir files/folder
    head -c 1000 /dev/urandom | tee files/small >files/folder/small
    head -c 100000 /dev/urandom >files/large
    calls_py <<'END'
missing = {"read": 1, "sendto": 1, "openat2": 1}
check("missing", each(lambda talk: talk.ask("/files/none")), missing)
found = missing | {"newfstatat": 1, "close": 1}
check("small", each(get("/files/folder/small")), found | {"pread64": 1})
check("large", each(get("/files/large")), found | {"sendfile": 1})
def unchanged(name):
    def ask(talk):
        etag = talk.ask(name, method="HEAD").get("ETag")
        assert talk.ask(name, f"If-None-Match: {etag}").status == 304
    return ask
check("unchanged", each(unchanged("/files/large")), {name: 2 for name in found})
if can_be_held("files"):
    again = {"read": 1, "sendto": 1, "newfstatat": 1}
    check("small again", each(get("/files/small")), again | {"pread64": 1})
    check("unchanged again", each(unchanged("/files/small")), {name: 2 for name in again})
END
}

@test "an upload of 4 KiB is one read and one write, too, and twice the disk's answer" {
    calls_py <<'END'
def upload(talk):
    talk.send(request("/files/up", method="PUT", body="x" * 4096))
    assert talk.reply().status in (201, 204)
made = each(upload)
check("exchange", [made.pop("read"), made.pop("sendto")], [1, 1])
check("syncs", made["fsync"], 2)
assert sum(made.values()) <= 12, made
assert "fsync" not in each(upload, "--durability", "rename")
END
}

# Those that drop root's capabilities are not counted: under perchd there are none.
@test "before the first byte there are at most 52 calls, and none waits for anything" {
    calls_py <<'END'
made = calls(get("/echo/abc"), 1)
before = [name for name in made[:made.index("sendto")] if name not in ("prctl", "capget", "capset", "read")]
limit = 52 if b"ld-linux" not in open(PERCH, "rb").read() else 200
assert len(before) <= limit, (len(before), before)
assert not {"poll", "nanosleep", "clock_gettime", "mmap2"} & set(before), before
END
}

# Python with handed(): the calls of a handler that is given so many connections, one after another, of
# a listener whose address they have, or not.
handed_py() {
    { cat <<'END'; cat; } | calls_py
import array
import struct

def handed(ask, times, address=bytes(26)):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening = socket.create_server(("127.0.0.1", 0))
    handover = struct.pack("??2xH26x28s", True, True, socket.AF_INET, address)
    with theirs:
        perch = Process(["strace", "-o", "calls", PERCH, "--directory", "files"], stdin=theirs)
    with perch, ours, listening:
        ours.settimeout(LIMIT)
        for _ in range(times):
            with connect("%s:%d" % listening.getsockname()) as talk, listening.accept()[0] as connection:
                ask(talk)
                rights = array.array("i", [connection.fileno()])
                ours.sendmsg([handover], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
                assert talk.reply().status == 200
                assert ours.recv(2) == b"r"
        ours.close()
        perch.wait()
    with open("calls", encoding="latin-1") as lines:
        return [line for line in lines if "(" in line]
END
}

@test "a connection that is handed over, with its timeouts set, to a handler that comes back: seven calls" {
    handed_py <<'END'
def ask(talk):
    talk.send(request("/echo/abc", "Connection: close"))
few, many = ([line.partition("(")[0] for line in handed(ask, times)] for times in (1, 11))
made = {name: (many.count(name) - few.count(name)) / 10 for name in set(many)}
check("handed over", {name: count for name, count in made.items() if count},
      dict.fromkeys(("recvmsg", "read", "sendto", "shutdown", "poll", "close", "write"), 1))
END
}

@test "a long file is corked on its way within this machine, and nowhere else" {
    head -c 2000000 /dev/zero >files/long
    handed_py <<'END'
def corks(address, name):
    made = handed(lambda talk: talk.send(request(name, "Connection: close")), 1, address)
    return [line.partition("TCP_CORK, ")[2][:3] for line in made if "TCP_CORK" in line]
here = struct.pack("HH4s20x", socket.AF_INET, 0, socket.inet_aton("127.0.0.1"))
elsewhere = struct.pack("HH4s20x", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"))
check("here", corks(here, "/files/long"), ["[1]", "[0]"])
check("elsewhere", corks(elsewhere, "/files/long"), [])
check("short", corks(here, "/echo/abc"), [])
END
}
