#!/usr/bin/env python3
"""Many clients on few names, against perchd; served is the folder files of the current one.

    crowd.py readers COUNT      COUNT GETs of a file that is replaced all the time
    crowd.py slow COUNT         a large file, read slowly while it is replaced COUNT times
    crowd.py writers COUNT      COUNT clients at once upload to one name
    crowd.py cuts STEP          uploads cut at each STEP-th octet, while readers compare
    crowd.py kills SECONDS      handlers and perchd are killed at random while uploads go on
    crowd.py resumed MEBIBYTES  one upload over a connection that is lost ten times
"""
import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from talk import LIMIT, PATIENT, PERCHD, Process, children, connect, gone, request  # noqa: E402
from resume import Upload  # noqa: E402

SOCKET = os.path.abspath("socket")


class Perchd(Process):
    """perchd, ready, on a unix socket of the current folder unless told otherwise."""

    def __init__(self, *options, expect=0, listen=SOCKET):
        super().__init__([PERCHD, "--spares", "0", "--listen", listen, "--directory", "files", *PATIENT, *options],
                         expect=expect, stdout=-1)
        try:
            # perchd: listening on http://127.0.0.1:PORT/
            self.where = self.wait_for_line("listening on").strip().rstrip("/").rpartition("/")[2]
        except EOFError:
            print(self.said(), file=sys.stderr)
            raise

    def __exit__(self, kind, *rest):
        if self.expect == 0:
            self.signal(signal.SIGTERM)
        super().__exit__(kind, *rest)


def names():
    return sorted(os.listdir("files"))


def visible():
    return [name for name in names() if not name.startswith(".perch-")]


# ---- Readers ----

SIZES = 0, 90, 4000, 16384, 16385, 70000
PIPELINED = 50
PER_CONNECTION = 1000  # perch's own limit


def version_content(version):
    """A version's content tells its number, from first to last octet."""
    mark = b"%08d" % version
    return (mark * (SIZES[version % len(SIZES)] // len(mark) + 1))[:SIZES[version % len(SIZES)]]


def is_whole(body):
    mark = bytes(body[:8])
    return not mark or (len(mark) == 8 and version_content(int(mark)) == body)


def read_many(count):
    """count GETs over kept connections, several on the way at a time, or more until some versions were
    seen. How many."""
    seen, end = {}, time.monotonic() + LIMIT
    while count or (len(seen) <= 10 and time.monotonic() < end):
        count = count or PER_CONNECTION
        batch = min(count, PER_CONNECTION)
        with connect(SOCKET) as talk:
            for begin in range(0, batch, PIPELINED):
                some = min(PIPELINED, batch - begin)
                talk.send(request("/files/name") * some)
                for _ in range(some):
                    reply = talk.reply()
                    assert reply.status == 200, reply
                    assert is_whole(reply.body), f"torn: {reply.body[:30]} ... {reply.body[-30:]}, {len(reply.body)}"
                    digest = hash(bytes(reply.body))
                    assert seen.setdefault(reply.get("etag"), digest) == digest, "one ETag, two files"
        count -= batch
    return len(seen)


def replace_until(stop):
    """Replaces the file until told to stop. How often."""
    version = 0
    while not stop.is_set():
        with connect(SOCKET) as talk:
            for _ in range(PER_CONNECTION):
                version += 1
                reply = talk.ask("/files/name", method="PUT", body=version_content(version))
                assert reply.status == 204, reply
                if stop.is_set():
                    break
    return version


def readers(count):
    with open("files/name", "wb") as file:
        file.write(version_content(0))
    processes, stop = 4, threading.Event()
    with ProcessPoolExecutor(processes) as pool, ThreadPoolExecutor() as threads:
        # Before there are threads, the processes.
        list(pool.map(abs, range(processes)))
        with Perchd("--durability=rename"):
            writer = threads.submit(replace_until, stop)
            try:
                seen = list(pool.map(read_many, [count // processes] * processes))
            finally:
                stop.set()
            replaced = writer.result()
    assert names() == ["name"], names()
    assert replaced >= min(seen) > 10, (replaced, seen)
    print(f"{count} GETs, {replaced} replacements, at least {min(seen)} of them seen by each reader, none torn")


def slow(count):
    size = 8 << 20
    with open("files/name", "wb") as file:
        file.write(b"a" * size)
    with Perchd("--durability=rename"), connect(SOCKET) as reader, connect(SOCKET) as writer:
        reader.send(request("/files/name"))
        reader.unread += reader.sock.recv(1)  # so that it has begun before the first of the others
        for i in range(count):
            body = bytes([ord("b") + i % 20]) * (size // (1 + i % 3))
            assert writer.ask("/files/name", method="PUT", body=body).status == 204
            reader.unread += reader.sock.recv(size // count // 2)
        reply = reader.reply()
        assert reply.status == 200 and set(reply.body) == {ord("a")} and len(reply.body) == size, \
            (reply, len(reply.body), set(reply.body))
        assert reader.ask("/files/name").body == body
    print(f"{size} octets of one version, read while {count} others came")


# ---- Writers ----


def write_one(number, barrier):
    """Until it is answered: a connection on which nothing has come yet may have to make room."""
    size = random.Random(number).randrange(100000)
    body = (b"%06d" % number * (size // 6 + 1))[:size + 6]
    barrier.wait(LIMIT)
    for _ in range(20):
        with contextlib.suppress(ConnectionError, EOFError), connect(SOCKET) as talk:
            talk.sock.settimeout(LIMIT * 2)
            talk.send(request("/files/name", "Connection: close", method="POST", body=body))
            reply = talk.reply()
            assert reply.status == 201, reply
            return reply.get("etag"), hashlib.sha256(body).digest()
    raise ConnectionError("never answered")


def writers(count):
    threading.stack_size(256 << 10)
    barrier = threading.Barrier(count)
    with Perchd("--max-connections", "64"), ThreadPoolExecutor(count) as pool:
        stored = dict(pool.map(lambda number: write_one(number, barrier), range(count)))
        with connect(SOCKET) as talk:
            reply = talk.ask("/files/name")
    assert len(stored) == count, "two files with one ETag"
    assert stored[reply.get("etag")] == hashlib.sha256(reply.body).digest()
    assert names() == ["name"], names()
    print(f"{count} writers at once, 64 served at a time: one whole body, {len(reply.body)} octets")


# ---- Cuts ----


def compare_until(stop, where, content):
    """Reads the file again and again: it is always the same. How often."""
    count = 0
    while not stop.is_set():
        with connect(where) as talk:
            for _ in range(PER_CONNECTION):
                body = talk.ask("/files/name").body
                assert body == content, f"torn: {body!r}"
                count += 1
                if stop.is_set():
                    break
    return count


def cut_messages():
    body = b"the new content, 0123456789 " * 8
    chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(body[i:i + 50]), body[i:i + 50]) for i in range(0, len(body), 50))
    return [request("/files/name", method="PUT", body=body),
            request("/files/name", "Transfer-Encoding: chunked", method="POST") + chunks + b"0\r\nTrailer: a\r\n\r\n"]


def cut(where, message, at, end):
    with connect(where) as talk:
        talk.send(message[:at])
        getattr(talk, end)()
        if end == "half_close":
            got = talk.rest()
            assert at == 0 or got.startswith(b"HTTP/1.1 400 "), (at, got)


def cuts(step):
    old, stop, count = b"the old content\n", threading.Event(), 0
    with open("files/name", "wb") as file:
        file.write(old)
    with ThreadPoolExecutor() as threads, Perchd(listen="127.0.0.1:0") as perchd:
        comparing = [threads.submit(compare_until, stop, perchd.where, old) for _ in range(2)]
        try:
            for message in cut_messages():
                for at in range(0, len(message), step):
                    for end in "close", "half_close", "reset":
                        cut(perchd.where, message, at, end)
                        count += 1
                        assert not any(reader.done() for reader in comparing)
        finally:
            stop.set()
        compared = sum(reader.result() for reader in comparing)
        for pid in children(perchd.pid):
            gone(pid)
        assert names() == ["name"], names()
        with connect(perchd.where) as talk:
            assert talk.ask("/files/name").body == old
    print(f"{count} uploads cut, {compared} GETs meanwhile: the old file each time")


# ---- Kills ----


class Client(threading.Thread):
    """Uploads to a name of its own, whoever dies meanwhile, and knows what may be there."""

    def __init__(self, number, stop):
        super().__init__()
        self.name, self.stop, self.random = f"name{number}", stop, random.Random(number)
        self.may_be = {None}
        self.stored = self.cut = 0
        self.failure = None

    def run(self):
        try:
            version = 0
            while not self.stop.is_set():
                version += 1
                self.change(version)
                self.look()
        except BaseException as failure:  # pylint: disable=broad-except
            self.failure = failure

    def ask(self, *arguments, **more):
        """None where nobody answers."""
        try:
            with connect(SOCKET) as talk:
                return talk.ask(*arguments, **more)
        except (OSError, EOFError):
            return None

    def change(self, version):
        size = self.random.choice([0, 1000, 50000, 600000])
        body = (b"%s %06d," % (self.name.encode(), version) * (size // 8))[:size]
        if self.random.random() < 0.2:
            reply, new = self.ask("/files/" + self.name, method="DELETE"), None
        else:
            reply, new = self.ask("/files/" + self.name, method="PUT", body=body), body
        if reply:
            assert reply.status in (201, 204, 404), reply
            self.may_be = {new}
            self.stored += 1
        else:
            self.may_be.add(new)
            self.cut += 1

    def look(self):
        end = time.monotonic() + LIMIT
        while not (reply := self.ask("/files/" + self.name)):
            assert time.monotonic() < end, "nobody answers"
        assert reply.status in (200, 404), reply
        found = reply.body if reply.status == 200 else None
        assert found in self.may_be, (self.name, found and found[:40], len(found or b""))
        self.may_be = {found}


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def seconds_of_a_request():
    """From connecting to the answer, as the machine is now."""
    begin = time.monotonic()
    with connect(SOCKET) as talk:
        talk.ask("/echo/a")
    return time.monotonic() - begin


def kill_handlers_until(end, perchd, rng):
    """Kills one at random, again and again, and perchd itself at the end; not so fast that none could
    answer. How many."""
    killed, pause = 0, max(0.01, 2 * seconds_of_a_request())
    while time.monotonic() < end:
        time.sleep(rng.random() * pause)
        pids = [pid for pid, state in children(perchd.pid).items() if state != "Z"]
        if pids:
            kill(rng.choice(pids))
            killed += 1
    kill(perchd.pid)
    return killed


def start_again():
    """perchd, to be killed. For the moment until it turns into perch, a child that the one before had
    just made holds its listening socket, so that the address is in use."""
    end = time.monotonic() + LIMIT
    while True:
        try:
            return Perchd(expect=-signal.SIGKILL)
        except EOFError:
            assert time.monotonic() < end, "it does not start again"


def kills(seconds):
    rng, stop = random.Random(1), threading.Event()
    clients = [Client(number, stop) for number in range(6)]
    end, killed, launchers = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end or (min(killed, sum(client.stored for client in clients)) <= 20 and
                                     time.monotonic() < end + LIMIT):
        with start_again() as perchd:
            if launchers == 0:
                for client in clients:
                    client.start()
            killed += kill_handlers_until(time.monotonic() + rng.random() * 2, perchd, rng)
            launchers += 1
    with start_again() as perchd:
        stop.set()
        for client in clients:
            client.join()
        kill(perchd.pid)
    for client in clients:
        if client.failure:
            raise client.failure
    assert set(visible()) <= {client.name for client in clients}, visible()
    stored, cut_off = sum(client.stored for client in clients), sum(client.cut for client in clients)
    assert stored > 20 and killed > 20
    print(f"{stored} changes answered and {cut_off} cut off, {killed} handlers and {launchers} launchers killed: "
          f"each name old or new, {len(names()) - len(visible())} hidden leftovers")


# ---- Resuming ----


def resumed(mebibytes):
    """At every second cut the handler dies as well."""
    length, rng, cut = mebibytes << 20, random.Random(1), []
    with open("source", "wb") as source:
        for i in range(mebibytes):
            source.write(b"%08d" % i + rng.randbytes((1 << 20) - 8))
    with open("files/name", "wb") as file:
        file.write(b"old")
    cuts = sorted(rng.randrange(length) for _ in range(10))
    sent = 0
    with Perchd(listen="127.0.0.1:0") as perchd:

        def on_sent(count):
            nonlocal sent
            sent += count
            if cuts and sent > cuts[0]:
                del cuts[0]
                cut.append(sent)
                if len(cut) % 2:
                    for pid in children(perchd.pid):
                        kill(pid)
                with connect(perchd.where) as talk:
                    assert talk.ask("/files/name").body == b"old"
                raise ConnectionError("cut")

        begin = time.monotonic()
        with open("source", "rb") as source:
            upload = Upload(f"http://{perchd.where}/files/name", source, sent=on_sent, limit=2 * LIMIT)
            answer = upload.run(pause=0.01)
        seconds = time.monotonic() - begin
        assert answer.status == 204 and not cuts, (answer, cuts)
    subprocess.run(["cmp", "source", "files/name"], check=True)
    assert visible() == ["name"], names()
    os.unlink("source")
    print(f"{mebibytes} MiB over a connection that was lost {len(cut)} times: {sent >> 20} MiB sent in "
          f"{upload.requests} requests and {seconds:.0f} s")


if __name__ == "__main__":
    os.makedirs("files", exist_ok=True)
    {"readers": readers, "slow": slow, "writers": writers, "cuts": cuts, "kills": kills,
     "resumed": resumed}[sys.argv[1]](int(sys.argv[2]))
