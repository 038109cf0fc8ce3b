#!/usr/bin/env bats
# The units under a real systemd, installed by "make install" and booted for these tests alone.

load ../helper
load hosts

setup_file() {
    MACHINE=$(mktemp -d "${TMPDIR:-/tmp}/perch-machine.XXXXXX")
    export MACHINE NOT_HERE=
    if grep -q __asan_init "$PERCH"; then
        NOT_HERE="the sanitizers need more than the units allow: memory, and pages to write and execute"
        return
    fi
    # shellcheck disable=SC2016 # $1 is the script's
    printf 'make -s -C "%s" install BUILD="%s" DESTDIR="$1" >&2\n' "$TOP" "$BUILD" >"$MACHINE/prepare"
    local code=0
    "$TESTS/hosts/machine" start "$MACHINE" 2>"$MACHINE/said" 3>&- || code=$?
    if [ "$code" = 77 ]; then
        NOT_HERE=$(tail -n 1 "$MACHINE/said")
    elif [ "$code" != 0 ]; then
        cat "$MACHINE/said" >&2
        return 1
    fi
}

teardown_file() {
    "$TESTS/hosts/machine" stop "$MACHINE"
    rm -rf "$MACHINE"
}

setup() {
    [ -z "$NOT_HERE" ] || skip "$NOT_HERE"
    cd "$BATS_TEST_TMPDIR" || return
}

inside() {
    "$TESTS/hosts/machine" run "$MACHINE" "$@" 3>&-
}

# Python from stdin, in the machine's network, with tests/hosts/units.py at hand.
units() {
    { echo 'from units import *'; cat; } | "$TESTS/hosts/machine" net "$MACHINE" python3 - 3>&-
}

# ---- The files ----

@test "systemd-analyze verify has nothing to say" {
    local pages=yes
    command -v man >/dev/null || pages=no
    run -0 inside systemd-analyze verify --man=$pages perch.socket perch@.service perchd.socket perchd.service \
        perch.slice perch-clean.service perch-clean.timer
    [ -z "$output" ]
}

# The threshold is ten times the exposure that is shown.
@test "systemd-analyze security: at most 0.3 for perch@.service, 1.0 for the others" {
    for unit in perch@.service:3 perchd.service:10 perch-clean.service:10; do
        run -0 systemd-analyze security --offline=true --no-pager "--threshold=${unit#*:}" "$TOP/systemd/${unit%:*}"
        [[ $output == *'Overall exposure level for perch'*' 0.'* ]]
    done
}

# ---- One process a connection: perch.socket ----

@test "perch.socket: uploads and downloads, and nothing stays of a connection" {
    units <<'END'
begin("perch.socket")
uploads_and_downloads()
eventually("the instance is gone", lambda: not instances())
assert not failed() and is_active("perch.socket") and is_active("perch-clean.timer")
END
}

@test "perch.socket: whatever a client does, the instance ends well" {
    units <<'END'
since = cursor()
begin("perch.socket")
count = misbehave()
eventually("all instances are gone", lambda: not instances())
assert not failed()
ends = [record["MESSAGE"] for record in journal(since) if record.get("UNIT", "").startswith("perch@")]
# A client that has gone before systemd could ask who it was gets no instance.
started = sum(text.startswith("Started ") for text in ends)
assert count - 1 <= started <= count and sum("Deactivated successfully" in text for text in ends) == started, ends
assert not any("Failed" in text or "status=" in text for text in ends), ends
END
}

@test "perch.socket: the handler has no network, no rights and a user of its own" {
    units <<'END'
begin("perch.socket")
with connect(4221) as talk:
    assert talk.ask("/").status == 200
    pid, = handler_pids()
    confinement(pid)
    unit, = instances()
    for name, value in ("Slice", "perch.slice"), ("TasksMax", "1"), ("MemoryMax", str(64 << 20)):
        assert shown(unit.split()[0], name) == value, name
for name in "MemoryMax", "MemoryHigh", "TasksMax":
    assert shown("perch.slice", name).isdigit(), name
END
}

@test "perch.socket: so many connections of a source, and of all" {
    units <<'END'
# None of them ends by itself while it takes its time to make the next one.
command = next(line for line in run("systemctl", "cat", "perch@.service").split("\n") if line.startswith("ExecStart="))
begin("perch.socket", f"[Service]\nExecStart=\n{command} --timeout-idle 600\n")
of_source, of_all = SHARE
assert str(of_source) == shown("perch.socket", "MaxConnectionsPerSource")
assert str(of_all) == shown("perch.socket", "MaxConnections")
sources = ["127.0.0.1", "127.0.0.2"]
assert of_all == len(sources) * of_source

def is_served(address):
    talk = connect_from(address)
    try:
        assert talk.ask("/").status == 200
        held.append(talk)
        return True
    except (EOFError, ConnectionError):
        talk.close()
        return False

held = []
for source in sources:
    for _ in range(of_source):
        assert is_served(source)
    assert not is_served(source), f"more than {of_source} of a source"
    if source != sources[-1]:
        assert is_served("127.0.0.9"), "one source keeps others out"
        held.pop().close()
        eventually("it has left", lambda: len(instances()) == len(held))
assert not is_served("127.0.0.9"), f"more than {of_all}"
held.pop().close()
eventually("one has left", lambda: len(instances()) == len(held))
assert is_served("127.0.0.9")
for talk in held:
    talk.close()
eventually("all have left", lambda: not instances())
assert not failed()
END
}

# By default 200 connections in 2 s switch a socket off.
@test "perch.socket: 3000 connections at once don't switch it off" {
    units <<'END'
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
begin("perch.socket")
begun = time.monotonic()
flood = []
for i in range(3000):
    sock = socket.socket()
    sock.bind((f"127.0.1.{1 + i % 100}", 0))
    sock.setblocking(False)
    sock.connect_ex(("127.0.0.1", 4221))
    flood.append(sock)
print(f"{len(flood)} connections in {time.monotonic() - begun:.2f} s")
for sock in flood:
    sock.close()
def answers():
    try:
        with connect(4221) as talk:
            return talk.ask("/echo/still").body == b"still"
    except (EOFError, ConnectionError):
        return False  # it has all the connections that it may have
eventually("it answers", answers)
assert is_active("perch.socket")
eventually("all instances are gone", lambda: not instances())
assert not failed()
END
}

# ---- The launcher: perchd.socket ----

@test "perchd.socket: started by the first connection, uploads and downloads" {
    units <<'END'
begin("perchd.socket")
assert not is_active("perchd.service")
uploads_and_downloads()
assert is_active("perchd.service") and not failed()
END
}

@test "perchd.socket: the status has live counts" {
    units <<'END'
begin("perchd.socket", "[Service]\nExecStart=\nExecStart=/usr/local/bin/perchd --max-per-source 2\n")
status = lambda: shown("perchd.service", "StatusText")
with connect(4221) as one, connect(4221) as two:
    assert one.ask("/").status == two.ask("/").status == 200
    with connect(4221) as three:
        assert three.reply().status == 503
    eventually("two now, one refused", lambda: status() == "2 connections now, 0 served, 1 refused")
eventually("two served", lambda: status() == "0 connections now, 2 served, 1 refused")
END
}

@test "perchd.socket: whatever a client does, nothing ends badly" {
    units <<'END'
since = cursor()
begin("perchd.socket")
count = misbehave()
eventually("all are served", lambda: shown("perchd.service", "StatusText").startswith(f"0 connections now, {count} "))
said = [record["MESSAGE"] for record in journal(since) if record["SYSLOG_IDENTIFIER"] == "perchd"]
assert len(said) == 1 and said[0].startswith("perchd: listening on http://127.0.0.1:4221/"), said
assert not failed() and shown("perchd.service", "NRestarts") == "0"
END
}

@test "perchd.socket: launcher and handlers have no network, no rights and a user of their own" {
    units <<'END'
begin("perchd.socket")
with connect(4221) as talk:
    assert talk.ask("/").status == 200
    launcher = shown("perchd.service", "MainPID")
    for pid in launcher, *handler_pids():
        confinement(pid)
    # The slice has a limit of memory: where that is reached, the launcher is not the one to go.
    limit = shell("cat /sys/fs/cgroup/perch.slice/memory.max || true").strip()
    assert shell(f"cat /proc/{launcher}/oom_score_adj").strip() == "0"
    scores = lambda: shell("".join(f"cat /proc/{pid}/oom_score_adj; " for pid in handler_pids())).split()
    eventually(f"all are to go before it, limit {limit}", lambda: set(scores()) == {"200" if limit.isdigit() else "0"})
assert shown("perchd.service", "Slice") == "perch.slice"
END
}

@test "perchd.service: restarted under load, no connection is refused or broken" {
    units <<'END'
import threading
begin("perchd.socket")
stop, wrong, served = threading.Event(), [], [0, 0, 0]

def once(number):
    with connect(4221) as talk:
        reply = talk.ask(f"/files/{number}", "Connection: close", method="PUT", body=os.urandom(100_000))
        assert reply.status in (201, 204), reply
        talk.ends()

def kept(number):
    """It may end between two requests, and then the next one goes over a new connection: RFC 9112 §9.5."""
    with connect(4221) as talk:
        for i in range(50):
            talk.send(request(f"/echo/{number}-{i}"))
            if not talk.unread and not talk.more():
                assert i > 0, "a new connection was closed without an answer"
                return
            reply = talk.reply()
            assert reply.body == f"{number}-{i}".encode()
            if reply.closes():
                talk.ends()
                return

def client(job, number):
    while not stop.is_set() and not wrong:
        try:
            job(number)
            served[number % 2] += 1
        except Exception as error:
            wrong.append(repr(error))

threads = [threading.Thread(target=client, args=((once, kept)[i % 2], i)) for i in range(8)]
for thread in threads:
    thread.start()
for _ in range(4):
    before = list(served)
    eventually("all kinds are served", lambda: wrong or all(now > then + 3 for now, then in zip(served[:2], before)))
    pid = shown("perchd.service", "MainPID")
    run("systemctl", "restart", "perchd.service")
    assert shown("perchd.service", "MainPID") not in (pid, "0")
stop.set()
for thread in threads:
    thread.join()
assert not wrong, wrong
assert not failed()
END
}

@test "perchd.service: the watchdog is answered, and a launcher that hangs is replaced" {
    units <<'END'
since = cursor()
begin("perchd.socket", "[Service]\nWatchdogSec=6\nTimeoutAbortSec=1\nRestartSec=0\n")
with connect(4221) as talk:
    assert talk.ask("/").status == 200
asked = lambda: shown("perchd.service", "WatchdogTimestampMonotonic")
for _ in range(2):
    last = asked()
    eventually("it is told again", lambda: asked() != last)
assert shown("perchd.service", "NRestarts") == "0"
pid = shown("perchd.service", "MainPID")
shell(f"kill -STOP {pid}")
eventually("it is replaced", lambda: shown("perchd.service", "MainPID") not in (pid, "0"))
with connect(4221) as talk:
    assert talk.ask("/echo/again").body == b"again"
assert any("Watchdog timeout" in record["MESSAGE"] for record in journal(since))
END
}

@test "perchd.service: one that can't start doesn't switch the socket off" {
    units <<'END'
begin("perchd.socket", "[Service]\nExecStart=\nExecStart=/usr/local/bin/perchd --drain never\nRestartSec=0.1\n")
with connect(4221) as talk:
    talk.send(request("/echo/patience"))
    eventually("it was tried often", lambda: int(shown("perchd.service", "NRestarts")) > 6)
    assert is_active("perchd.socket")
    change("perchd.socket", "")
    assert talk.reply().body == b"patience"
END
}

# ---- The README ----

@test "the README's recipe for systemd, typed: from the installed files to the journal" {
    units <<'END'
run("systemctl", "stop", "perch.socket", "perchd.socket", "perchd.service")
change("perch.socket", "")
lines = type_recipe("A pick-up folder on a small VPS, with systemd")
assert lines[0] == "make deps install" and lines[-1] == "journalctl PERCH_STATUS=404", lines
token = shell("cat /etc/perch/tokens").strip()
with connect(80) as talk:
    assert talk.ask("/files/a", method="PUT", body=b"x").status == 401
with connect(80) as talk:
    assert talk.ask("/files/a", "Authorization: Bearer " + token, method="PUT", body=b"x").status == 201
    assert talk.ask("/files/a").body == b"x"
    assert talk.ask("/files/", "Accept: text/plain").body == b"a\n"
    assert talk.ask("/files/not-there").status == 404
eventually("the journal has it", lambda: "GET /files/not-there" in run("journalctl", "PERCH_STATUS=404", check=False))
assert run("systemctl", "is-enabled", "perch.socket").strip() == "enabled" and not failed()
assert refuses(4221)
run("systemctl", "disable", "--now", "perch.socket")
run("systemctl", "revert", "perch.socket", "perch@.service")
shell("rm -r /etc/perch; rm -rf /var/lib/perch/*")
END
}

@test "the README's recipe for xinetd, typed" {
    need xinetd xinetd
    inside mkdir -p /etc/xinetd.d /run/bin /systemd
    inside tee /run/bin/xinetd <"$PROGRAM" >/dev/null
    inside tee /systemd/perch.xinetd <"$TOP/systemd/perch.xinetd" >/dev/null
    inside bash -c 'chmod +x /run/bin/xinetd; echo "includedir /etc/xinetd.d" >/etc/xinetd.conf'
    units <<'END'
run("systemctl", "stop", "perch.socket", "perchd.socket", "perchd.service")
run("systemd-run", "--unit=xinetd", "--property=ExecReload=/bin/kill -HUP $MAINPID",
    "/run/bin/xinetd", "-dontfork", "-stayalive", "-pidfile", "/run/xinetd.pid")
type_recipe("A box with xinetd or inetd")
eventually("it listens", lambda: not refuses(4221))
with connect(4221) as talk:
    assert talk.ask("/files/a", method="PUT", body=b"x").status == 201
    assert talk.ask("/files/a").body == b"x"
assert shell("stat -c '%U %a' /srv/files/a").strip() == "perch 600"
run("systemctl", "stop", "xinetd")
eventually("nobody has its user", lambda: not handler_pids())
shell("userdel -r perch 2>/dev/null; rm /etc/xinetd.d/perch")
END
}

@test "what else the README types for systemd" {
    units <<'END'
from readme import README
commands = [line.strip() for line in open(README) if line.startswith("    systemctl enable")]
assert len(commands) == 3, commands
for command in commands[1:]:
    begin(command.split()[-1])
    shell(command)
    with connect(4221) as talk:
        assert talk.ask("/files/a", method="PUT", body=b"x").status == 201
    shell(command.replace("enable", "disable"))
    assert refuses(4221)
END
}

# ---- Both ----

@test "the journal has the log and the messages, with priorities" {
    units <<'END'
for unit in "perch.socket", "perchd.socket":
    begin(unit)
    since = cursor()
    with connect(4221) as talk:
        assert talk.ask("/echo/logged").status == 200
        shell(f"mkdir {STORE}closed; chmod 700 {STORE}closed")
        assert talk.ask("/files/closed/a", method="PUT", body=b"x").status == 403
    seen = lambda: {(record["PRIORITY"], text) for record in journal(since) for text in ("/echo/logged", "/files/closed/a", "closed/a: Permission denied")
                    if text in str(record["MESSAGE"]) and record["_COMM"] == "perch"}
    wanted = {("6", "/echo/logged"), ("5", "/files/closed/a"), ("4", "closed/a: Permission denied")}
    eventually(f"{unit}: {wanted}, not {seen()}", lambda: seen() >= wanted)
    # The log as fields, to be asked for by their values.
    found = run("journalctl", "--output", "json", "--no-pager", "PERCH_STATUS=403").strip().split("\n")
    assert len(found) == (1 if unit == "perch.socket" else 2), found
    record = json.loads(found[-1])
    assert record["PERCH_REQUEST"] == "PUT /files/closed/a HTTP/1.1", record
    assert record["PERCH_CLIENT"] == "127.0.0.1" and record["PERCH_NUMBER"] == "2", record
    texts = [str(record["MESSAGE"]) for record in journal(since)]
    assert not [text for text in texts if text.startswith("<") or "this kernel lacks" in text], texts
END
}

@test "a secret comes by LoadCredential=" {
    inside bash -c 'umask 077; echo 0123456789abcdef0123456789abcdef >/etc/perch.tokens'
    units <<'END'
for program in "perch", "perchd":
    begin(program + ".socket", "[Service]\nLoadCredential=tokens:/etc/perch.tokens\nExecStart=\n"
          f"ExecStart=/usr/local/bin/{program} --directory /var/lib/perch --token-file %d/tokens\n")
    with connect(4221) as talk:
        assert talk.ask("/files/a", method="PUT", body=b"x").status == 401
    with connect(4221) as talk:
        assert talk.ask("/files/a", "Authorization: Bearer " + "0123456789abcdef" * 2, method="PUT", body=b"x").status == 201
END
}

@test "perch-clean.service: old leftovers of uploads go, and nothing else" {
    units <<'END'
begin("perch.socket")
with connect(4221) as talk:
    talk.ask("/")
shell(f"""cd {STORE}
mkdir -p a/b/c/d
for folder in . a a/b/c/d; do
    touch $folder/.perch-new
    touch -d '25 hours ago' $folder/.perch-old $folder/old $folder/.perchance
done
ln -s /etc .perch-link
{GIVE} -R .""")
run("systemctl", "start", "perch-clean.service")
left = shell(f"cd {STORE}; find . -mindepth 1 -not -type d | sort").split()
assert left == sorted(["./.perch-link"] + [f"{folder}/{name}" for folder in (".", "./a", "./a/b/c/d")
                                           for name in (".perch-new", "old", ".perchance")]), left
assert not failed()
END
}
