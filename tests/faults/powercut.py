#!/usr/bin/env python3
"""Cuts the power of a disk on which uploads are being stored, and looks at what is left.

    powercut.py [--images N] [--writers N] [--mount OPTIONS] [--expect-loss]

Needs root, and a mount namespace of its own (unshare --mount). perch serves a folder of a small ext4
on a loop device on a disk that remembers (disk.c): what was written to it, and when its cache was
flushed. Several clients create, replace and delete files; each notes how far the disk's log was
before it asked, and when it had its answer.

Afterwards the disk is made anew as it may have been at some moment: half of them the moment at which
a client had its answer, the others any. A disk keeps what it had been told to flush; of what came
after the last flush it may have kept
  flushed  nothing,
  all      everything (a copy of the disk, taken at that moment),
  some     any of it, by blocks.
Each such disk is mounted, so that its journal is replayed, and each name must be as the last answer
before that moment says, or as a request that had begun by then would make it.

--expect-loss: for a perch whose syncs were taken out. Something must be missing, or this test is
not worth anything.

Exit code 77: it can't be done on this system.
"""
import argparse
import bisect
import hashlib
import os
import random
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from talk import BUILD, LIMIT, Perch, request  # noqa: E402

SIZE, BLOCK = 16 << 20, 1024
SIZES = 0, 1, 700, 5000, 40000, 150000
NAMES_OF_A_WRITER = 6


def skip(why):
    print("skip:", why)
    sys.exit(77)


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def content(name, version, size):
    seed = hashlib.sha256(f"{name} {version}".encode()).digest()
    return (seed * (size // len(seed) + 1))[:size]


# ---- Storing, and remembering ----


class Disk:
    """The disk with its ext4, mounted at mnt."""

    def __init__(self, options):
        with open("image", "wb") as image:
            image.truncate(SIZE)
        run("mkfs.ext4", "-q", "-b", str(BLOCK), "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard",
            "image")
        run("cp", "image", "first")
        open("device", "wb").close()
        os.mkdir("mnt")
        os.mkdir("crashed")
        self.program = subprocess.Popen([BUILD + "/faults/disk", "image", "log", "device"],
                                        stdout=subprocess.PIPE)
        if self.program.stdout.readline() != b"ready\n":
            skip("a file system in user space is not permitted here")
        if subprocess.run(["mount", "-o", "loop," + options, "device", "mnt"], check=False).returncode:
            skip("a loop device can't be had or mounted here")

    def now(self):
        return os.stat("log").st_size

    def unmount(self):
        run("umount", "mnt")
        run("umount", "device")
        assert self.program.wait(LIMIT) == 0


class Change:
    """One request, and what it makes of a name: a digest, or None where there is no file then."""

    def __init__(self, begun, digest):
        self.begun, self.digest, self.answered = begun, digest, None


class Writer(threading.Thread):
    """Changes names of its own, one after the other, over a connection of its own."""

    def __init__(self, disk, number, changes):
        super().__init__()
        self.disk, self.number, self.left = disk, number, changes
        self.random = random.Random(number)
        self.history = {f"{'folder/' if i % 2 else ''}{number}-{i}": [] for i in range(NAMES_OF_A_WRITER)}
        self.failure = None

    def run(self):
        try:
            with Perch("--directory", "mnt") as perch:
                for _ in range(self.left):
                    self.change(perch.talk)
        except BaseException as failure:  # pylint: disable=broad-except
            self.failure = failure

    def change(self, talk):
        name = self.random.choice(list(self.history))
        history = self.history[name]
        method = self.random.choice(["PUT", "POST", "PUT", "POST", "DELETE"])
        if method == "DELETE":
            body, wanted = None, (204, 404)
            change = Change(self.disk.now(), None)
        else:
            body, wanted = content(name, len(history), self.random.choice(SIZES)), (201, 204)
            change = Change(self.disk.now(), hashlib.sha256(body).digest())
        history.append(change)
        if body is not None and self.random.random() < 0.3:
            talk.send(request("/files/" + name, "Transfer-Encoding: chunked", method=method) +
                      (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n")
            reply = talk.reply()
        else:
            reply = talk.ask("/files/" + name, method=method, body=body)
        change.answered = self.disk.now()
        assert reply.status in wanted, reply


# ---- The disk as it may have been ----


class Crash:
    """A moment, as a length of the log; and what is kept of what was not flushed by then."""

    def __init__(self, moment, kept):
        self.moment, self.kept = moment, kept


def moments(histories, end, count, rng):
    answers = sorted(change.answered for history in histories.values() for change in history)
    at_answers = [rng.choice(answers) for _ in range(count // 2)]
    at_any = [rng.randrange(end + 1) for _ in range(count - count // 2)]
    return sorted((Crash(moment, ("flushed", "some", "all")[i % 3])
                   for i, moment in enumerate(at_answers + at_any)), key=lambda crash: crash.moment)


def records(log):
    """(where it ends, offset or -1, data)"""
    while head := log.read(16):
        offset, length = struct.unpack("qQ", head)
        data = log.read(length)
        yield log.tell(), offset, data


def disks(crashes, rng):
    """Writes the disk of each crash to the file "lost", and gives the crash."""
    with open("first", "rb") as first, open("log", "rb") as log:
        durable, pending = bytearray(first.read()), []
        to_come = records(log)
        record = next(to_come, None)
        for crash in crashes:
            while record and record[0] <= crash.moment:
                _, offset, data = record
                if offset >= 0:
                    pending += [(offset + at, data[at:at + BLOCK]) for at in range(0, len(data), BLOCK)]
                else:
                    for at, block in pending:
                        durable[at:at + len(block)] = block
                    pending = []
                record = next(to_come, None)
            lost = bytearray(durable)
            for at, block in pending:
                if crash.kept == "all" or (crash.kept == "some" and rng.random() < 0.5):
                    lost[at:at + len(block)] = block
            with open("lost", "wb") as file:
                file.write(lost)
            yield crash


def found(name):
    try:
        with open("crashed/" + name, "rb") as file:
            return hashlib.sha256(file.read()).digest()
    except FileNotFoundError:
        return None


def allowed(history, moment):
    """What a name may be at a moment: as the last answer says, or any later request that had begun."""
    answered = bisect.bisect_right([change.answered for change in history], moment)
    begun = bisect.bisect_right([change.begun for change in history], moment)
    before = history[answered - 1].digest if answered else None
    return {before} | {change.digest for change in history[answered:begun]}


def look(crash, histories):
    """What is wrong with the crashed disk, a line each."""
    wrong = [f"{name} is {'another file' if found(name) else 'not there'}"
             for name, history in histories.items() if found(name) not in allowed(history, crash.moment)]
    listed = set(os.listdir("crashed")) | {"folder/" + name for name in os.listdir("crashed/folder")}
    strange = {name for name in listed - set(histories) - {"folder", "lost+found"}
               if not os.path.basename(name).startswith(".perch-")}
    return wrong + [f"{name} has no business there" for name in strange]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--changes", type=int, default=60, help="of each writer")
    parser.add_argument("--mount", default="rw", metavar="OPTIONS")
    parser.add_argument("--expect-loss", action="store_true")
    arguments = parser.parse_args()
    if os.getuid() != 0 or not os.path.exists("/dev/fuse") or not os.path.exists("/dev/loop-control"):
        skip("this needs root, /dev/fuse and loop devices")

    disk = Disk(arguments.mount)
    os.mkdir("mnt/folder")
    run("sync", "-f", "mnt")
    writers = [Writer(disk, number, arguments.changes) for number in range(arguments.writers)]
    begin = disk.now()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    end = disk.now()
    disk.unmount()
    for writer in writers:
        if writer.failure:
            raise writer.failure
    histories = {name: history for writer in writers for name, history in writer.history.items()}

    rng = random.Random(1)
    crashes = [crash for crash in moments(histories, end, arguments.images, rng)
               if crash.moment >= begin]
    bad = lost = 0
    for crash in disks(crashes, rng):
        run("mount", "-o", "loop", "lost", "crashed")
        wrong = look(crash, histories)
        run("umount", "crashed")
        bad += bool(wrong)
        lost += len(wrong)
        if wrong and not arguments.expect_loss:
            print(f"at {crash.moment} of {end}, {crash.kept}:", *wrong, sep="\n  ")
    changes = sum(map(len, histories.values()))
    print(f"{changes} changes, log of {end} octets, {len(crashes)} images, {bad} of them bad, {lost} names lost")
    sys.exit((bad > 0) != arguments.expect_loss)


main()
