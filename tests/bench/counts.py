#!/usr/bin/env python3
"""What a request on a kept connection costs the handler, without noise: instructions by callgrind, and
for two of them the pages that they touch by lackey, both in user mode.

    tests/bench/counts.py [--write]

Compares $BUILD/perch with counts.json beside this file, and fails where a count has grown by more than
5 %; --write makes the file anew. Other compilers and libraries give other counts: where they are not those
of the file, a line says so and nothing is compared. valgrind knows no openat2(2), so that a file is
opened by the way that old kernels need.
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "counts.json")
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
GROWTH = 1.05
FEW, MANY = 2, 52  # sixteen times that are fewer requests than a connection may have
PAGE = 4096


def get(target, *fields):
    return "".join(line + "\r\n" for line in (f"GET {target} HTTP/1.1", "Host: 127.0.0.1:4221", *fields, "")).encode()


BROWSER = ("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
           "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
           "Accept-Language: en-US,en;q=0.5", "Connection: keep-alive", "Sec-Fetch-Site: none")
# What is sent, and how many requests that is.
KINDS = {
    "GET /": (get("/"), 1),
    "GET /, as a browser": (get("/", *BROWSER), 1),
    "echo": (get("/echo/abc"), 1),
    "echo in gzip": (get("/echo/abc", "Accept-Encoding: gzip"), 1),
    "1 KiB file": (get("/files/1k"), 1),
    "echo, pipelined 16 deep": (get("/echo/abc") * 16, 16),
}


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]


def made_by():
    """What the counts depend on, besides the sources."""
    musl = subprocess.run(["/lib/ld-musl-x86_64.so.1"], capture_output=True, text=True, check=False) \
        if os.path.exists("/lib/ld-musl-x86_64.so.1") else None
    version = re.search(r"Version (\S+)", musl.stderr) if musl else None
    with open(f"{BUILD}/commands") as file:
        commands = file.read()
    return {"compiler": first_line("gcc", "--version"), "libc": f"musl {version.group(1)}" if version else "none",
            "valgrind": first_line("valgrind", "--version"),
            "build": commands.split()[0] + (" -O2" if " -O2 -g " in commands else " by other flags")}


def more(connection):
    got = connection.recv(65536)
    assert got, "perch has ended under valgrind"
    return got


def take_reply(connection, got):
    """What is behind one whole reply."""
    while b"\r\n\r\n" not in got:
        got += more(connection)
    head, _, rest = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
    while len(rest) < length:
        rest += more(connection)
    return rest[length:]


def serve(tool, text, replies, times, folder):
    """Sends the text so often to a perch under that tool of valgrind."""
    ours, theirs = socket.socketpair()
    options = ["--directory", folder, "--sandbox", "off", *(["--user", "root"] if os.geteuid() == 0 else [])]
    with subprocess.Popen(["valgrind", "-q", *tool, f"{BUILD}/perch", *options], stdin=theirs, stdout=theirs,
                          stderr=subprocess.DEVNULL) as process:
        theirs.close()
        for _ in range(times):
            ours.sendall(text)
            got = b""
            for _ in range(replies):
                got = take_reply(ours, got)
        ours.close()
        assert process.wait() == 0


def instructions(text, replies, times, folder):
    out = os.path.join(folder, "out")
    serve(["--tool=callgrind", f"--callgrind-out-file={out}"], text, replies, times, folder)
    with open(out) as file:
        return int(re.search(r"^totals: (\d+)", file.read(), re.M).group(1))


def per_request(text, replies, folder):
    few, many = (instructions(text, replies, times, folder) for times in (FEW, MANY))
    return round((many - few) / (MANY - FEW) / replies)


def pages(text, folder):
    """Of the last request but one: from where what runs once for each runs to where it runs again."""
    out = os.path.join(folder, "trace")
    times = 20
    serve(["--tool=lackey", "--trace-mem=yes", f"--log-file={out}"], text, 1, times, folder)
    with open(out) as file:
        touched = [(line[0] == "I", int(line[3:].split(",")[0], 16)) for line in file
                   if line[:2] in ("I ", " L", " S", " M")]
    runs = {}
    for i, (is_code, place) in enumerate(touched):
        if is_code:
            runs.setdefault(place, []).append(i)
    turns = max((at for at in runs.values() if len(at) == times), key=lambda at: at[-1] - at[0])
    return len({place // PAGE for _, place in touched[turns[-3]:turns[-2]]})


def count_all():
    with tempfile.TemporaryDirectory(prefix="perch-counts-") as folder:
        os.chmod(folder, 0o777)
        with open(os.path.join(folder, "1k"), "wb") as file:
            file.write(bytes(1024))
        counts = {name: per_request(text, replies, folder) for name, (text, replies) in KINDS.items()}
        return {**counts, "pages of an echo": pages(KINDS["echo"][0], folder),
                "pages of a 1 KiB file": pages(KINDS["1 KiB file"][0], folder)}


def main():
    if "--write" in sys.argv[1:]:
        with open(FILE, "w") as file:
            json.dump({"made_by": made_by(), "counts": count_all()}, file, indent=1)
            file.write("\n")
        return 0
    with open(FILE) as file:
        known = json.load(file)
    here = made_by()
    if here != known["made_by"]:
        print("not compared: counts.json is of " + ", ".join(known["made_by"].values()) + "; here are " +
              ", ".join(here.values()))
        return 0
    grown = False
    for name, count in count_all().items():
        before = known["counts"].get(name, 0)
        says = "" if count <= before * GROWTH else "  more than 5 % more: is it worth it? then tests/bench/counts.py --write"
        grown = grown or bool(says)
        print(f"{name:28} {count:6}, was {before:6}{says}")
    return int(grown)


if __name__ == "__main__":
    sys.exit(main())
