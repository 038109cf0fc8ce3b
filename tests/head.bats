#!/usr/bin/env bats
# HEAD: what GET says, field by field, for every endpoint and every error; and no content.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

@test "HEAD has the fields of GET, on every endpoint, with every condition, and on every error" {
    mkdir files/folder
    printf 0123456789 >files/a
    : >files/empty
    head -c 100000 /dev/zero >files/large
    py <<'END'
from itertools import product
targets = ["/", "/echo/", "/echo/text", "/echo/" + "x" * 8000, "/" + "x" * 9000, "/echo/%zz", "/user-agent", "/nothing", "/files/a",
           "/files/empty", "/files/large", "/files/none", "/files/", "/files/folder", "/files/folder/", "/files/.hidden",
           "/files/a%2Fb", "/files/%", "/files/../a", "/files/" + "x" * 300, "http://x/files/a", "*", "//", "/files"]
fields = [(), ("Accept-Encoding: gzip",), ("Accept-Encoding: identity;q=0",), ("Accept-Encoding: *;q=0",),
          ("If-Match: *",), ('If-Match: "x"',), ("If-None-Match: *",), ('If-None-Match: "x"',),
          ("If-Modified-Since: Sun, 06 Nov 2095 08:49:37 GMT",), ("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT",),
          ("Expect: something",), ("Connection: close",), ("User-Agent: me",), ("User-Agent: me", "Accept-Encoding: gzip"),
          ("Host: y",), ("Content-Length: 1",), ("Content-Length: x",), ("Transfer-Encoding: chunked",), ("X Y: z",),
          ("Content-Length: 0",), ("X: " + "x" * 17000,), *[tuple(f"X-{i}: y" for i in range(n)) for n in (98, 100)]]
compared = set()
# All with HTTP/1.1, a part of them with HTTP/1.0; the sanitizers' slow starts allow for fewer.
asked = [(target, more, "1.1") for target, more in product(targets, fields)]
asked += [(target, more, "1.0") for target, more, _ in asked[::5]]
for target, more, version in asked[::7] if is_sanitized() else asked:
    said = {}
    for method in "GET", "HEAD":
        with Perch("--directory", "files", kind="unix") as perch:
            perch.talk.send(request(target, *more, method=method, version=version))
            perch.talk.half_close()
            head, _, content = perch.talk.rest().partition(b"\r\n\r\n")
        said[method] = [line for line in head.split(b"\r\n") if not line.startswith(b"Date:")]
        assert method == "GET" or content == b"", (target, more, content[:200])
    assert said["GET"] == said["HEAD"], (target, more, said)
    compared.add(int(said["GET"][0].split()[1]))
assert is_sanitized() or compared == {200, 304, 400, 404, 406, 412, 414, 417, 431}, compared
END
}

@test "HEAD has the fields of GET where a listing, types and codings are chosen among" {
    mkdir files/folder
    printf 'text/plain txt\n' >types
    printf 0123456789 >files/a
    seq 10000 >files/a.txt
    seq 10000 >files/b.txt
    gzip -k files/b.txt
    py <<'END'
import re
from itertools import product
targets = ["/files/", "/files/folder", "/files/folder/", "/files/a", "/files/a.txt", "/files/b.txt", "/files/none.txt"]
accepts = [(), ("Accept: text/html",), ("Accept: text/plain",), ("Accept: application/json",), ("Accept: image/png",)]
codings = [(), ("Accept-Encoding: gzip",), ("Accept-Encoding: gzip, identity;q=0",), ("Accept-Encoding: *;q=0",)]
conditions = [(), ("If-None-Match: *",), ('If-Match: "x"',), ("If-Modified-Since: Sun, 06 Nov 2095 08:49:37 GMT",)]
asked = list(product(targets, accepts, codings, conditions))
for target, accept, coding, condition in asked[::7] if is_sanitized() else asked:
    said = []
    for method in "GET", "HEAD":
        with Perch("--directory", "files", "--listing", "--types=types", "--gzip-files", kind="unix") as perch:
            perch.talk.send(request(target, *accept, *coding, *condition, method=method))
            perch.talk.half_close()
            head, _, content = perch.talk.rest().partition(b"\r\n\r\n")
        head = re.sub(b"nonce-[0-9a-f]{32}", b"nonce-{random}", head)
        said.append([line for line in head.split(b"\r\n") if not line.startswith(b"Date:")])
    assert content == b"" and said[0] == said[1], (target, accept, coding, condition, said, content[:100])
END
}

@test "HEAD has the fields of GET under --read-only, without --directory, with a file that can't be read" {
    printf 0123456789 >files/a
    py <<'END'
def heads(*options, target="/files/a", **more):
    said = []
    for method in "GET", "HEAD":
        with Perch(*options, **more) as perch:
            reply = perch.talk.ask(target, "Connection: close", method=method)
            perch.talk.ends()
            said.append((reply.status, [field for field in reply.fields if field[0] != "date"]))
    assert said[0] == said[1], said
    return said[0][0]
assert heads("--directory", "files", "--read-only") == 200
assert heads() == 404
if os.getuid() != 0:
    os.chmod("files/a", 0)
    assert heads("--directory", "files") == 403
END
}
