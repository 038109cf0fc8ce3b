#!/usr/bin/env python3
"""Runs the cases: request bytes in, reply bytes out, compared exactly.

    tests/cases.py [--build DIR] [--transport T] [--cut C] [GROUP[/NAME] ...]
    tests/cases.py --write GROUP[/NAME] ...

A case is tests/cases/GROUP/NAME.in and NAME.out: all that a client sends on one
connection, and all that it must get back. Each case runs over three transports:

    pipe     perch with a pipe as stdin and one as stdout
    socket   perch with one end of a socket pair as descriptors 0, 1 and 2,
             as inetd would start it
    perchd   perchd on a TCP port of the loopback

and in three cuts:

    whole    the request in one write
    bytes    each byte in a write of its own
    twice    the request two times, back to back in one write

tests/cuts.py has runs with a number for a cut: two writes, the first of so many bytes.

README.md beside this file tells what else a group can hold. The exit code is 0 where all
runs passed, else 1.
"""

import argparse
import concurrent.futures
import dataclasses
import difflib
import email.utils
import fcntl
import fnmatch
import functools
import hashlib
import os
import pathlib
import re
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

CASES = pathlib.Path(__file__).parent / "cases"
TRANSPORTS = ("pipe", "socket", "perchd")
CUTS = ("whole", "bytes", "twice")
RUN_SECONDS = 300
READ_BYTES = 1 << 16
# In single bytes a head takes its time, on a busy machine more than any client has.
PATIENT = [f"--timeout-{clock}={2 * RUN_SECONDS}" for clock in ("first", "head", "idle", "body", "stall")]

DATE = re.compile(
    rb"^Date: (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT\r$",
    re.MULTILINE)
LISTENING = re.compile(rb"^perchd: listening on http://127\.0\.0\.1:(\d+)/$", re.MULTILINE)
PLACEHOLDER = re.compile(rb"\{(etag|mtime) ([^{}\r\n]+)\}")
BOUNDARY = re.compile(rb"^Content-Type: multipart/byteranges; boundary=([0-9a-f]{32})\r$",
                      re.MULTILINE)
CONTINUE = b"{continue}"
CONTINUE_REPLY = b"HTTP/1.1 100 Continue\r\n\r\n"


class Hung(Exception):
    """The run took longer than RUN_SECONDS."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One pair of files."""
    group: pathlib.Path
    name: str

    def __str__(self):
        return f"{self.group.name}/{self.name}"

    def file(self, suffix):
        return self.group / (self.name + suffix)


@dataclasses.dataclass(frozen=True)
class Run:
    """One case over one transport in one cut; where is a perchd that many runs share."""
    case: Case
    transport: str
    cut: str
    build: pathlib.Path
    where: tuple = None

    def __str__(self):
        return f"{self.case} ({self.transport}, {self.cut})"


# ---- Groups ----

def has_room(path):
    """Whether there is as much free where the folders are made as the case needs."""
    needs = path.with_suffix(".room")
    return not needs.exists() or int(needs.read_text()) < shutil.disk_usage(tempfile.gettempdir()).free


def find_cases(filters):
    paths = sorted(CASES.glob("*/*.in"))
    for path in paths:
        if not has_room(path):
            print(f"left out: {path}: there is too little room in {tempfile.gettempdir()}")
    cases = [Case(path.parent, path.stem) for path in paths if has_room(path)]
    if not filters:
        return cases
    return [case for case in cases
            if any(fnmatch.fnmatch(str(case), wanted) or case.group.name == wanted
                   for wanted in filters)]


def changes_its_folder(group):
    return (group / "once").exists()


def fresh_folder(group):
    """A temporary copy of the group's folder, or an empty one."""
    copy = pathlib.Path(tempfile.mkdtemp(prefix="perch-cases-")) / "folder"
    if (group / "folder").is_dir():
        shutil.copytree(group / "folder", copy, symlinks=True)
    else:
        copy.mkdir()
    return copy


def remove_folder(folder):
    shutil.rmtree(folder.parent, ignore_errors=True)


def options_of(group, folder):
    path = group / "options"
    lines = path.read_text().splitlines() if path.exists() else []
    return PATIENT + [line.replace("{folder}", str(folder)) for line in lines if line]


def describe(path, name):
    if path.is_symlink():
        return f"{name} -> {os.readlink(path)}"
    if not path.is_file():
        return f"{name} is no regular file"
    content = path.read_bytes()
    return f"{name} {len(content)} {hashlib.sha256(content).hexdigest()}"


def tree_of(folder):
    """A line for each name in the folder that is no folder itself."""
    return sorted(describe(path, path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_symlink() or not path.is_dir())


def tree_line(line):
    """A line of a .tree file, with a literal content made the hash that tree_of() has."""
    if " -> " in line:
        return line
    name, size, content = line.rsplit(" ", 2)
    if not re.fullmatch("[0-9a-f]{64}", content):
        content = hashlib.sha256(content.encode()).hexdigest()
    return f"{name} {size} {content}"


def expected_tree(case):
    path = case.file(".tree")
    if path.exists():
        return sorted(tree_line(line) for line in path.read_text().splitlines() if line)
    folder = case.group / "folder"
    return tree_of(folder) if folder.is_dir() else []


# ---- Transports ----

class Link:
    """A connection to the program: bytes go to sink and come from source."""

    def __init__(self, sink, source):
        self.sink, self.source = sink, source
        os.set_blocking(sink, False)
        os.set_blocking(source, False)

    def untaken(self):
        """How many bytes were sent and not yet read at the other end."""
        return 0

    def problems(self, seconds):
        """Closes the connection; what else went wrong, as lines."""
        return []


def ioctl_int(descriptor, request):
    return struct.unpack("i", fcntl.ioctl(descriptor, request, b"\0\0\0\0"))[0]


def exit_problems(process, seconds):
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return ["the program did not exit"]
    return [f"exit status {code}"] if code else []


class PipeLink(Link):
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        super().__init__(self.process.stdin.fileno(), self.process.stdout.fileno())
        self.gone = select.poll()
        self.gone.register(self.sink, 0)

    def untaken(self):
        if self.gone.poll(0):
            raise BrokenPipeError
        return ioctl_int(self.sink, termios.FIONREAD)

    def end_sending(self):
        self.process.stdin.close()

    def problems(self, seconds):
        found = exit_problems(self.process, seconds)
        said = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return found + ([f"stderr: {said!r}"] if said else [])


class SocketLink(Link):
    def __init__(self, command):
        self.ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        theirs.close()
        super().__init__(self.ours.fileno(), self.ours.fileno())

    def untaken(self):
        return ioctl_int(self.sink, termios.TIOCOUTQ)

    def end_sending(self):
        half_close(self.ours)

    def problems(self, seconds):
        found = exit_problems(self.process, seconds)
        self.ours.close()
        return found


class TcpLink(Link):
    def __init__(self, port):
        self.ours = socket.create_connection(("127.0.0.1", port), timeout=RUN_SECONDS)
        self.ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(self.ours.fileno(), self.ours.fileno())

    def end_sending(self):
        half_close(self.ours)

    def problems(self, seconds):
        self.ours.close()
        return []


def half_close(ours):
    try:
        ours.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # The other end has closed already.


class Perchd:
    """A perchd on a port that the kernel picks."""

    def __init__(self, build, options):
        self.said = tempfile.TemporaryFile()
        command = [build / "perchd", "--listen", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.said)
        self.port = self.read_port(time.monotonic() + RUN_SECONDS)

    def read_port(self, deadline):
        said = b""
        while not (match := LISTENING.search(said)):
            left = max(0, deadline - time.monotonic())
            ready = select.select([self.process.stdout], [], [], left)[0]
            more = os.read(self.process.stdout.fileno(), READ_BYTES) if ready else b""
            if not more:
                self.process.kill()
                self.process.wait()
                raise SystemExit(f"cases: perchd names no port; it said {said + self.errors()!r}")
            said += more
        return int(match[1])

    def errors(self):
        self.said.seek(0)
        return self.said.read()

    def stop(self):
        """What went wrong, as lines."""
        self.process.terminate()
        found = exit_problems(self.process, RUN_SECONDS)
        self.process.stdout.close()
        said = self.errors() if found else b""
        self.said.close()
        return [f"perchd: {problem}; it said {said!r}" for problem in found]


# ---- One conversation ----

class Talk:
    """Sends a request and gathers the reply; never waits for one while the other could move."""

    def __init__(self, link):
        self.link = link
        self.deadline = time.monotonic() + RUN_SECONDS
        self.got = bytearray()
        self.ended = False
        self.was_reset = False

    def seconds_left(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Hung
        return left

    def receive(self):
        """Takes what is there."""
        try:
            piece = os.read(self.link.source, READ_BYTES)
        except BlockingIOError:
            return
        except ConnectionResetError:
            self.was_reset = True
            piece = b""
        self.got += piece
        self.ended = not piece

    def send(self, piece):
        while piece:
            try:
                piece = piece[os.write(self.link.sink, piece):]
            except BlockingIOError:
                sources = [] if self.ended else [self.link.source]
                select.select(sources, [self.link.sink], [], self.seconds_left())
                if sources:
                    self.receive()

    def await_taken(self):
        """Until the other end has read all; it may have to send first."""
        turns = 0
        while self.link.untaken():
            turns += 1
            if not self.ended:
                self.receive()
            if turns > 200:
                self.seconds_left()
                time.sleep(0.0002)
            else:
                os.sched_yield()

    def send_pieces(self, pieces):
        for piece in pieces:
            self.send(piece)
            self.await_taken()

    def run(self, request, cut):
        try:
            if cut == "bytes":
                self.send_pieces(request[i:i + 1] for i in range(len(request)))
            elif isinstance(cut, int):
                self.send_pieces([request[:cut], request[cut:]])
            else:
                self.send(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server may close before it has read all; what it said counts.
        self.link.end_sending()
        while not self.ended:
            select.select([self.link.source], [], [], self.seconds_left())
            self.receive()


# ---- What is expected ----

def expand(folder, match):
    """The value of a placeholder, from the file that the run has left."""
    kind, name = match[1], os.fsdecode(match[2])
    try:
        facts = os.stat(folder / name)
    except OSError:
        return b"(there is no file %s)" % match[2]
    if kind == b"etag":
        return b'"%x-%x-%x"' % (facts.st_size, facts.st_mtime_ns, facts.st_ino)
    return email.utils.formatdate(facts.st_mtime_ns // 10**9, usegmt=True).encode()


def expected_replies(run, folder):
    """The replies of which one must come, byte by byte.

    Whether 100 Continue is sent depends on whether the body is here already: never where it
    arrived with its head, always where each byte was waited for. Over TCP nobody can tell.
    """
    reply = run.case.file(".out").read_bytes()
    if run.cut == "twice" and b"\r\nConnection: close\r\n" not in reply:
        reply += reply
    reply = PLACEHOLDER.sub(functools.partial(expand, folder), reply)
    without, asked = reply.replace(CONTINUE, b""), reply.replace(CONTINUE, CONTINUE_REPLY)
    if isinstance(run.cut, int):
        return [without, asked]
    if run.cut != "bytes":
        return [without]
    return [asked, without] if run.transport == "perchd" else [asked]


def normalised(reply):
    for boundary in set(BOUNDARY.findall(reply)):
        reply = reply.replace(boundary, b"{boundary}")
    return DATE.sub(b"Date: {date}\r", reply)


def request_of(case, folder):
    """What the client sends; it may name the files' entity tags and times."""
    request = case.file(".in").read_bytes()
    return PLACEHOLDER.sub(functools.partial(expand, folder), request)


def difference(expected, got, names=("expected", "got")):
    """Readable lines: as diff -u, each line as Python would write it."""
    lines = [[repr(line)[1:] for line in text.splitlines(keepends=True)]
             for text in (expected, got)]
    return list(difflib.unified_diff(*lines, *names, lineterm="", n=2))


def tree_problems(case, folder):
    expected, found = expected_tree(case), tree_of(folder)
    if expected == found:
        return []
    return list(difflib.unified_diff(expected, found, "expected tree", "tree", lineterm="", n=0))


# ---- One run ----

def open_link(run, options):
    if run.where:
        return TcpLink(run.where[0])
    command = [run.build / "perch", *options]
    return PipeLink(command) if run.transport == "pipe" else SocketLink(command)


def converse(link, request, cut):
    """The talk, and what went wrong besides the bytes."""
    talk = Talk(link)
    problems = []
    try:
        talk.run(request, cut)
    except Hung:
        problems.append(f"no end within {RUN_SECONDS} s")
    # In single bytes a client may still send while the server has said its last: then the end of
    # the connection, behind the whole reply, may be a reset.
    if talk.was_reset and cut in ("whole", "twice"):
        problems.append("the connection was reset")
    return talk, problems + link.problems(0.01 if problems else RUN_SECONDS)


def judge(run, folder, options):
    """What went wrong, as lines."""
    request = request_of(run.case, folder) * (2 if run.cut == "twice" else 1)
    talk, problems = converse(open_link(run, options), request, run.cut)
    replies = expected_replies(run, folder)
    got = normalised(bytes(talk.got))
    if got not in replies:
        problems += difference(replies[0], got)
    return problems + tree_problems(run.case, folder)


def execute(run):
    """The run and what went wrong in it, as lines."""
    if run.where:
        return run, judge(run, run.where[1], None)
    folder = fresh_folder(run.case.group)
    try:
        options = options_of(run.case.group, folder)
        if run.transport != "perchd":
            return run, judge(run, folder, options)
        perchd = Perchd(run.build, options)
        own = dataclasses.replace(run, where=(perchd.port, folder))
        return run, judge(own, folder, options) + perchd.stop()
    finally:
        remove_folder(folder)


# ---- All runs ----

class SharedPerchds:
    """One perchd for each group whose cases change nothing."""

    def __init__(self, build):
        self.build = build
        self.of_group = {}

    def where(self, group):
        if group not in self.of_group:
            folder = fresh_folder(group)
            self.of_group[group] = (Perchd(self.build, options_of(group, folder)), folder)
        perchd, folder = self.of_group[group]
        return perchd.port, folder

    def stop(self):
        problems = []
        for perchd, folder in self.of_group.values():
            problems += perchd.stop()
            remove_folder(folder)
        return problems


def plan(cases, args, shared):
    for case in cases:
        once = changes_its_folder(case.group)
        for transport in args.transport or TRANSPORTS:
            where = shared.where(case.group) if transport == "perchd" and not once else None
            for cut in args.cut or CUTS:
                if not (once and cut == "twice"):
                    yield Run(case, transport, cut, args.build, where)


def report(run, problems):
    print(f"FAILED {run}")
    for line in problems:
        print(f"    {line}")


def run_all(cases, args):
    failed = 0
    shared = SharedPerchds(args.build)
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        try:
            runs = list(plan(cases, args, shared))
            for run, problems in pool.map(execute, runs, chunksize=4):
                if problems:
                    failed += 1
                    report(run, problems)
        finally:
            stopping = shared.stop()
    for problem in stopping:
        print(f"FAILED {problem}")
    print(f"{len(runs) - failed} passed, {failed + len(stopping)} failed")
    return failed + len(stopping) == 0


# ---- Authoring ----

def write_missing(case, args):
    """What perch says now becomes the .out: to be read by a person before it is believed."""
    if case.file(".out").exists():
        return
    folder = fresh_folder(case.group)
    run = Run(case, "pipe", "whole", args.build)
    link = open_link(run, options_of(case.group, folder))
    talk, problems = converse(link, case.file(".in").read_bytes(), "whole")
    remove_folder(folder)
    for problem in problems:
        print(f"{case}: {problem}")
    case.file(".out").write_bytes(normalised(bytes(talk.got)))
    print(f"{case}: written; read it")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(os.environ.get("BUILD") or "build"))
    parser.add_argument("--transport", action="append", choices=TRANSPORTS)
    parser.add_argument("--cut", action="append", choices=CUTS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="make the .out files that miss")
    parser.add_argument("filters", nargs="*", metavar="GROUP[/NAME]")
    args = parser.parse_args()
    args.build = args.build.resolve()
    return args


def main():
    args = parse_arguments()
    cases = find_cases(args.filters)
    if not cases:
        sys.exit("cases: no case has such a name")
    if args.write:
        for case in cases:
            write_missing(case, args)
    elif not run_all(cases, args):
        sys.exit(1)


if __name__ == "__main__":
    main()
