#!/usr/bin/env python3
"""Where nginx and lighttpd answer framing otherwise than perch does.

    tests/compat/compat.py           print the table
    tests/compat/compat.py --write   and put it into the README of this folder
    tests/compat/compat.py --check   compare it with the README's; exit 77 where a peer is missing or
                                     of another version than the README's

The requests are those of the cases of GROUPS. An answer is the list of the statuses that come back;
two answers differ where one server refuses a request that the other one serves, whatever it finds at
the path. A server that says nothing is still waiting, and is not compared.
"""

import argparse
import concurrent.futures
import contextlib
import difflib
import fnmatch
import os
import pathlib
import re
import sys

import peers
import cases

README = pathlib.Path(__file__).parent / "README.md"
MARK = "<!-- made by compat.py -->\n"
GROUPS = ["chunked", "framing", "head", "target"]
STATUS = re.compile(rb"HTTP/1\.[01] (\d\d\d) ")
# What a server says of a request that it can't or won't read, whatever its path.
REFUSALS = {400, 411, 413, 414, 415, 417, 431, 494, 500, 501, 505}
SHOWN_MAX = 3
SKIP = 77

# Why perch's answer is the safer one; the first pattern that fits a case counts.
REASONS = [
    ("Line ends", "a server that takes a bare LF or CR for a line end sees other lines than one that "
     "does not, and so other requests (RFC 9112 §2.2 lets both be refused)",
     ["*bare-lf*", "*bare-cr*"]),
    ("Chunk sizes and data", "whoever passes over what the grammar does not have, and a neighbour "
     "who does not, disagree on where the body ends (RFC 9112 §7.1)",
     ["chunked/data-*", "chunked/size-*", "chunked/last-chunk-*",
      "framing/refused-chunked-body-malformed-*"]),
    ("Chunk extensions", "unread, they are room for a second reading of the same octets, and free "
     "traffic; here they are held to the grammar and to 256 octets each, 4096 in all",
     ["chunked/extension*"]),
    ("Trailers", "they are fields: held to the same grammar and limits as those of a head, or they "
     "are where a request hides", ["chunked/trailer*"]),
    ("Bodies that nobody expects", "a GET with a body is a request that the next server may read as "
     "two (RFC 9110 §9.3.1)", ["framing/body-on-*"]),
    ("Content-Length and Transfer-Encoding", "two ways to say the length, or one that is read in "
     "two ways, are what request smuggling is made of (RFC 9112 §6.1, §6.3)",
     ["framing/*", "chunked/coding-*"]),
    ("Obsolete folding", "joined to the line above or taken for a field of its own: RFC 9112 §5.2 "
     "has a server refuse it", ["head/obs-fold-*"]),
    ("Field names and values", "a name that is no token, or a control character, is passed on by one "
     "and cut off by another (RFC 9110 §5.1, §5.5)",
     ["head/control-*", "head/name-*"]),
    ("The request line", "with one SP between three parts there is one way to read it; what forgives "
     "more leaves the next server to guess (RFC 9112 §3)",
     ["head/request-line-*", "head/version-*", "target/byte-above-ascii", "target/fragment"]),
    ("Empty lines", "one is skipped before a request (RFC 9112 §2.2 asks for that), and no second",
     ["head/empty-line-*"]),
    ("Host", "who is asked decides what is answered: missing, twice or malformed it is refused "
     "(RFC 9112 §3.2), and the good forms of RFC 3986 are all taken",
     ["head/host-*", "target/absolute-*"]),
    ("Targets", "each method takes the forms that RFC 9112 §3.2 gives it, and no proxy is played",
     ["target/*"]),
]


def statuses(reply):
    return [int(status) for status in STATUS.findall(reply) if status != b"100"]


def first_refused(answer):
    """Which request of the connection is refused, if one is."""
    return next((i for i, status in enumerate(answer) if status in REFUSALS), None)


def differs(ours, theirs):
    return bool(theirs) and first_refused(ours) != first_refused(theirs)


def reason_of(name):
    for reason in REASONS:
        if any(fnmatch.fnmatch(name, pattern) for pattern in reason[2]):
            return reason
    raise SystemExit(f"compat: {name}: servers differ, and no pattern of REASONS says why ours is "
                     "the safer answer")


def measure(build):
    """{case: [answer of perch, of each peer]} of the cases in which somebody differs."""
    wanted = cases.find_cases(GROUPS)
    answers = {case: [] for case in wanted}
    with concurrent.futures.ThreadPoolExecutor(48) as pool:
        for server in [peers.Perch(build), *peers.PEERS]:
            with server:
                for case, reply in zip(wanted, pool.map(server.ask, wanted)):
                    answers[case].append(statuses(reply))
    return {str(case): row for case, row in answers.items()
            if any(differs(row[0], theirs) for theirs in row[1:])}


def cell(ours, theirs):
    # Which success it is depends on what others have stored meanwhile.
    names = ["2xx" if 200 <= status < 300 else str(status) for status in theirs[:SHOWN_MAX]]
    shown = " ".join(names) + (" …" if len(theirs) > SHOWN_MAX else "")
    return f"**{shown}**" if differs(ours, theirs) else shown or "waits"


def table(rows):
    """The table as text."""
    names = ["perch", *(f"{peer.name} {peer.version()}" for peer in peers.PEERS)]
    text = ""
    for reason in REASONS:
        of_reason = {name: row for name, row in rows.items() if reason_of(name) is reason}
        if not of_reason:
            continue
        text += f"\n### {reason[0]}\n\n{reason[1][0].upper()}{reason[1][1:]}.\n\n"
        text += f"| case | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"
        for name, row in of_reason.items():
            text += f"| {name} | {' | '.join(cell(row[0], theirs) for theirs in row)} |\n"
    return text


def versions_differ(kept):
    """Whether the README was measured with other peers than there are here, and which."""
    for peer in peers.PEERS:
        if not peer.program():
            return f"{peer.name} is not installed"
        if f"| {peer.name} {peer.version()} |" not in kept:
            return f"{peer.name} {peer.version()} is here, and the README is of another version"
    return None


def check(kept, build):
    problem = versions_differ(kept)
    if problem:
        print(problem)
        sys.exit(SKIP)
    # The peers wait for a second where more should come; on a busy machine that may be too short.
    for _ in range(5):
        found = table(measure(build))
        difference = list(difflib.unified_diff(kept.splitlines(), found.splitlines(), "README", "measured",
                                               lineterm="", n=0))
        if not difference:
            break
    print("\n".join(difference))
    sys.exit(bool(difference))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(os.environ.get("BUILD") or "build"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    above, mark, kept = text.partition(MARK)
    if args.check:
        check(kept, args.build.resolve())
    found = table(measure(args.build.resolve()))
    print(found)
    if args.write:
        README.write_text(above + MARK + found, encoding="utf-8")


with contextlib.suppress(BrokenPipeError):
    main()
