"""Two machines with one folder behind HAProxy, and one of them is ended with all of its handlers,
again and again, while clients upload and download. Then each is asked to end, as for an update.

    unshare --net python3 ha.py HAPROXY CONFIGURATION

The network that this is started in is HAProxy's and the clients'; each machine has one of its own,
and a cable to HAProxy.
"""

import collections
import hashlib
import http.client
import random
import threading

import resume

from hosts import *

KILLS = 2 if is_sanitized() else 4
# Between two of them; of each kind of client.
STEPS_BETWEEN = 5 if is_sanitized() else 12
# HAProxy takes such a request whole before it passes it on, and perch writes such a reply at once:
# it can be repeated without the client's noticing.
SMALL = 12000
LARGE = 2 << 20
# What is started ends with this test, however that ends.
WITH_US = ["setpriv", "--pdeathsig=KILL"]


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


class Machine:
    """A network of its own, and perchd in it as the first process of a system of its own: with it
    ends all that it has started, at one moment."""

    def __init__(self, number):
        self.name, self.address = "_ab"[number], f"10.0.{number}.2"
        self.net = Process([*WITH_US, "unshare", "--net", "sleep", "infinity"], expect=-signal.SIGKILL)
        eventually("it has a network", lambda: os.readlink(f"/proc/{self.net.pid}/ns/net") !=
                   os.readlink("/proc/self/ns/net"))
        self.inside = ["nsenter", f"--net=/proc/{self.net.pid}/ns/net"]
        ip("link", "add", f"to-{self.name}", "type", "veth", "peer", "eth0", "netns", str(self.net.pid))
        ip("address", "add", f"10.0.{number}.1/24", "dev", f"to-{self.name}")
        ip("link", "set", f"to-{self.name}", "up")
        subprocess.run([*self.inside, "ip", "address", "add", f"{self.address}/24", "dev", "eth0"], check=True)
        subprocess.run([*self.inside, "ip", "link", "set", "eth0", "up"], check=True)
        self.system = None

    def start(self):
        self.system = Process([*self.inside, *WITH_US, "unshare", "--pid", "--fork", "--mount-proc",
                               *AS_NOBODY, "--pdeathsig=KILL", STAGE + "/bin/perchd", "--listen", "0.0.0.0:4221", "--proxy-protocol",
                               "--max-per-source", "512", "--drain", "60", "--directory", FILES],
                              expect=None, stdout=subprocess.PIPE)
        self.system.wait_for_line("listening")

    def end(self, number=signal.SIGKILL):
        """By default nobody in there gets a chance to do anything any more."""
        [perchd] = children(self.system.pid)
        os.kill(perchd, number)
        code = self.system.wait()
        assert number == signal.SIGKILL or code == 0, f"exit code {code}: {self.system.said()}"


# ---- Clients ----

def digest_of(content):
    return hashlib.sha256(content).digest()


class Load:
    """What clients have been promised, and how often they had to help themselves."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tried = {}   # the digests of what was sent, by name
        self.stored = []  # the names of what was answered with 201 or 204
        self.steps = collections.Counter()
        self.failures = collections.Counter()
        self.complaints = []
        self.stopping = False
        self.download = self.content("download", 4 * LARGE)
        with connect(80) as talk:
            reply = talk.ask("/files/download", method="PUT", body=self.download)
            assert reply.status == 201, reply
            self.download_tag = reply.get("etag")

    def content(self, name, length):
        """What to send under that name, once."""
        content = os.urandom(length)
        self.tried[name] = digest_of(content)
        return content

    def step(self, kind):
        with self.lock:
            self.steps[kind] += 1

    def await_steps(self, more):
        begin = dict(self.steps)
        eventually("each client moves on", lambda: self.complaints or all(
            self.steps[kind] >= begin.get(kind, 0) + more.get(kind, 1) for kind in CLIENTS))


def ask(method, name, body=None, fields=None):
    """One request on a connection of its own; an OSError or HTTPException where it is cut."""
    connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=LIMIT)
    try:
        connection.request(method, "/files/" + name, body, fields or {})
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def small_client(load, name):
    """Puts a file and gets it: neither ever fails."""
    content = load.content(name, random.randrange(SMALL))
    status, _ = ask("PUT", name, content)
    assert status in (201, 204), f"PUT {name}: {status}"
    load.stored.append(name)
    status, got = ask("GET", name)
    assert status == 200 and got == content, f"GET {name}: {status}, {len(got)} of {len(content)} bytes"
    load.step("small")


def until_done(load, kind, attempt):
    """For what can't be repeated but by the client: tried until it is done."""
    while not load.stopping:
        try:
            status = attempt()
        except (OSError, http.client.HTTPException):
            status = "cut"
        if status in (200, 201, 204, 206):
            return True
        assert status == "cut" or status in (502, 503, 504), f"{kind}: {status}"
        load.failures[kind] += 1
    return False


def large_client(load, name):
    content = load.content(name, LARGE)
    if not until_done(load, "large", lambda: ask("PUT", name, content)[0]):
        return
    load.stored.append(name)
    load.step("large")


def post_client(load, name):
    content = load.content(name, random.randrange(SMALL))
    if not until_done(load, "post", lambda: ask("POST", name, content)[0]):
        return
    load.stored.append(name)
    load.step("post")


def download_client(load, name):
    """What a cut download has brought is kept; only the rest is asked for."""
    got = b""

    def attempt():
        nonlocal got
        fields = {"Range": f"bytes={len(got)}-", "If-Range": load.download_tag} if got else {}
        try:
            status, more = ask("GET", "download", None, fields)
        except http.client.IncompleteRead as cut:
            got += cut.partial
            return "cut"
        if status in (200, 206):
            assert (status == 206) == bool(fields), f"{status} to {fields}"
            got += more
        return status

    if until_done(load, "download", attempt):
        assert got == load.download, f"{name}: {len(got)} bytes"
        load.step("download")


def resuming_client(load, name):
    """An upload that goes on where it was cut, on whichever machine is there."""
    with tempfile.TemporaryFile() as file:
        file.write(load.content(name, LARGE))
        file.flush()
        upload = resume.Upload("http://127.0.0.1/files/" + name, file)

        def attempt():
            if upload.resource:
                status = upload.go_on().status
                return "cut" if status == 409 else status  # the last request is not at its end yet
            answer = upload.ask("PUT", upload.target, {"Upload-Complete": "?0", "Content-Length": 0})
            upload.resource = answer.fields.get("location")
            return attempt() if upload.resource else answer.status

        if until_done(load, "resuming", attempt):
            load.stored.append(name)
            load.step("resuming")


CLIENTS = {"small": small_client, "large": large_client, "post": post_client, "download": download_client,
           "resuming": resuming_client}


def run_client(load, kind, number):
    turn = 0
    while not load.stopping:
        try:
            CLIENTS[kind](load, f"{kind}-{number}-{turn}")
        except BaseException as error:  # pylint: disable=broad-except
            load.complaints.append(f"{kind}: {type(error).__name__}: {error}")
            return
        turn += 1


# ---- The test ----

def is_up(stats, machine):
    with connect(stats) as talk:
        talk.send("show stat\n")
        lines = talk.rest().decode().splitlines()
    columns = lines[0].lstrip("# ").split(",")
    rows = [dict(zip(columns, line.split(","))) for line in lines[1:] if line]
    return any(row["svname"] == machine.name and row["status"] == "UP" for row in rows)


def check_folder(load):
    """What was answered is there, and what was not is there whole or not at all. Hidden names are
    leftovers, which perch-clean.timer removes."""
    found = {name for name in os.listdir(FILES) if not name.startswith(".")}
    assert not set(load.stored) - found, f"lost: {set(load.stored) - found}"
    for name in found:
        with open(f"{FILES}/{name}", "rb") as file:
            assert digest_of(file.read()) == load.tried[name], f"{name} is not what was sent"


def restart(machine, load, stats, number):
    """Under load before, meanwhile and behind it."""
    load.await_steps({"small": STEPS_BETWEEN})
    machine.end(number)
    load.await_steps({"small": STEPS_BETWEEN})
    machine.start()
    eventually(f"HAProxy finds {machine.name} again", lambda: is_up(stats, machine))


def check(machines, stats):
    load = Load()
    threads = [threading.Thread(target=run_client, args=(load, kind, number))
               for kind in CLIENTS for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(KILLS):
            restart(machines[turn % 2], load, stats, signal.SIGKILL)
        load.await_steps({})
        cut_before = load.failures["download"]
        for machine in machines:
            restart(machine, load, stats, signal.SIGTERM)
        assert load.failures["download"] == cut_before, "a machine that was asked to end has cut a download"
    finally:
        load.stopping = True
        for thread in threads:
            thread.join()
    assert not load.complaints, load.complaints
    check_folder(load)
    print(f"{len(load.stored)} uploads, all there; clients' own repetitions: {dict(load.failures)}")


def main(haproxy, configuration):
    ip("link", "set", "lo", "up")
    stats = configuration + ".socket"
    with open(configuration, encoding="utf-8") as file:
        text = file.read()
    with open(configuration + ".run", "w", encoding="utf-8") as file:
        # A machine that is only slow is up.
        file.write(text.replace("global\n", f"global\n    stats socket {stats}\n")
                   .replace("defaults\n", "defaults\n    timeout check 30s\n"))
    machines = [Machine(1), Machine(2)]
    proxy = None
    try:
        for machine in machines:
            machine.start()
        proxy = Process([haproxy, "-q", "-db", "-f", configuration + ".run"], expect=None)
        eventually("HAProxy finds both", lambda: os.path.exists(stats) and
                   all(is_up(stats, machine) for machine in machines))
        check(machines, stats)
    finally:
        for machine in machines:
            machine.end()
            machine.net.signal(signal.SIGKILL)
            machine.net.wait()
        if proxy:
            proxy.signal(signal.SIGTERM)
            proxy.wait()


main(*sys.argv[1:])
