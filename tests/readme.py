#!/usr/bin/env python3
"""Types what README.md tells a reader to type, and compares what comes.

    unshare --net tests/talk.py own-network tests/readme.py SCRATCH

SCRATCH is a copy of the tree, built; everything runs there. A block of the README is one of:

- a session: lines that begin with "$ " are run literally, in bash, and what stands below one is what
  it prints; dates, times left and entity tags are taken as they come;
- an excerpt: the text above says "from `FILE`", and its lines are lines of that file, in its order;
- settings for systemd, which begin with "[": tests/hosts/units.bats writes them in the editor that
  "systemctl edit" opens, and runs all commands of systemd;
- commands: each is run as COMMANDS or RULES below say, literally where nothing stands against it.

A line for each failure; the last line is the sum.
"""

import re
import sys

from talk import *

README = os.path.join(os.path.dirname(TESTS), "README.md")
PORT = 4221
ACTIVATED_PORT = 4300

passed = failed = 0


def check(holds, complaint):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(complaint)


# ---- The README ----

def blocks(text):
    """(number of the first line, the text above, the lines without their indentation)"""
    above, lines, first = [], [], 0
    for number, line in enumerate([*text.split("\n"), "end"], 1):
        if line.startswith("    "):
            first = first or number
            lines.append(line[4:])
        elif lines and not line:
            lines.append("")
        else:
            if lines:
                yield first, "\n".join(above), "\n".join(lines).strip("\n").split("\n")
                above, lines, first = [], [], 0
            above.append(line)


def without_comment(line):
    return re.sub(r"\s{2,}#.*", "", line)


# ---- Sessions ----

VARYING = [
    (r"(?m)^(Date|Last-Modified): .*$", r"\1: (a date)"),
    (r'(?m)^ETag: ".*"$', "ETag: (a tag)"),
    (r"max-age=(86400|863\d\d)\b", "max-age=(a day, or what is left of it)"),
    (r"\r", ""),
]


def comparable(text):
    for pattern, stands_for in VARYING:
        text = re.sub(pattern, stands_for, text)
    return text.strip("\n")


def run_session(where, lines):
    commands = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    for command, expected in commands:
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)
        check(done.returncode == 0, f"{where}: {command}: exit code {done.returncode}: {done.stderr}")
        expected = comparable("\n".join(expected))
        got = comparable(done.stdout)
        # A command that stands alone may print: nothing is said of it.
        check(not expected or got == expected, f"{where}: {command}: expected\n{expected}\nbut got\n{got}")


# ---- Excerpts ----

def file_named(above):
    """The file that a block is "from `NAME`", among those that are shipped or that the tests use."""
    for name in reversed(re.findall(r"(?i)\bfrom\s+`([\w@.-]+)`", above)):
        for folder in "tests/hosts/proxies", "systemd":
            if os.path.isfile(f"{folder}/{name}"):
                return f"{folder}/{name}"
    return None


def check_excerpt(where, lines, path):
    with open(path, encoding="utf-8") as file:
        rest = [line.strip() for line in file]
    for line in filter(None, map(str.strip, lines)):
        found = line in rest
        check(found, f"{where}: {line!r} does not stand in {path}, or not in this order")
        if found:
            rest = rest[rest.index(line) + 1:]


# ---- Commands ----

def serve(command):
    """Left running for the sessions, until the end."""
    served = Process(["bash", "-c", "exec " + command], expect=None, stdout=subprocess.PIPE,
                     stdin=subprocess.DEVNULL, start_new_session=True)
    running.append(served)
    try:
        served.wait_for_line("listening")
    except EOFError as error:
        raise EOFError(f"{error}; it said {served.said()}") from error


running = []


def stop_all():
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        if failed:
            print(process.said())


def dry(command):
    """What it would do is found, and nothing is missing for it."""
    subprocess.run(["bash", "-c", command.replace("make ", "make -n ", 1)], check=True, timeout=60,
                   stdout=subprocess.DEVNULL)


def activated(command):
    with Process(["bash", "-c", "exec " + command], expect=None, stdin=subprocess.DEVNULL,
                 stdout=subprocess.DEVNULL) as activate:
        eventually("it listens", lambda: not refuses(ACTIVATED_PORT))
        with connect(ACTIVATED_PORT) as talk:
            assert talk.ask("/echo/a", "Connection: close").body == b"a"
        activate.signal(signal.SIGTERM)
    # A child that it was about to start may still hold the port, which the next one needs.
    eventually("the port is free", lambda: refuses(ACTIVATED_PORT))


def checked(command):
    """Its options are right, with a folder that is there."""
    os.makedirs("folder", exist_ok=True)
    program, _, options = command.partition(" ")
    options = re.sub(r"/(srv/files|var/lib/perch)\b", os.path.abspath("folder"), options)
    subprocess.run(["bash", "-c", f"exec build/{program.rpartition('/')[2]} --check {options}"], check=True,
                   timeout=60, stdout=subprocess.DEVNULL)


def units_exist(command):
    for unit in re.findall(r"perchd?[@\w.-]*\.(?:socket|service|timer|slice)", command):
        assert os.path.isfile("systemd/" + re.sub(r"@[^.]*", "@", unit)), f"there is no {unit}"


# A command and how it is run; why not literally, where it is not.
RULES = [
    (r"make deps run", serve, None),
    (r"build/perchd --listen \S+:4222 .*", serve, None),
    (r"make deps-test test", dry, "it would run this test"),
    (r"make .*", dry, "it builds, installs or measures for minutes; tests of their own do that"),
    (r"systemd-socket-activate .*", activated, None),
    (r"(\S*/)?perchd? .*", checked, "it serves a folder of a real machine; --check judges it"),
    (r"(systemctl|journalctl) .*", units_exist, "there is no systemd here; tests/hosts/units.bats boots one"),
    (r"(.*/etc/(perch|xinetd\.d)|useradd ).*", units_exist, "it is this machine's; tests/hosts/units.bats makes one"),
]


def run_command(where, line):
    command = without_comment(line).strip()
    for pattern, how, _ in RULES:
        if re.fullmatch(pattern, command):
            try:
                how(command)
            except (AssertionError, EOFError, OSError, subprocess.SubprocessError) as error:
                check(False, f"{where}: {command}: {error}")
            else:
                check(True, "")
            return
    check(False, f"{where}: {command}: tests/readme.py has no rule for it")


def text_before(line):
    """The few lines of the README above that one."""
    with open(README, encoding="utf-8") as file:
        return "".join(file.readlines()[max(line - 10, 0):line])


def run_block(first, above, lines):
    where = f"README.md:{first}"
    if lines[0].startswith("$ "):
        run_session(where, lines)
    elif path := file_named(above):
        check_excerpt(where, lines, path)
    elif lines[0].startswith("["):
        check("systemctl edit" in text_before(first), f"{where}: settings of nothing that is edited")
    else:
        for line in filter(None, lines):
            run_command(where, line)


def main(scratch):
    os.chdir(scratch)
    with open(README, encoding="utf-8") as file:
        found = list(blocks(file.read()))
    check(len(found) > 5, "the README has no blocks")
    try:
        for block in found:
            run_block(*block)
    finally:
        stop_all()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
