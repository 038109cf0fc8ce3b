#!/usr/bin/env bats
# Conditions and ranges, where bytes in and bytes out don't show it: races, large files, chance.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    stop_perchd
    [[ -z ${LARGE:-} ]] || rm -r "$LARGE"
}

# ---- Races ----

@test "1000 parallel creations of one name: one is let through, by the link" {
    start_perchd --directory "$FILES" --durability=rename --max-connections 300
    py <<'END'
only_new = "If-None-Match: *"
talks = [connect() for _ in range(250)]
for i, talk in enumerate(talks):
    talk.send(request("/files/a", only_new, f"Content-Length: {len(str(i))}", "Expect: 100-continue", method="PUT"))
for talk in talks:
    assert talk.reply().status == 100
assert os.listdir("files") == []
# All have been found good once. Three more behind each that was begun.
for i, talk in enumerate(talks):
    talk.send(to_bytes(str(i)) + 3 * request("/files/a", only_new, method="POST", body=f"{i} late"))
created, refused = [], 0
for i, talk in enumerate(talks):
    for turn in range(4):
        reply = talk.reply()
        if reply.status == 201:
            created.append(str(i) if turn == 0 else f"{i} late")
        else:
            assert reply.status == 412, reply
            refused += 1
assert len(created) == 1 and refused == 999, (created, refused)
assert os.listdir("files") == ["a"] and open("files/a").read() == created[0]
END
}

@test "a creation that finds the name taken while its body arrives: 412" {
    py <<'END'
for framing in "Content-Length: 3", "Transfer-Encoding: chunked":
    with Perch("--directory", "files") as perch:
        perch.talk.send(request("/files/a", "If-None-Match: *", framing, "Expect: 100-continue", method="PUT"))
        assert perch.talk.reply().status == 100
        open("files/a", "w").write("old")
        perch.talk.send("new" if "Length" in framing else "3\r\nnew\r\n0\r\n\r\n")
        reply = perch.talk.reply()
        assert reply.status == 412 and not reply.closes(), reply
        assert perch.talk.ask("/files/a").body == b"old"
    assert os.listdir("files") == ["a"]
    os.unlink("files/a")
END
}

# The ways round for file systems without unnamed files, and without links: a rename that replaces
# nothing.
@test "a creation finds the name taken where there are no unnamed files, and no links either" {
    need_strace
    py <<'END'
wrappers = (["strace", "-o", "calls", "-P", ".", "-e", "inject=openat:error=EOPNOTSUPP"],
            ["strace", "-o", "calls", "-e", "trace=linkat", "-e", "inject=linkat:error=EPERM"])
for wrapper in wrappers:
    for taken in False, True:
        with Perch("--directory", "files", wrapper=wrapper, env=no_leak_search()) as perch:
            perch.talk.send(request("/files/a", "If-None-Match: *", "Content-Length: 3", "Expect: 100-continue",
                                    method="PUT"))
            assert perch.talk.reply().status == 100
            if taken:
                open("files/a", "w").write("old")
            perch.talk.send("new")
            assert perch.talk.reply().status == (412 if taken else 201)
        assert os.listdir("files") == ["a"] and open("files/a").read() == ("old" if taken else "new")
        os.unlink("files/a")
    assert "INJECTED" in open("calls").read()
END
}

@test "100 parallel replacements of one version: one is let through, the others see another version" {
    start_perchd --directory "$FILES" --durability=rename
    py <<'END'
talks = [connect() for _ in range(100)]
for method, condition in ("PUT", "If-Match"), ("POST", "If-Match"), ("PUT", "If-Unmodified-Since"):
    open("files/a", "w").write("old")
    os.utime("files/a", (1000000000, 1000000000))
    reply = talks[0].ask("/files/a")
    value = reply.get("etag" if condition == "If-Match" else "last-modified")
    for i, talk in enumerate(talks):
        talk.send(request("/files/a", f"{condition}: {value}", "Content-Length: 3", "Expect: 100-continue",
                          method=method))
    for talk in talks:
        assert talk.reply().status == 100
    for i, talk in enumerate(talks):
        talk.send("%03d" % i)
    done = [i for i, talk in enumerate(talks) if talk.reply().status != 412]
    assert len(done) == 1, done
    assert os.listdir("files") == ["a"] and int(open("files/a").read()) == done[0]
END
}

@test "a replacement whose version goes while its body arrives: 412, what came instead stays" {
    py <<'END'
for method in "PUT", "POST":
    for what in "replaced", "removed":
        open("files/a", "w").write("old")
        with Perch("--directory", "files") as perch:
            tag = perch.talk.ask("/files/a").get("etag")
            perch.talk.send(request("/files/a", f"If-Match: {tag}", "Content-Length: 3", "Expect: 100-continue",
                                    method=method))
            assert perch.talk.reply().status == 100
            os.unlink("files/a")
            if what == "replaced":
                open("files/a", "w").write("other")
            perch.talk.send("new")
            assert perch.talk.reply().status == 412
        assert os.listdir("files") == (["a"] if what == "replaced" else [])
        if what == "replaced":
            assert open("files/a").read() == "other"
END
}

# ---- Ranges ----

# The largest file that Linux knows is 2^63 - 1 bytes; reading through it would take centuries.
@test "ranges of a file of 2^63 - 1 bytes" {
    local largest=9223372036854775807
    for candidate in "$BATS_TEST_TMPDIR" /dev/shm; do
        LARGE=$(mktemp -d "$candidate/large.XXXXXX") || continue
        if truncate -s "$largest" "$LARGE/a" 2>/dev/null; then
            break
        fi
        rm -r "$LARGE"
        LARGE=
    done
    [ -n "${LARGE:-}" ] || skip "no file system here holds a file of that size"
    export LARGE
    py <<'END'
largest = 2**63 - 1
marks = {0: b"first", 2**32 - 2: b"4 GiB", 2**62: b"middle", largest - 4: b"last"}
with open(os.environ["LARGE"] + "/a", "r+b") as made:
    for at, mark in marks.items():
        os.pwrite(made.fileno(), mark, at)
for kind in "tcp", "unix":
    with Perch("--directory", os.environ["LARGE"], kind=kind) as perch:
        assert perch.talk.ask("/files/a", method="HEAD").get("content-length") == str(largest)
        for at, mark in marks.items():
            reply = perch.talk.ask("/files/a", f"Range: bytes={at}-{at + len(mark) - 1}")
            last = min(at + len(mark), largest) - 1
            assert reply.status == 206 and reply.body == mark[:last - at + 1], reply
            assert reply.get("content-range") == f"bytes {at}-{last}/{largest}", reply
        reply = perch.talk.ask("/files/a", "Range: bytes=-4")
        assert reply.body == b"last" and reply.get("content-range") == f"bytes {largest - 4}-{largest - 1}/{largest}"
        reply = perch.talk.ask("/files/a", f"Range: bytes={largest - 100000}-")
        assert reply.body == bytes(99996) + b"last", len(reply.body)
        reply = perch.talk.ask("/files/a", f"Range: bytes=0-4,{2**62}-{2**62 + 5},-4")
        assert reply.status == 206 and reply.get("content-type").startswith("multipart/byteranges; boundary=")
        for mark in b"first", b"middle", b"last":
            assert b"\r\n\r\n" + mark + b"\r\n--" in reply.body, reply.body
        for beyond in f"{largest}-", f"{2**63}-", f"{2**64}-", "-0":
            reply = perch.talk.ask("/files/a", f"Range: bytes={beyond}")
            assert reply.status == 416 and reply.get("content-range") == f"bytes */{largest}", reply
END
}

# From what is copied into the reply to what sendfile sends, and the bound between.
@test "parts of every size are the file's own bytes" {
    py <<'END'
import email
data = os.urandom(3 << 20)
open("files/a", "wb").write(data)
for kind in "tcp", "unix":
    with Perch("--directory", "files", kind=kind) as perch:
        for first, length in (0, 1), (1, 16384), (5, 16385), (7, 65536), (9, 1 << 20), (11, (1 << 20) + 1), (0, 3 << 20):
            reply = perch.talk.ask("/files/a", f"Range: bytes={first}-{first + length - 1}")
            assert reply.status == 206 and reply.body == data[first:first + length], reply.get("content-range")
        wanted = [(0, 10), (100, 16383), (20000, 16384), (40000, 16385), (100000, 70000), (200000, 1 << 20), (5, 1)]
        value = ",".join(f"{first}-{first + length - 1}" for first, length in wanted)
        reply = perch.talk.ask("/files/a", f"Range: bytes={value}")
        assert reply.status == 206, reply
        # Read by a parser that knows nothing of perch.
        message = email.message_from_bytes(b"Content-Type: " + reply.get("content-type").encode() + b"\r\n\r\n" + reply.body)
        parts = message.get_payload()
        assert len(parts) == len(wanted) and not message.defects, message.defects
        boundary = reply.get("content-type").split("boundary=")[1].encode()
        pieces = reply.body.split(b"--" + boundary)
        assert pieces[0] == b"" and pieces[-1] == b"--\r\n"
        for (first, length), part, piece in zip(wanted, parts, pieces[1:-1]):
            assert part["Content-Range"] == f"bytes {first}-{first + length - 1}/{len(data)}"
            assert part["Content-Type"] == "application/octet-stream"
            assert piece.split(b"\r\n\r\n", 1)[1] == data[first:first + length] + b"\r\n"
        assert perch.talk.ask("/echo/next").body == b"next"
END
}

@test "small parts leave in one write with their head" {
    need_strace
    py <<'END'
open("files/a", "w").write("0123456789")
with Perch("--directory", "files", wrapper=["strace", "-o", "calls", "-e", "trace=sendto,sendfile,write,writev"],
           env=no_leak_search()) as perch:
    assert perch.talk.ask("/files/a", "Range: bytes=0-0,2-3,-1").status == 206
sent = [line for line in open("calls") if line.startswith(("sendto(", "sendfile(", "write(", "writev("))]
assert len(sent) == 1, sent
END
}

@test "the boundary between parts is another one in each reply, and of each process" {
    printf 0123456789 >files/a
    py <<'END'
import re
seen = set()
for _ in range(20):
    with Perch("--directory", "files") as perch:
        for _ in range(20):
            reply = perch.talk.ask("/files/a", "Range: bytes=0-0,2-2")
            boundary = re.fullmatch("multipart/byteranges; boundary=([0-9a-f]{32})", reply.get("content-type"))[1]
            assert reply.body.count(boundary.encode()) == 3
            seen.add(boundary)
assert len(seen) == 400
# Every bit of them is now set, now not.
for bit in range(128):
    assert len({int(boundary, 16) >> bit & 1 for boundary in seen}) == 2, bit
END
}

# A date is exact to the second only once that second is over.
@test "If-Range with the date of this very second: the whole file" {
    py <<'END'
import email.utils
with Perch("--directory", "files") as perch:
    def ask():
        reply = perch.talk.ask("/files/a", "Range: bytes=0-0", "If-Range: " + date)
        return reply.status, reply.get("date")
    for status, ahead in (206, -10), (200, 3600):
        open("files/a", "w").write("0123456789")
        modified = int(time.time()) + ahead
        os.utime("files/a", (modified, modified))
        date = email.utils.formatdate(modified, usegmt=True)
        assert ask()[0] == status
    # In the very second; asked again where that went by between.
    def in_this_second():
        global date
        modified = int(time.time())
        os.utime("files/a", (modified, modified))
        date = email.utils.formatdate(modified, usegmt=True)
        status, answered = ask()
        assert answered != date or status == 200
        return answered == date
    eventually("an answer within the second", in_this_second)
END
}

@test "Last-Modified is never later than Date" {
    py <<'END'
from email.utils import parsedate_to_datetime as parsed
open("files/a", "w").write("0123456789")
os.utime("files/a", (time.time() + 86400,) * 2)
with Perch("--directory", "files") as perch:
    for method in "GET", "HEAD":
        reply = perch.talk.ask("/files/a", method=method)
        assert parsed(reply.get("last-modified")) <= parsed(reply.get("date")), reply
END
}
