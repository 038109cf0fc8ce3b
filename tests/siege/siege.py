"""What the sieges share: another source, whose requests are to be answered all the while."""
import re
import resource
import threading

from talk import *

resource.setrlimit(resource.RLIMIT_NOFILE,
                   (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
SIEGE, SECONDS = int(os.environ["SIEGE"]), int(os.environ["SIEGE_SECONDS"])
# In short form the machine is busy with other tests.
IS_LONG = SIEGE >= 500
VISITOR = "127.0.0.2"


def connect_from(source, port):
    return Talk(socket.create_connection(("127.0.0.1", port), LIMIT, (source, 0)))


def enter_group():
    """Into the control group $GROUP; for a preexec_fn."""
    with open(os.environ["GROUP"] + "/cgroup.procs", "w", encoding="ascii") as procs:
        procs.write(str(os.getpid()))


def elsewhere(work, *arguments):
    """In a process of its own, so that it takes no time of ours. Returns the seconds it took."""
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        try:
            work(*arguments)
            os._exit(0)
        finally:
            os._exit(1)
    gone(pid)
    assert os.waitpid(pid, 0)[1] == 0, "it failed"
    return time.monotonic() - begin


def p99(times):
    times = sorted(times)
    return times[len(times) * 99 // 100]


class Launcher(Process):
    """perchd on .port, with these options; and those of Popen."""

    def __init__(self, *options, **more):
        super().__init__([PERCHD, "--listen", "127.0.0.1:0", "--directory", "files", *PATIENT, *options],
                         stdout=subprocess.PIPE, **more)
        self.port = int(self.wait_for_line("listening on").rstrip("/\n").rpartition(":")[2])

    def __exit__(self, kind, *rest):
        if not kind:
            self.signal(signal.SIGTERM)
        super().__exit__(kind, *rest)


class Visitor:
    """Asks again and again, five times a connection, each answer timed in .times; .failures are
    what it met with instead."""

    def __init__(self, port):
        self.port, self.times, self.failures = port, [], []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        try:
            if not kind:
                eventually("the visitor was there", lambda: self.failures or len(self.times) > 200)
        finally:
            self.over.set()
            self.thread.join()

    def _visit(self):
        with connect_from(VISITOR, self.port) as talk:
            for i in range(5):
                begin = time.monotonic()
                assert talk.ask(f"/echo/{i}").body == str(i).encode()
                self.times.append(time.monotonic() - begin)
                if self.over.wait(0.01):
                    return

    def _run(self):
        while not self.over.is_set():
            try:
                self._visit()
            except (OSError, EOFError, AssertionError) as failure:
                self.failures.append(repr(failure))

    def check(self, limit=0.05):
        """None was lost, and 99 of 100 came within so many seconds."""
        times, late = sorted(self.times), p99(self.times)
        print(f"{len(times)} replies, p50 {times[len(times) // 2] * 1000:.2f} ms, p99 {late * 1000:.2f} ms",
              file=sys.stderr)
        assert not self.failures, self.failures[:3]
        assert is_sanitized() or late < (limit if IS_LONG else 1), late
