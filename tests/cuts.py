#!/usr/bin/env python3
"""Each case cut at every byte: what a request means may not depend on how it arrives.

    tests/cuts.py [--build DIR] [GROUP[/NAME] ...]

Into two pieces at each place, and into single bytes, by $BUILD/cut, which serves in its own
process over a socket pair (tests/scripted); and at one place each, another for every case, through
the real program. The last line is the sum.
"""

import argparse
import concurrent.futures
import email.utils
import functools
import os
import pathlib
import re
import subprocess
import sys
import zlib

import cases

A_TIME = 1700000000
SUM = re.compile(r"(\d+) passed, (\d+) failed")


def expand(folder, match):
    """An entity tag or a time of a file, as tests/scripted/connection.c lets perch see it."""
    kind, name = match[1], os.fsdecode(match[2])
    if kind == b"etag":
        return b'"%x-%x-1"' % (os.stat(folder / name).st_size, A_TIME * 10**9)
    return email.utils.formatdate(A_TIME, usegmt=True).encode()


def inputs(of_group, folder):
    """The files that hold the requests; those with a placeholder as copies, beside the folder."""
    for case in of_group:
        path = case.file(".in")
        request = cases.PLACEHOLDER.sub(functools.partial(expand, folder), path.read_bytes())
        if request != path.read_bytes():
            copy = folder.parent / path.name
            copy.write_bytes(request)
            copy.with_suffix(".out").write_bytes(case.file(".out").read_bytes())
            path = copy
        yield path


def cut_command(args, group, of_group, folder, part):
    options = cases.options_of(group, folder)
    served = folder if cases.changes_its_folder(group) else "-"
    return [args.build / "cut", served, f"{part}/{args.jobs}", *inputs(of_group, folder),
            "--", *options]


def run_part(args, group, of_group, part):
    """One share of the cuts of a group: passed, failed, what was said."""
    folder = cases.fresh_folder(group)
    try:
        done = subprocess.run(cut_command(args, group, of_group, folder, part), check=False,
                              capture_output=True, text=True, errors="replace")
    finally:
        cases.remove_folder(folder)
    found = SUM.search(done.stdout)
    if not found or (done.returncode != 0 and found[2] == "0"):
        return 0, 1, f"{group.name}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
    said = done.stdout[:found.start()] + done.stderr
    return int(found[1]), int(found[2]), said


def sample(args, case):
    """A case through the real program, at a place that its name picks."""
    length = case.file(".in").stat().st_size
    if length < 2:
        return 0, 0, ""
    transport = ("pipe", "socket")[zlib.crc32(str(case).encode()) % 2]
    place = 1 + zlib.crc32(str(case).encode()) % (length - 1)
    run, problems = cases.execute(cases.Run(case, transport, place, args.build))
    return int(not problems), int(bool(problems)), "".join(
        line + "\n" for line in ([f"FAILED {run}"] + problems if problems else []))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(os.environ.get("BUILD") or "build"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("filters", nargs="*", metavar="GROUP[/NAME]")
    args = parser.parse_args()
    args.build = args.build.resolve()

    wanted = cases.find_cases(args.filters)
    groups = {}
    for case in wanted:
        groups.setdefault(case.group, []).append(case)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = [pool.submit(run_part, args, group, of_group, part)
                   for group, of_group in groups.items() for part in range(args.jobs)]
        results += [pool.submit(sample, args, case) for case in wanted]
        passed = failed = 0
        for result in results:
            ok, not_ok, said = result.result()
            passed, failed = passed + ok, failed + not_ok
            print(said, end="")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
