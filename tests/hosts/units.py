"""The machine of units.bats and deb.bats, from outside it but within its network."""

import json
import re

from readme import README, blocks
from talk import *

STATE = os.environ["MACHINE"]
STORE = "/var/lib/perch/"
GIVE = f"chown --reference {STORE}"  # to perch: its user is there only while it runs
SHARE = 32, 64  # connections of one source, and of all, in perch.socket


def run(*command, check=True, **more):
    """A command inside; what it prints."""
    done = subprocess.run([TESTS + "/hosts/machine", "run", STATE, *command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    assert not check or done.returncode == 0, f"{command}: {done.returncode}: {done.stdout}"
    return done.stdout


def shell(script):
    return run("bash", "-euc", script)


def shown(unit, name):
    return run("systemctl", "show", "--property", name, "--value", unit).strip()


def is_active(unit):
    return run("systemctl", "is-active", unit, check=False).strip() == "active"


def change(socket_unit, text):
    """The settings of its service besides those of the shipped unit."""
    service = "perchd.service" if socket_unit == "perchd.socket" else "perch@.service"
    folder = f"/run/systemd/system/{service}.d"
    shell(f"rm -rf /run/systemd/system/perch*.d; mkdir -p {folder}; printf %s '{text}' >{folder}/test.conf")
    run("systemctl", "daemon-reload")


def begin(socket_unit, text=""):
    """Only this one listens, and nothing is left of before."""
    run("systemctl", "stop", "perch.socket", "perchd.socket", "perchd.service")
    change(socket_unit, text)
    run("systemctl", "start", socket_unit)
    shell(f"rm -rf {STORE}* {STORE}.perch-* || true")


def type_recipe(title):
    """The commands below that heading of the README, inside, but for "make", which has been; and in the
    editors that they open, the settings that stand there. Returns the commands."""
    with open(README, encoding="utf-8") as file:
        section = file.read().split(f"### {title}\n")[1].split("\n### ")[0]
    typed = []
    for _, _, lines in blocks(section):
        if lines[0].startswith("["):
            edited = typed[-1]
            assert edited.startswith("systemctl edit "), edited
            text = "\n".join(lines)
            # An editor wants a terminal.
            shell(f"cat >/run/editor <<'END'\n#!/bin/sh\ncat >\"$1\" <<'SETTINGS'\n{text}\nSETTINGS\nEND\n"
                  f"chmod +x /run/editor; SYSTEMD_EDITOR=/run/editor script -qec '{edited}' /dev/null")
            continue
        for line in lines:
            typed.append(line)
            if not re.match("(make|systemctl edit) ", line):
                shell(line)
    return typed


def instances():
    """Of perch@.service, in any state: one that failed would stay, but for CollectMode=."""
    return run("systemctl", "list-units", "--all", "--plain", "--no-legend", "perch@*.service").split("\n")[:-1]


def failed():
    return run("systemctl", "list-units", "--failed", "--plain", "--no-legend").strip()


def journal(since):
    """The records since then, as dictionaries. journalctl's own matches lose the first behind a cursor."""
    run("journalctl", "--sync")
    lines = run("journalctl", "--output", "json", "--no-pager", since).split("\n")
    return [json.loads(line) for line in lines if line.startswith("{")]


def cursor():
    """To be given to journal(): what comes later."""
    run("journalctl", "--sync")
    return "--after-cursor=" + run("journalctl", "-n", "0", "--show-cursor").rpartition("-- cursor: ")[2].strip()


def connect_from(address):
    return Talk(socket.create_connection(("127.0.0.1", 4221), LIMIT, (address, 0)))


def handler_pids():
    """Of those that serve, or wait for a connection; not of one that sweeps."""
    found = run("pgrep", "-x", "-a", "perch", check=False).splitlines()
    return [int(line.split()[0]) for line in found if "--sweep" not in line]


def uploads_and_downloads():
    """A whole job on one connection."""
    body = os.urandom(3_000_000)
    with connect(4221) as talk:
        assert talk.ask("/echo/hello").body == b"hello"
        assert talk.ask("/files/a", method="PUT", body=body).status == 201
        assert talk.ask("/files/a").body == body
        assert talk.ask("/files/a", method="PUT", body=b"short").status == 204
        assert talk.ask("/files/a").body == b"short"
        assert talk.ask("/files/b", method="POST", body=b"").status == 201
        assert talk.ask("/files/b", method="DELETE").status == 204
        assert talk.ask("/files/b").status == 404
        assert talk.ask("/files/folder/c", method="PUT", body=b"x").status == 409
        shell(f"mkdir {STORE}folder; {GIVE} {STORE}folder")
        assert talk.ask("/files/folder/c", method="PUT", body=b"in a folder").status == 201
        assert talk.ask("/", "Connection: close").status == 200
        talk.ends()
    folder, file = shell(f"stat -c '%u %a' {STORE} {STORE}a").strip().split("\n")
    assert folder.replace("700", "600") == file and not folder.startswith("0 "), (folder, file)


def misbehave():
    """What strangers do. Returns how many connections that were."""
    def garbage(talk):
        talk.send(os.urandom(5000))
        talk.half_close()
        talk.rest()

    def cut_upload(talk):
        talk.send(request("/files/cut", "Content-Length: 1000000", method="PUT") + b"x" * 100000)

    def reset_upload(talk):
        cut_upload(talk)
        talk.reset()

    def reset_download(talk):
        talk.send(request("/files/large") * 4)
        talk.more()
        talk.reset()

    def nothing(talk):
        del talk

    def half_head(talk):
        talk.send("GET / HTTP/1.1\r\nHos")
        talk.half_close()
        assert talk.reply().status == 400

    def too_large(talk):
        talk.send("GET /" + "a" * 20000 + " HTTP/1.1\r\n")
        assert talk.reply().status == 414

    with connect(4221) as talk:
        talk.ask("/")  # with the first connection the store is made
    kinds = [garbage, cut_upload, reset_upload, reset_download, nothing, half_head, too_large]
    shell(f"head -c 10000000 /dev/zero >{STORE}large; {GIVE} {STORE}large")
    for kind in kinds:
        with connect(4221) as talk:
            try:
                kind(talk)
            except ConnectionError:
                pass
    return 1 + len(kinds)


def confinement(pid):
    """Of a handler that serves a connection: what the unit promises, as the kernel has it."""
    status = dict(line.split(":\t", 1) for line in shell(f"cat /proc/{pid}/status").split("\n") if ":\t" in line)
    assert int(status["Uid"].split()[0]) >= 61184, status["Uid"]
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    assert {status[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}, status
    # That perch can confine itself further, the unit lets happen: a launcher must make processes.
    # A spare may just be about to.
    is_launcher = shell(f"cat /proc/{pid}/comm").strip() == "perchd"
    eventually("it has shut itself in", lambda: is_launcher or
               re.search(r"Max processes +0 +0 ", shell(f"cat /proc/{pid}/limits")))
    for kind in "net", "mnt", "user", "ipc", "uts":
        assert shell(f"readlink /proc/{pid}/ns/{kind}") != shell(f"readlink /proc/1/ns/{kind}"), kind
