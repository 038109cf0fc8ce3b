#!/usr/bin/env bats
# Where messages and the access log go when descriptor 2 is the client, or the journal's: to sockets that
# this test puts where a system has its own.

load helper

# Python from stdin, in a mount namespace of its own: an empty /dev and an empty /run, with the function
# sink() at hand.
py_on_own_mounts() {
    [[ $(id -u) = 0 ]] || skip "this needs root"
    unshare --mount true 2>/dev/null || skip "a mount namespace is not permitted here"
    { cat <<'END'; cat; } >"$BATS_TEST_TMPDIR/test.py"
from talk import *

os.chdir(os.environ["BATS_TEST_TMPDIR"])
os.mkdir("files")
null = os.open(os.devnull, os.O_RDWR)
for folder in "/dev", "/run":
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True, stdin=null)

def sink(path, kind=socket.SOCK_DGRAM):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    here = socket.socket(socket.AF_UNIX, kind)
    here.settimeout(LIMIT)
    here.bind(path)
    return here

def received(here):
    return here.recv(65536).decode()

END
    unshare --mount python3 "$BATS_TEST_TMPDIR/test.py" 3>&-
}

@test "the client on descriptor 2: lines of the access log go to the system log" {
    py_on_own_mounts <<'END'
log = sink("/dev/log")
with Perch("--log", "common", kind="unix", client_is_2=True) as perch:
    assert perch.talk.ask("/echo/a").status == 200
    perch.talk.half_close()
    assert perch.talk.rest() == b""
line = received(log)
assert line.startswith(f"<30>perch[{perch.pid}]: ") and '"GET /echo/a HTTP/1.1" 200 1' in line, line
END
}

@test "the client on descriptor 2: messages go to the system log; nowhere where there is none" {
    py_on_own_mounts <<'END'
def complain():
    with Perch("--directory", "missing", kind="unix", client_is_2=True, expect=66) as perch:
        assert perch.talk.rest() == b""
    return perch.pid

complain()
log = sink("/dev/log")
pid = complain()
line = received(log)
assert line.startswith(f'<27>perch[{pid}]: --directory: "missing" can\'t be opened: '), line
with Perch("--log", "common", kind="unix", client_is_2=True) as perch:
    log.close()
    os.unlink("/dev/log")
    assert perch.talk.ask("/echo/a").status == 200
    perch.talk.half_close()
    assert perch.talk.rest() == b""
with Perch("--log", "common", kind="unix", client_is_2=True) as perch:
    assert perch.talk.ask("/echo/a").status == 200
    perch.talk.half_close()
    assert perch.talk.rest() == b""
END
}

@test "descriptor 2 leads to the journal: each line begins with its priority" {
    py_on_own_mounts <<'END'
for path in "/run/systemd/journal/stdout", "/run/systemd/journal.web/stdout":
    server = sink(path, socket.SOCK_STREAM)
    server.listen()
    def stream():
        ours = socket.socket(socket.AF_UNIX)
        ours.connect(path)
        return ours, server.accept()[0]

    ours, theirs = stream()
    with Perch("--directory", "missing", kind="unix", stderr=ours, expect=66) as perch:
        assert perch.talk.rest() == b""
    line = received(theirs)
    assert line.startswith('<3>perch: --directory: "missing" '), line
    ours, theirs = stream()
    with Perch("--log", "common", kind="unix", stderr=ours) as perch:
        for _ in range(20):
            assert perch.talk.ask("/echo/a").status == 200
        assert perch.talk.ask("/nothing", "User-Agent: " + "x" * 2000).status == 404
        perch.talk.half_close()
        perch.wait()
    ours.close()
    lines = Talk(theirs).rest().decode().splitlines()
    assert len(lines) == 21 and all(line.startswith("<6>") for line in lines[:20]), lines
    assert lines[20].startswith("<5>"), lines[20]
for path in "/run/systemd/journal/other", "/run/other/stdout":
    server = sink(path, socket.SOCK_STREAM)
    server.listen()
    ours, theirs = stream()
    with Perch("--directory", "missing", kind="unix", stderr=ours, expect=66) as perch:
        assert perch.talk.rest() == b""
    line = received(theirs)
    assert line.startswith("perch: --directory"), line
END
}

@test "--log journal: fields to the journal's socket; lines where it has none" {
    py_on_own_mounts <<'END'
def ask(**more):
    with Perch("--log", "journal", kind="unix", **more) as perch:
        assert perch.talk.ask("/echo/a%20b", "User-Agent: me").status == 200
        assert perch.talk.ask("/nothing", "Connection: close").status == 404
        perch.talk.half_close()
        assert perch.talk.rest() == b""
        perch.wait()
        return perch.said()

assert '"GET /echo/a%20b HTTP/1.1" 200 3' in ask()
ask(client_is_2=True)
journal = sink("/run/systemd/journal/socket")
assert ask() == ""
first, second = received(journal).splitlines(), received(journal).splitlines()
for line in "PRIORITY=6", "PERCH_STATUS=200", "PERCH_BYTES=3", "PERCH_AGENT=me", "PERCH_NUMBER=1", "SYSLOG_IDENTIFIER=perch":
    assert line in first, (line, first)
assert "PERCH_STATUS=404" in second and "PERCH_NUMBER=2" in second, second
END
}
