#!/usr/bin/env bats
# Uploads that are cut and go on: draft-ietf-httpbis-resumable-upload-12. What a single request is
# answered with whatever the folder holds is in cases/resumable.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    [[ -z ${PERCHD_PID:-} ]] || kill "$PERCHD_PID"
}

# Python with what most tests here need.
resumable() {
    { cat <<'END' && cat; } | py
PART = "Content-Type: application/partial-upload"
LIMIT_LINE = f"max-size={16 << 30}, max-age="

def perch(*options, **more):
    return Perch("--directory", "files", *options, **more)

def ask(talk, target, *fields, **more):
    """One request; the interim responses before its answer are in .interim."""
    method = more.get("method", "GET")
    talk.send(request(target, *fields, **more))
    return answer(talk, method)

def answer(talk, method="GET"):
    interim = []
    while (reply := talk.reply(method)).status < 200:
        interim.append(reply)
    reply.interim = interim
    return reply

def begin(talk, name="a", body=b"", *fields, complete=0, method="PUT"):
    reply = ask(talk, "/files/" + name, f"Upload-Complete: ?{complete}", *fields, method=method, body=body)
    assert reply.status == 201 and reply.get("upload-complete") == "?0", reply
    assert reply.get("location").startswith("/uploads/") and len(reply.get("location")) == 41, reply
    return reply.get("location")

def append(talk, resource, offset, body, *fields, complete=0):
    return ask(talk, resource, f"Upload-Complete: ?{complete}", f"Upload-Offset: {offset}", PART, *fields,
               method="PATCH", body=body)

def state(talk, resource, method="HEAD"):
    reply = ask(talk, resource, method=method)
    assert reply.status in (204, 404), reply
    if reply.status == 204:
        assert reply.get("upload-limit").startswith(LIMIT_LINE) and reply.get("cache-control") == "no-store", reply
    return reply

def visible():
    return sorted(name for name in os.listdir("files") if not name.startswith("."))

def hidden():
    return [name for name in os.listdir("files") if name.startswith(".")]
END
}

@test "in parts, by processes that know nothing of each other: POST 201, PUT 201 and 204" {
    resumable <<'END'
data = os.urandom(100000)
for method, status in ("POST", 201), ("POST", 201), ("PUT", 204), ("PUT", 201):
    if status == 201 and method == "PUT":
        os.unlink("files/a")
    with perch() as one:
        resource = begin(one.talk, "a", data[:10], method=method)
    assert visible() in ([], ["a"]) and len(hidden()) >= 2
    offset = 10
    for end in 10, 11, 5000, 99999:
        with perch() as one:
            reply = append(one.talk, resource, offset, data[offset:end])
            assert reply.status == 204 and reply.get("upload-complete") == "?0", reply
            assert reply.get("upload-offset") == str(end) and reply.get("location") is None, reply
            offset = end
            for way in "HEAD", "GET":
                told = state(one.talk, resource, way)
                assert told.get("upload-offset") == str(end) and told.get("upload-complete") == "?0", told
                assert told.get("upload-length") is None, told
    with perch() as one:
        reply = append(one.talk, resource, offset, data[offset:], complete=1)
        assert reply.status == status and reply.get("upload-complete") == "?1", reply
        assert reply.get("location") == "/files/a", reply
        read = one.talk.ask("/files/a")
        assert read.body == data and read.get("etag") == reply.get("etag")
        told = state(one.talk, resource)
        assert told.get("upload-complete") == "?1" and told.get("upload-offset") == "100000", told
        again = append(one.talk, resource, 100000, b"", complete=1)
        assert again.status == 409 and again.get("upload-complete") == "?0", again
        assert ask(one.talk, resource, method="DELETE").status == 204
        assert state(one.talk, resource).status == 404
        assert one.talk.ask("/files/a").body == data
    assert visible() == ["a"] and hidden() == [], os.listdir("files")
END
}

@test "chunked parts, an empty last one, an empty file" {
    resumable <<'END'
with perch() as one:
    resource = begin(one.talk)
    for offset, piece in (0, b"abc"), (3, b"de"):
        one.talk.send(request(resource, "Upload-Complete: ?0", f"Upload-Offset: {offset}", PART,
                              "Transfer-Encoding: chunked", method="PATCH") +
                      b"%x\r\n%s\r\n0\r\n\r\n" % (len(piece), piece))
        assert answer(one.talk).status == 204
    assert append(one.talk, resource, 5, b"", complete=1).status == 201
    assert open("files/a", "rb").read() == b"abcde"
    resource = begin(one.talk, "empty")
    assert append(one.talk, resource, 0, b"", complete=1).status == 201
    assert open("files/empty", "rb").read() == b""
END
}

@test "104 comes first, and to those alone who speak that version; 100 comes, too" {
    resumable <<'END'
with perch() as one:
    reply = ask(one.talk, "/files/a", "Upload-Complete: ?1", "Upload-Draft-Interop-Version: 8", method="PUT",
                body=b"whole")
    assert reply.status == 201 and reply.get("upload-complete") == "?1", reply
    assert reply.get("location") == "/files/a", reply
    (interim,) = reply.interim
    assert interim.status == 104 and interim.get("upload-draft-interop-version") == "8", interim
    assert interim.get("upload-limit") == LIMIT_LINE + "86400", interim
    assert state(one.talk, interim.get("location")).status == 404 and hidden() == []
    for version in "7", "9", "8.0", "?1":
        reply = ask(one.talk, "/files/a", "Upload-Complete: ?1", f"Upload-Draft-Interop-Version: {version}",
                    method="PUT", body=b"whole")
        assert reply.status == 204 and reply.interim == [] and reply.get("upload-complete") is None, reply

    one.talk.send(request("/files/b", "Upload-Complete: ?0", "Upload-Draft-Interop-Version: 8",
                          "Expect: 100-continue", "Content-Length: 3", method="PUT"))
    first, second = one.talk.reply(), one.talk.reply()
    assert (first.status, second.status) == (104, 100), (first, second)
    one.talk.send(b"abc")
    reply = one.talk.reply()
    assert reply.status == 201 and reply.get("location") == first.get("location"), reply
END
}

@test "a connection that is cut keeps what came, whatever cut it" {
    resumable <<'END'
data = os.urandom(300000)
for end in "close", "half_close", "reset":
    for cut in 0, 1, 100000, 299999:
        with perch() as one:
            one.talk.send(request("/files/a", "Upload-Complete: ?1", "Upload-Draft-Interop-Version: 8",
                                  "Content-Length: 300000", method="PUT"))
            resource = one.talk.reply().get("location")
            one.talk.send(data[:cut])
            # What a reset throws away is not to be waited for.
            getattr(one.talk, end)()
        assert visible() == [], visible()
        with perch() as one:
            told = state(one.talk, resource)
            offset = int(told.get("upload-offset"))
            assert offset == cut or (end == "reset" and offset < cut), (end, cut, told)
            assert told.get("upload-length") == "300000" and told.get("upload-complete") == "?0", told
            reply = append(one.talk, resource, offset, data[offset:], complete=1)
            assert reply.status == 201, reply
        assert open("files/a", "rb").read() == data
        os.unlink("files/a")
END
}

@test "offsets and lengths that do not fit: problem details, and the upload can still go on" {
    resumable <<'END'
import json
INCONSISTENT = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"
MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"

def problem(reply, status, kind, **members):
    assert reply.status == status and reply.get("upload-complete") == "?0", reply
    assert reply.get("content-type") == "application/problem+json", reply
    told = json.loads(reply.body)
    assert told["type"] == kind and told["title"], told
    assert all(told[name.replace("_", "-")] == value for name, value in members.items()), told

with perch() as one:
    resource = begin(one.talk, "a", b"abcd", "Upload-Length: 10")
    for wrong in 0, 3, 5, 999999999999999:
        reply = append(one.talk, resource, wrong, b"efghij", complete=1)
        problem(reply, 409, MISMATCH, expected_offset=4, provided_offset=wrong)
        assert reply.get("upload-offset") == "4"
        # In chunks as well: they are read, judged and dropped, and the connection stays.
        for chunk, status in (b"1\r\ne\r\n", 409), (b"1\r\ne\r\n?", 400):
            with perch() as other:
                other.talk.send(request(resource, PART, "Upload-Complete: ?0", f"Upload-Offset: {wrong}",
                                        "Transfer-Encoding: chunked", method="PATCH") + chunk + b"0\r\n\r\n")
                reply = other.talk.reply()
                assert reply.status == status and reply.closes() == (status == 400), reply
    for body, fields, complete in ((b"efghi", (), 1), (b"efghijk", (), 1), (b"efghijk", (), 0),
                                   (b"e", ("Upload-Length: 11",), 0), (b"efghij", ("Upload-Length: 3",), 1)):
        problem(append(one.talk, resource, 4, body, *fields, complete=complete), 400, INCONSISTENT)
    assert state(one.talk, resource).get("upload-length") == "10"

    def append_chunked(body):
        one.talk.send(request(resource, "Upload-Complete: ?1", "Upload-Offset: 4", PART,
                              "Transfer-Encoding: chunked", method="PATCH") +
                      b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        return answer(one.talk)

    # Only when it is all here it turns out to be less than was said.
    problem(append_chunked(b"efghi"), 400, INCONSISTENT)
    assert state(one.talk, resource).get("upload-offset") == "9"
    assert append(one.talk, resource, 9, b"j", complete=1).status == 201
    assert open("files/a", "rb").read() == b"abcdefghij"

# More than was said: the upload is of no use any more.
with perch() as one:
    resource = begin(one.talk, "b", b"abcd", "Upload-Length: 10")
    problem(append_chunked(b"efghijk"), 400, INCONSISTENT)
with perch() as one:
    assert state(one.talk, resource).status == 404
    assert visible() == ["a"]
END
}

@test "--max-body is for the whole, and told as a limit" {
    resumable <<'END'
with perch("--max-body", "10") as one:
    reply = ask(one.talk, "/files/a", method="OPTIONS")
    assert reply.get("upload-limit") == "max-size=10, max-age=86400", reply
    reply = ask(one.talk, "/files/a", "Upload-Complete: ?0", "Upload-Length: 11", method="PUT", body=b"")
    assert reply.status == 413 and reply.get("upload-limit") == "max-size=10, max-age=86400", reply
    LIMIT_LINE = "max-size=10, max-age="
    resource = begin(one.talk, "a", b"abcdef")
    reply = append(one.talk, resource, 6, b"ghijk", complete=1)
    assert reply.status == 413 and reply.get("upload-limit") == "max-size=10, max-age=86400", reply
    one.talk.send(request(resource, "Upload-Complete: ?1", "Upload-Offset: 6", PART,
                          "Transfer-Encoding: chunked", method="PATCH") + b"5\r\nghijk\r\n0\r\n\r\n")
    assert answer(one.talk).status == 413
with perch("--max-body", "10") as one:
    assert append(one.talk, resource, 6, b"ghij", complete=1).status == 201
assert open("files/a", "rb").read() == b"abcdefghij"
END
}

@test "conditions of the first request count at the end" {
    resumable <<'END'
with perch() as one:
    new = begin(one.talk, "a", b"mine", "If-None-Match: *")
    assert one.talk.ask("/files/a", method="PUT", body="theirs").status == 201
    reply = append(one.talk, new, 4, b"", complete=1)
    assert reply.status == 412 and reply.get("upload-complete") == "?1", reply
    assert state(one.talk, new).status == 404
    etag = one.talk.ask("/files/a").get("etag")
    over = begin(one.talk, "a", b"mine", f"If-Match: \"x\", {etag}")
    assert append(one.talk, over, 4, b"", complete=1).status == 204
    over = begin(one.talk, "a", b"mine again", "If-Match: " + one.talk.ask("/files/a").get("etag"))
    assert one.talk.ask("/files/a", method="DELETE").status == 204
    assert append(one.talk, over, 10, b"", complete=1).status == 412
    other = begin(one.talk, "a", b"mine again", "If-None-Match: *")
    # Those of a later request are nobody's concern.
    assert append(one.talk, other, 10, b"", "If-Match: \"x\"", complete=1).status == 201
assert visible() == ["a"]
END
}

@test "DELETE cancels, and ends the request that is at it" {
    resumable <<'END'
with perch() as one, perch() as two:
    one.talk.send(request("/files/a", "Upload-Complete: ?1", "Upload-Draft-Interop-Version: 8",
                          "Content-Length: 100", method="PUT"))
    resource = one.talk.reply().get("location")
    one.talk.send(b"x" * 50)
    assert ask(two.talk, resource, method="DELETE").status == 204
    assert state(two.talk, resource).status == 404
    reply = one.talk.reply()
    assert reply.status == 409 and reply.closes() and reply.get("upload-complete") == "?0", reply
    one.talk.half_close()
    one.talk.ends()
assert os.listdir("files") == []
END
}

@test "who comes later goes on with what came, while the one before still waits" {
    resumable <<'END'
with perch() as one, perch() as two, perch() as three:
    one.talk.send(request("/files/a", "Upload-Complete: ?1", "Upload-Draft-Interop-Version: 8",
                          "Content-Length: 100", method="PUT"))
    resource = one.talk.reply().get("location")
    one.talk.send(b"1" * 50)
    offset = int(state(two.talk, resource).get("upload-offset"))
    assert offset <= 50
    assert one.talk.reply().status == 409
    two.talk.send(request(resource, "Upload-Complete: ?1", f"Upload-Offset: {offset}", PART,
                          f"Content-Length: {100 - offset}", "Expect: 100-continue", method="PATCH"))
    assert two.talk.reply().status == 100
    two.talk.send(b"2" * 10)
    # The same offset is not the right one any more, unless nothing came since.
    reply = append(three.talk, resource, offset, b"3" * (100 - offset), complete=1)
    assert two.talk.reply().status == 409
    if reply.status == 409:
        offset = int(reply.get("upload-offset"))
        reply = append(three.talk, resource, offset, b"3" * (100 - offset), complete=1)
    assert reply.status == 201, reply
    stored = open("files/a", "rb").read()
    assert len(stored) == 100 and stored == b"".join(sorted(stored[i:i + 1] for i in range(100))), stored
END
}

@test "a handler that is killed loses no more than a step, and nothing that was acknowledged" {
    resumable <<'END'
size = 100 << 20
with perch(expect=-signal.SIGKILL) as one:
    one.talk.send(request("/files/a", "Upload-Complete: ?1", "Upload-Draft-Interop-Version: 8",
                          f"Content-Length: {size}", method="PUT"))
    resource = one.talk.reply().get("location")
    block = bytes(range(256)) * 4096
    for _ in range(80):
        one.talk.send(block)
    steps = [one.talk.reply().get("upload-offset") for _ in range(2)]
    one.signal(signal.SIGKILL)
with perch() as one:
    told = int(state(one.talk, resource).get("upload-offset"))
    assert told >= int(steps[1]) >= 64 << 20, (told, steps)
    one.talk.send(request(resource, "Upload-Complete: ?1", f"Upload-Offset: {told}", PART,
                          f"Content-Length: {size - told}", method="PATCH"))
    rest = (block * 2)[told % len(block):][:len(block)]
    left = size - told
    while left:
        one.talk.send(rest[:left])
        left -= min(left, len(rest))
    assert answer(one.talk).status == 201
with open("files/a", "rb") as stored:
    assert all(stored.read(len(block)) == block for _ in range(100)) and stored.read() == b""
END
}

@test "what is lost or too old: 404, and nothing is left" {
    resumable <<'END'
with perch() as one:
    for lose in "data", "state", "octets", "age", "garbage", "folder":
        os.mkdir("files/folder")
        resource = begin(one.talk, "folder/a", b"abcdef")
        token = resource.rpartition("/")[2]
        data, kept = "files/folder/.perch-" + token, "files/.perch-upload-" + token
        if lose == "data":
            os.unlink(data)
        elif lose == "state":
            os.unlink(kept)
            os.unlink(data)
        elif lose == "octets":
            os.truncate(data, 5)
        elif lose == "age":
            os.utime(kept, (0, time.time() - 86401))
            os.unlink(data)
        elif lose == "garbage":
            open(kept, "w").write("x" * 200)
            os.unlink(data)
        else:
            os.unlink(data)
            os.rmdir("files/folder")
        for method in "HEAD", "DELETE":
            assert ask(one.talk, resource, method=method).status == 404, lose
        assert append(one.talk, resource, 6, b"", complete=1).status == 404, lose
        assert hidden() == [], (lose, hidden())
        if lose != "folder":
            assert os.listdir("files/folder") == [], (lose, os.listdir("files/folder"))
            os.rmdir("files/folder")
END
}

@test "a served folder that can't be written to: the whole is stored, parts are refused" {
    need_another_user
    chmod 755 . && mkdir files/open && chmod 777 files/open
    resumable <<'END'
import pwd
os.chmod("files", 0o755)
nobody = pwd.getpwnam("nobody")
def become():
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
with perch(preexec_fn=become) as one:
    reply = ask(one.talk, "/files/open/a", "Upload-Complete: ?1", "Upload-Draft-Interop-Version: 8", method="PUT",
                body=b"whole")
    assert reply.status == 201 and reply.interim == [] and reply.get("upload-complete") is None, reply
    reply = ask(one.talk, "/files/open/b", "Upload-Complete: ?0", method="PUT", body=b"part")
    assert reply.status == 501, reply
assert one.said() == "" and os.listdir("files/open") == ["a"], one.said()
END
}

@test "a full disk in the middle: 507, and what came is kept" {
    own_file_system <<'END'
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", "files"], check=True)
PART = "Content-Type: application/partial-upload"
with Perch("--directory", "files") as perch:
    perch.talk.send(request("/files/a", "Upload-Complete: ?0", method="PUT", body=b"x" * 200000))
    resource = perch.talk.reply().get("location")
    perch.talk.send(request(resource, "Upload-Complete: ?1", "Upload-Offset: 200000", PART,
                            "Expect: 100-continue", "Content-Length: 600000", method="PATCH"))
    reply = perch.talk.reply()
    assert reply.status == 507 and reply.get("upload-complete") == "?0", reply
for _ in range(2):
    with Perch("--directory", "files") as perch:
        told = perch.talk.ask(resource, method="HEAD")
        assert told.status == 204 and told.get("upload-offset") == "200000", told
with Perch("--directory", "files") as perch:
    perch.talk.send(request(resource, "Upload-Complete: ?1", "Upload-Offset: 200000", PART, method="PATCH", body=b"y"))
    assert perch.talk.reply().status == 201
assert open("files/a", "rb").read() == b"x" * 200000 + b"y"
END
}

@test "the client of tests/resume.py: a connection that is cut ten times" {
    start_perchd --directory files
    LARGE=$(mktemp -p "$BATS_TEST_TMPDIR")
    head -c 50000000 /dev/urandom >"$LARGE"
    py "$LARGE" <<'END'
from resume import Upload
cuts = [1, 300000, *range(5000000, 45000000, 5000000)]
passed = 0

def sent(count):
    global passed
    passed += count
    if cuts and passed > cuts[0]:
        del cuts[0]
        raise ConnectionError("cut")

with open(sys.argv[1], "rb") as file:
    upload = Upload(os.environ["URL"] + "/files/large", file, sent=sent)
    answer = upload.run(pause=0)
assert answer.status == 201 and not cuts, (answer, cuts)
assert upload.requests >= 1 + 2 * 10, upload.requests
END
    cmp "$LARGE" files/large
    run -0 python3 "$TESTS/resume.py" "$LARGE" "$URL/files/large" 3>&-
    # shellcheck disable=SC2154
    [[ $output = "204 in 1 requests" ]]
    run -1 python3 "$TESTS/resume.py" "$LARGE" "$URL/files/missing/large" 3>&-
    [[ $output = "409 in 1 requests"*"does not exist"* ]]
    stop_perchd
}
