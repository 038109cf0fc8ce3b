#!/usr/bin/env python3
"""Raw connections for the tests.

As a module (the tests' Python begins with "from talk import *"): the programs, connections that are
written to byte by byte, replies read strictly, and what the kernel knows of a process.

As a command:
  talk.py say WHERE TEXT ...          send each TEXT (escapes such as \\r\\n are understood), half close,
                                      print what comes until the end
  talk.py gone PID                    wait until a process has ended
  talk.py own-network [-a IP] CMD ... bring loopback up (and give it another address), then run CMD;
                                      meant to be started by unshare --net

Every wait is for an event and ends in an error after LIMIT seconds: far longer than anything takes,
on a machine that has much else to do.
"""

import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

LIMIT = 60
TESTS = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(os.path.dirname(TESTS), os.environ.get("BUILD", "build"))
PERCH = os.environ.get("PERCH", BUILD + "/perch")
PERCHD = os.environ.get("PERCHD", BUILD + "/perchd")


# For a perch whose clocks are not what is tested: on a busy machine its client may be late.
PATIENT = [f"--timeout-{clock}={5 * LIMIT}" for clock in ("first", "head", "idle", "body", "stall")]


# ---- Requests and replies ----


def to_bytes(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def request(target="/", *fields, method="GET", version="1.1", body=None, host="x"):
    """One request; a body brings its Content-Length."""
    lines = [f"{method} {target} HTTP/{version}", f"Host: {host}", *fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return to_bytes("\r\n".join(lines) + "\r\n\r\n") + (to_bytes(body) if body is not None else b"")


class Reply:
    # What a Server field may say; a proxy may have one, and perch none.
    servers = {None}

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ", 2)
        assert parts[0] == "HTTP/1.1" and len(parts) == 3 and len(parts[1]) == 3, lines[0]
        self.status = int(parts[1])
        self.fields = [(name.lower(), value.strip()) for name, value in
                       (line.split(":", 1) for line in lines[1:])]
        self.body = b""
        for name, value in self.fields:
            assert "\n" not in value and "\r" not in value, value
        assert self.get("server") in self.servers, "a Server field"

    def all(self, name):
        return [value for field, value in self.fields if field == name.lower()]

    def get(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands there {len(values)} times"
        return values[0] if values else None

    def closes(self):
        return self.get("connection") == "close"

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:200]!r}"


# ---- Connections ----


class Talk:
    """One end of a connection. Whatever waits, waits LIMIT seconds at most."""

    def __init__(self, sock):
        self.sock = sock
        self.unread = bytearray()
        sock.settimeout(LIMIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.sock.sendall(to_bytes(data))

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def more(self):
        data = self.sock.recv(1 << 18)
        self.unread += data
        return bool(data)

    def _until(self, enough):
        while not enough():
            if not self.more():
                raise EOFError(f"the connection ended after {bytes(self.unread[:500])!r}")

    def reply(self, method="GET"):
        self._until(lambda: b"\r\n\r\n" in self.unread)
        reply = Reply(self._take(self.unread.index(b"\r\n\r\n") + 4)[:-4])
        bodiless = reply.status < 200 or reply.status in (204, 304)
        if bodiless:
            assert reply.get("content-length") is None, reply
        elif method != "HEAD" and reply.get("transfer-encoding") == "chunked":
            reply.body = b"".join(iter(self._chunk, b""))
        elif method != "HEAD":
            reply.body = self._take(int(reply.get("content-length")))
        return reply

    def _take(self, length):
        self._until(lambda: len(self.unread) >= length)
        taken = bytes(self.unread[:length])
        del self.unread[:length]
        return taken

    def _chunk(self):
        """The next chunk's data; empty for the last one. No extensions, no trailers."""
        self._until(lambda: b"\r\n" in self.unread)
        size = self._take(self.unread.index(b"\r\n") + 2)
        data = self._take(int(size, 16))
        assert self._take(2) == b"\r\n"
        return data

    def ask(self, target="/", *fields, method="GET", **more):
        self.send(request(target, *fields, method=method, **more))
        return self.reply(method)

    def rest(self):
        """All that comes until the end."""
        while self.more():
            pass
        return self._take(len(self.unread))

    def ends(self):
        """Nothing more comes but the end."""
        rest = self.rest()
        assert rest == b"", rest[:500]

    def is_silent(self, seconds):
        """Neither a byte nor the end comes in that time. The one wait for what must not happen."""
        return not self.unread and not select.select([self.sock], [], [], seconds)[0]

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()


def connect(where=None):
    """To HOST:PORT, a port of 127.0.0.1, or a unix socket's path; without any, to $PORT."""
    where = str(where or os.environ["PORT"])
    if where.startswith("/"):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(LIMIT)
        sock.connect(where)
        return Talk(sock)
    host, _, port = where.rpartition(":")
    return Talk(socket.create_connection(((host or "127.0.0.1").strip("[]"), int(port)), LIMIT))


def refuses(where=None):
    """Whether nobody listens there, or listens no more."""
    try:
        connect(where).close()
        return False
    except ConnectionError:
        return True


def listener(family=socket.AF_INET):
    sock = socket.socket(family)
    sock.settimeout(LIMIT)
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return sock


def notify_socket(path):
    """The service manager's end, for NOTIFY_SOCKET."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.settimeout(LIMIT)
    sock.bind(path)
    return sock


def tcp_pair():
    with listener() as listening:
        ours = socket.create_connection(listening.getsockname(), LIMIT)
        theirs, _ = listening.accept()
        theirs.settimeout(None)
        return ours, theirs


# ---- Processes ----


def no_leak_search():
    """An environment in which a program built with AddressSanitizer can run under strace."""
    return dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def is_sanitized():
    with open(PERCH, "rb") as program:
        return b"__asan_init" in program.read()


class Process:
    """A program that this test starts, and ends if it must."""

    def __init__(self, command, expect=0, **options):
        self.expect = expect
        self.errors = tempfile.TemporaryFile()
        options.setdefault("stderr", self.errors)
        self.popen = subprocess.Popen(command, **options)
        self.pid = self.popen.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            if self.popen.poll() is None:
                self.popen.kill()
            self.popen.wait()
            sys.stderr.write(self.said())
        else:
            self.wait()

    def wait(self):
        """To its end, which must be with the exit code expected; None: whatever it is."""
        try:
            code = self.popen.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise
        said = self.said()
        assert self.expect in (None, code), f"exit code {code}: {said}"
        assert "Sanitizer" not in said and "runtime error" not in said, said
        return code

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode("latin-1")

    def signal(self, number):
        self.popen.send_signal(number)

    def wait_for_line(self, text, stream=None):
        """Of its stdout or stderr, given as a pipe. Returns the line."""
        stream = stream or self.popen.stdout or self.popen.stderr
        for line in iter(stream.readline, b""):
            if text in line.decode():
                return line.decode()
        raise EOFError(f"it ended without saying {text!r}")

    def peak_kib(self):
        """The most memory it had resident; watched to its end."""
        peak, end = 0, time.monotonic() + 6 * LIMIT
        watched = os.pidfd_open(self.pid)
        while not select.select([watched], [], [], 0.005)[0]:
            peak = status_kib(self.pid, "VmHWM") or peak
            assert time.monotonic() < end, "it does not end"
        os.close(watched)
        return peak


class Perch(Process):
    """perch at one end of a connection, .talk at the other. Only clocks that are set end anything."""

    def __init__(self, *options, kind="tcp", wrapper=(), program=None, client_is_2=False, **more):
        ours, theirs = tcp_pair() if kind == "tcp" else socket.socketpair()
        if client_is_2:
            more["stderr"] = theirs
        super().__init__([*wrapper, program or PERCH, *PATIENT, *options], stdin=theirs, stdout=theirs, **more)
        theirs.close()
        self.talk = Talk(ours)

    def __exit__(self, kind, *rest):
        self.talk.close()
        super().__exit__(kind, *rest)


class Clock:
    """That of a perch which is started with **clock.perch: ahead of the system's by what it was put
    forward. See tests/later/clock.c; need_later, in helper.bash, must have been asked."""

    def __init__(self):
        self.ahead, self.file = 0, tempfile.NamedTemporaryFile()
        self.forward(0)
        self.perch = {"program": BUILD + "/later", "env": dict(os.environ, PERCH_LATER=self.file.name)}

    def forward(self, seconds):
        self.ahead += seconds
        os.pwrite(self.file.fileno(), struct.pack("=q", self.ahead), 0)


def status_kib(pid, name):
    """A line of /proc/PID/status in KiB; None where the process has no memory any more."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_sweeper(pid):
    """What perchd has to remove leftovers when it starts; a zombie tells nothing of that."""
    with open(f"/proc/{pid}/cmdline", "rb") as command:
        return b"--sweep" in command.read().split(b"\0")


def children(pid):
    """The states of its children by their ids, zombies included; not of the one that sweeps."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
        found = {}
        for child in listed.read().split():
            try:
                with open(f"/proc/{child}/stat", encoding="ascii") as stat:
                    state = stat.read().rpartition(")")[2].split()[0]
                if not is_sweeper(child):
                    found[int(child)] = state
            except (FileNotFoundError, ProcessLookupError):
                pass
        return found


def can_be_held(folder):
    """Whether perch holds a file of that folder open between two requests for it, as src/os/held.c has it."""
    said = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout
    return said.strip() in ("ext2/ext3", "xfs", "btrfs", "f2fs", "tmpfs")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def await_taken(perch):
    """Until it has read all that was sent to it over a unix socket, and waits."""
    def waits():
        untaken, = struct.unpack("i", fcntl.ioctl(perch.talk.sock, termios.TIOCOUTQ, bytes(4)))
        with open(f"/proc/{perch.pid}/stat", encoding="ascii") as stat:
            return untaken == 0 and stat.read().rpartition(")")[2].split()[0] == "S"
    eventually("it has read all, and waits", waits)


def catches(pid, number):
    """Whether a process has a handler of its own for that signal."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        caught = next(line.split()[1] for line in status if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> number - 1 & 1)


def has_sent_its_end(talk):
    """Whether the other end of a TCP connection of this machine has shut down its sending, though
    the FIN still waits behind data that nobody reads (FIN-WAIT-1)."""
    ends = [end for name in (talk.sock.getpeername(), talk.sock.getsockname())
            for end in ["%08X:%04X" % (struct.unpack("=I", socket.inet_aton(name[0]))[0], name[1])]]
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1:4] == [*ends, "04"] for line in table)


def eventually(what, condition):
    """For what the kernel sends no event about: asked again and again."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"it never came true: {what}"
        time.sleep(0.005)


def gone(pid):
    """Waits for the end of a process, whoever its parent is."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert select.select([watched], [], [], LIMIT)[0], f"process {pid} does not end"
    os.close(watched)


# ---- As a command ----


def own_network(arguments):
    SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8914, 0x8916, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
        if arguments[0] == "-a":
            address = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(arguments[1]))
            fcntl.ioctl(sock, SIOCSIFADDR, struct.pack("16s16s", b"lo:1", address))
            arguments = arguments[2:]
    os.execvp(arguments[0], arguments)


def main(arguments):
    match arguments:
        case ["say", where, *texts]:
            with connect(where) as talk:
                for text in texts:
                    talk.send(text.encode().decode("unicode_escape"))
                talk.half_close()
                sys.stdout.buffer.write(talk.rest())
        case ["gone", pid]:
            gone(int(pid))
        case ["own-network", _, *_]:
            own_network(arguments[1:])
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main(sys.argv[1:])
