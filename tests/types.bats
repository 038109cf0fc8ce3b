#!/usr/bin/env bats
# --types and --gzip-files: which representation of a file is served.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    printf 'text/plain txt\ntext/html html\napplication/json json\nimage/png png\n' >types
    printf '<p>%s</p>\n' {1..500} >files/page.html
    printf 'plain\n' >files/a.txt
    printf '{}' >files/a.JSON
    printf 'png' >files/a.png
    printf 'what' >files/what
    printf 'what' >files/what.else
    mkdir files/folder.html
    printf 'what' >files/folder.html/what
}

# Every read of a file, as a client that undoes what it accepts.
FETCH='
import gzip, zlib
def fetch(perch, name, *fields, method="GET", version="1.1"):
    reply = perch.talk.ask("/files/" + name, *fields, method=method, version=version)
    reply.content = gzip.decompress(reply.body) if reply.get("content-encoding") == "gzip" and method == "GET" else reply.body
    return reply
GZIP = "Accept-Encoding: gzip"
'

@test "--types: by the ending of the name, text as UTF-8, to be shown; else as without it" {
    py <<END
$FETCH
expected = {"page.html": "text/html; charset=utf-8", "a.txt": "text/plain; charset=utf-8", "a.JSON": "application/json",
            "a.png": "image/png", "what": None, "what.else": None, "folder.html/what": None}
with Perch("--directory", "files", "--types=types") as typed, Perch("--directory", "files") as plain:
    for turn in range(2): # the second time from what is remembered
        for name, type in expected.items():
            reply = fetch(typed, name, GZIP)
            assert reply.get("content-type") == (type or "application/octet-stream"), (name, reply)
            assert reply.get("content-disposition") == ("inline" if type else None), (name, reply)
            assert reply.get("content-security-policy") == "sandbox" and reply.get("content-encoding") is None
            assert reply.get("vary") is None, reply
            reply = fetch(plain, name)
            assert reply.get("content-type") == "application/octet-stream", reply
            assert reply.get("content-disposition") is None
    reply = fetch(typed, "a.txt", "Range: bytes=0-1,4-4")
    assert reply.body.count(b"\r\nContent-Type: text/plain; charset=utf-8\r\n") == 2, reply.body
    reply = fetch(typed, "a.txt", "Range: bytes=0-1")
    assert reply.status == 206 and reply.get("content-type") == "text/plain; charset=utf-8"
END
}

@test "--types alone: those of the system" {
    if [ -e /etc/mime.types ]; then
        printf 'GET /files/page.html HTTP/1.1\r\nHost: x\r\n\r\n' | "$PERCH" --directory files --types |
            grep -qx $'Content-Type: text/html; charset=utf-8\r'
    else
        run -66 --separate-stderr "$PERCH" --directory files --types
        # shellcheck disable=SC2154
        [[ $stderr == 'perch: --types: "/etc/mime.types" '*' give --types=FILE'* ]]
    fi
}

@test "--types: a table that can't be used is told of at start" {
    run -66 --separate-stderr "$PERCH" --types=none --check
    [[ $stderr == 'perch: --types: "none" can'"'"'t be used: No such file or directory; give --types=FILE'* ]]
    [ "$(wc -l <<<"$stderr")" = 1 ]
    run -66 --separate-stderr "$PERCH" --types=files --check
    [[ $stderr == *'Is a directory'* ]]
    head -c 262145 /dev/zero >large
    run -66 --separate-stderr "$PERCH" --types=large --check
    [[ $stderr == *'larger than 262144 bytes'* ]]
    head -c 262144 /dev/zero >large
    "$PERCH" --types=large --check
    run -64 --separate-stderr "$PERCH" --types= --check
    run -66 --separate-stderr "$PERCHD" --types=none --listen 127.0.0.1:0
    [[ $stderr == 'perchd: --types: "none" '* ]]
}

@test "--gzip-files: NAME.gz to who accepts gzip, with a tag of its own, and Vary on every status" {
    gzip -9 -k files/page.html files/a.png
    py <<END
$FETCH
import os
with Perch("--directory", "files", "--types=types", "--gzip-files") as perch:
    for name, type in ("page.html", "text/html; charset=utf-8"), ("a.png", "image/png"):
        whole, coded = open("files/" + name, "rb").read(), open("files/" + name + ".gz", "rb").read()
        plain, packed = fetch(perch, name), fetch(perch, name, GZIP)
        assert plain.body == whole and plain.get("content-encoding") is None
        assert packed.body == coded and packed.content == whole and packed.get("content-encoding") == "gzip"
        assert packed.get("content-length") == str(len(coded)) and packed.get("accept-ranges") == "bytes"
        assert plain.get("content-type") == packed.get("content-type") == type
        assert plain.get("etag") != packed.get("etag")
        # Conditions and ranges are of what was chosen.
        for reply, fields in (plain, ()), (packed, (GZIP,)):
            answer = fetch(perch, name, *fields, "If-None-Match: " + reply.get("etag"))
            assert answer.status == 304 and answer.get("etag") == reply.get("etag") and answer.get("vary") == "Accept-Encoding"
            other = packed if reply is plain else plain
            assert fetch(perch, name, *fields, "If-None-Match: " + other.get("etag")).status == 200
            assert fetch(perch, name, *fields, "If-Match: " + other.get("etag")).status == 412
            part = perch.talk.ask("/files/" + name, *fields, "Range: bytes=1-2")
            assert part.status == 206 and part.body == reply.body[1:3] and part.get("vary") == "Accept-Encoding"
            assert part.get("content-range") == f"bytes 1-2/{len(reply.body)}"
            assert part.get("content-encoding") == reply.get("content-encoding")
        assert fetch(perch, name, "Accept-Encoding: gzip;q=0.1, identity").get("content-encoding") is None
        assert fetch(perch, name, "Accept-Encoding: gzip, identity;q=0").content == whole
        # The file beside it is one as any other.
        assert fetch(perch, name + ".gz").body == coded
    for target, fields, status in (("/files/none", (), 404), ("/files/page.html", ("Accept-Encoding: *;q=0",), 406),
                                   ("/files/what", ("Accept-Encoding: identity;q=0",), 406),
                                   ("/files/what", ("Accept-Encoding: gzip, identity;q=0",), 406),
                                   ("/files/%", (), 400), ("/files/what", ("Range: bytes=99-",), 416),
                                   ("/files/what", ("If-Match: \"x\"",), 412)):
        reply = perch.talk.ask(target, *fields)
        assert reply.status == status and reply.get("vary") == "Accept-Encoding", (target, reply)
    for method, body, status in ("PUT", "x", 201), ("POST", "x", 201), ("DELETE", None, 204), ("OPTIONS", None, 204):
        reply = perch.talk.ask("/files/new", method=method, body=body)
        assert reply.status == status and reply.get("vary") == "Accept-Encoding", reply
END
}

@test "--gzip-files: a NAME.gz that is older, or no regular file, is passed over" {
    py <<END
$FETCH
for made in "older", "folder", "link", "fifo":
    path = "files/what.gz"
    if made == "older":
        open(path, "wb").write(gzip.compress(b"stale"))
        os.utime(path, ns=(10**18, os.stat("files/what").st_mtime_ns - 1))
    elif made == "folder":
        os.mkdir(path)
    elif made == "link":
        open("outside.gz", "wb").write(gzip.compress(b"outside"))
        os.symlink("../outside.gz", path)
    else:
        os.mkfifo(path)
    with Perch("--directory", "files", "--gzip-files") as perch:
        reply = fetch(perch, "what", GZIP)
        assert reply.body == b"what" and reply.get("content-encoding") is None, (made, reply)
    os.rmdir(path) if made == "folder" else os.unlink(path)
open("files/what.gz", "wb").write(gzip.compress(b"what"))
os.utime("files/what.gz", ns=(10**18, os.stat("files/what").st_mtime_ns))
with Perch("--directory", "files", "--gzip-files") as perch:
    assert fetch(perch, "what", GZIP).get("content-encoding") == "gzip"
    # An upload makes it stale.
    assert perch.talk.ask("/files/what", method="PUT", body="newer").status == 204
    assert fetch(perch, "what", GZIP).body == b"newer"
# The longest name has none beside it.
name = "x" * 255
open("files/" + name, "w").write("long")
with Perch("--directory", "files", "--gzip-files") as perch:
    assert fetch(perch, name, GZIP).body == b"long"
END
}

@test "--gzip-files: text is coded on its way, in chunks" {
    py <<END
$FETCH
import random
words = [os.urandom(5).hex() for _ in range(300)]
for size in 0, 1, 16383, 16384, 16385, 100000, 3000000:
    text = "".join(random.choice(words) + " " for _ in range(size // 11 + 1)).encode()[:size]
    open("files/a.txt", "wb").write(text)
    for kind in "tcp", "unix":
        with Perch("--directory", "files", "--types=types", "--gzip-files", kind=kind) as perch:
            reply = fetch(perch, "a.txt", GZIP)
            assert reply.content == text and reply.get("transfer-encoding") == "chunked", (size, reply)
            assert reply.get("content-length") is None and reply.get("vary") == "Accept-Encoding"
            assert size < 1000 or len(reply.body) < size * 3 / 4
            tag = reply.get("etag")
            plain = fetch(perch, "a.txt")
            assert plain.body == text and tag != plain.get("etag") and not tag.startswith("W/")
            assert fetch(perch, "a.txt", GZIP).body == reply.body and fetch(perch, "a.txt", GZIP).get("etag") == tag
            again = fetch(perch, "a.txt", GZIP, "If-None-Match: " + tag)
            assert again.status == 304 and again.get("etag") == tag
            assert fetch(perch, "a.txt", GZIP, "If-None-Match: " + plain.get("etag")).status == 200
            # Its parts have no numbers before it is made: the whole of it.
            ranged = fetch(perch, "a.txt", GZIP, "Range: bytes=0-0")
            assert ranged.status == 200 and ranged.content == text and ranged.get("accept-ranges") is None
            head = fetch(perch, "a.txt", GZIP, method="HEAD")
            assert [f for f in head.fields if f[0] != "date"] == [f for f in reply.fields if f[0] != "date"]
            # What has no type that is text goes as it is.
            assert fetch(perch, "a.png", GZIP).body == b"png"
            assert fetch(perch, "a.JSON", "Accept-Encoding: gzip, identity;q=0").content == b"{}"
        with Perch("--directory", "files", "--types=types", "--gzip-files", kind=kind) as perch:
            old = fetch(perch, "a.txt", GZIP, version="1.0")
            assert old.body == text and old.get("content-encoding") is None and old.closes()
END
}

@test "--gzip-files: a file that is cut short while it is coded: the connection is cut, without the last chunk" {
    py <<END
$FETCH
# Of 64 MiB that can't be compressed not all fits into the socket.
with open("files/a.txt", "wb") as made:
    for _ in range(64):
        made.write(os.urandom(1 << 20))
with Perch("--directory", "files", "--types=types", "--gzip-files", kind="unix") as perch:
    perch.talk.send(request("/files/a.txt", GZIP) + request("/echo/next"))
    perch.talk.more()
    os.truncate("files/a.txt", 1000)
    got = perch.talk.rest()
    assert got.count(b"HTTP/1.1 ") == 1 and not got.endswith(b"0\r\n\r\n")
END
}

@test "--gzip-files: without --types nothing is text, and without it nothing is coded" {
    gzip -k files/page.html
    py <<END
$FETCH
with Perch("--directory", "files", "--gzip-files") as perch:
    assert fetch(perch, "a.txt", GZIP).get("content-encoding") is None
    assert fetch(perch, "page.html", GZIP).get("content-encoding") == "gzip"
with Perch("--directory", "files", "--types=types") as perch:
    for name in "a.txt", "page.html":
        assert fetch(perch, name, GZIP).get("content-encoding") is None
END
}

@test "coding on the way stays below 4 MiB of memory, and curl undoes it" {
    seq 3000000 >files/a.txt
    py <<'END'
with listener() as listening:
    with Process([PERCH, "--directory", "files", "--types=types", "--gzip-files"], stdin=listening) as perch:
        url = "http://127.0.0.1:%d/files/a.txt" % listening.getsockname()[1]
        with open("got", "wb") as got:
            curl = subprocess.Popen(["curl", "-sSf", "--compressed", url], stdout=got)
            peak = perch.peak_kib()
            assert curl.wait(LIMIT) == 0
        assert is_sanitized() or 0 < peak < 4096, f"{peak} KiB"
END
    cmp got files/a.txt
}
