#!/usr/bin/env bats
# The stages of the "build your own HTTP server" challenge, asserted as its own tester does, through
# your_program.sh. That listens on a fixed port, so each test has a network of its own.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    need_own_network
    # What make was told for the tests is not for the build that your_program.sh asks for.
    unset BUILD STATIC EXTRA CFLAGS MAKEFLAGS MAKEOVERRIDES MAKELEVEL
    make -s -C "$TOP" all >&2
}

# stage: Python from stdin, while "your_program.sh --directory files/" runs.
stage() {
    cat >stage.py <<'END'
from talk import *
import gzip, random, string

PROGRAM = os.environ["TOP"] + "/your_program.sh"
WORDS = ["".join(random.choices(string.ascii_lowercase, k=8)) for _ in range(6)]
INSIDE = os.environ["FILES"] + "/"

def visit():
    return connect("127.0.0.1:4221")

def once(target, *fields, **more):
    """One request on a connection of its own; every reply is held to what all of them owe."""
    with visit() as talk:
        return judged(talk.ask(target, *fields, **more))

def judged(reply):
    assert reply.get("server") is None and reply.get("date") is None, reply
    assert reply.status == 204 or int(reply.get("content-length")) == len(reply.body), reply
    return reply

with Process([PROGRAM, "--directory", INSIDE], stdout=subprocess.PIPE) as server:
    server.wait_for_line("listening on http://127.0.0.1:4221/")
END
    sed 's/^/    /' >>stage.py
    echo '    server.signal(signal.SIGTERM)' >>stage.py
    "${OWN_NETWORK[@]}" python3 stage.py 3>&-
}

@test "stage 1: bind to a port" {
    stage <<'END'
visit().close()
END
}

@test "stage 2: respond with 200" {
    stage <<'END'
assert once("/").status == 200
END
}

@test "stage 3: the path of the URL: 404 for what is not there" {
    stage <<'END'
assert once("/" + WORDS[0]).status == 404
assert once("/").status == 200
END
}

@test "stage 4: respond with a body" {
    stage <<'END'
reply = once("/echo/" + WORDS[0])
assert reply.status == 200 and reply.body.decode() == WORDS[0]
assert reply.get("content-type") == "text/plain" and reply.get("content-length") == "8"
assert reply.get("content-encoding") is None
END
}

@test "stage 5: read a header" {
    stage <<'END'
agent = "/".join(WORDS[:2])
reply = once("/user-agent", "User-Agent: " + agent)
assert reply.status == 200 and reply.body.decode() == agent
assert reply.get("content-type") == "text/plain"
assert once("/user-agent", "user-AGENT: " + agent).body.decode() == agent
END
}

@test "stage 6: concurrent connections" {
    stage <<'END'
talks = [visit() for _ in range(10)]
for talk in reversed(talks):
    talk.send(request("/"))
for talk in talks:
    assert judged(talk.reply()).status == 200
    talk.close()
END
}

@test "stage 7: return a file" {
    stage <<'END'
text = " ".join(WORDS)
open(INSIDE + WORDS[0], "w").write(text)
reply = once("/files/" + WORDS[0])
assert reply.status == 200 and reply.body.decode() == text
assert reply.get("content-type") == "application/octet-stream"
assert reply.get("content-length") == str(len(text))
assert once("/files/non-existent" + WORDS[1]).status == 404
END
}

@test "stage 8: read the request body" {
    stage <<'END'
text = " ".join(WORDS)
reply = once("/files/" + WORDS[0], "Content-Type: application/octet-stream", method="POST", body=text)
assert reply.status == 201, reply
assert open(INSIDE + WORDS[0]).read() == text
END
}

@test "stage 9: compression headers" {
    stage <<'END'
reply = once("/echo/" + WORDS[0], "Accept-Encoding: gzip")
assert reply.status == 200 and reply.get("content-encoding") == "gzip"
assert reply.get("content-type") == "text/plain"
reply = once("/echo/" + WORDS[0], "Accept-Encoding: invalid-encoding")
assert reply.status == 200 and reply.get("content-encoding") is None
assert reply.body.decode() == WORDS[0]
END
}

@test "stage 10: multiple compression schemes" {
    stage <<'END'
reply = once("/echo/" + WORDS[0], "Accept-Encoding: invalid-encoding-1, gzip, invalid-encoding-2")
assert reply.status == 200 and reply.get("content-encoding") == "gzip"
reply = once("/echo/" + WORDS[0], "Accept-Encoding: invalid-encoding-1, invalid-encoding-2")
assert reply.status == 200 and reply.get("content-encoding") is None
END
}

@test "stage 11: gzip compression" {
    stage <<'END'
reply = once("/echo/" + WORDS[0], "Accept-Encoding: gzip")
assert reply.get("content-encoding") == "gzip"
assert gzip.decompress(reply.body).decode() == WORDS[0]
assert int(reply.get("content-length")) == len(reply.body)
END
}

@test "stage 12: persistent connections" {
    stage <<'END'
with visit() as talk:
    reply = judged(talk.ask("/echo/" + WORDS[0]))
    assert reply.body.decode() == WORDS[0] and not reply.closes()
    reply = judged(talk.ask("/user-agent", "User-Agent: " + WORDS[1]))
    assert reply.body.decode() == WORDS[1] and not reply.closes()
    assert judged(talk.ask("/")).status == 200
END
}

@test "stage 13: multiple concurrent persistent connections" {
    stage <<'END'
talks = [visit() for _ in range(3)]
for i in range(3):
    for talk, word in zip(talks, WORDS):
        talk.send(request("/echo/" + word + str(i)))
    for talk, word in reversed(list(zip(talks, WORDS))):
        assert judged(talk.reply()).body.decode() == word + str(i)
for talk in talks:
    talk.close()
END
}

@test "stage 14: connection closure" {
    stage <<'END'
with visit() as talk:
    assert not judged(talk.ask("/")).closes()
    reply = judged(talk.ask("/echo/" + WORDS[0], "Connection: close"))
    assert reply.body.decode() == WORDS[0] and reply.closes()
    talk.ends()
END
}
