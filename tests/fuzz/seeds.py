#!/usr/bin/env python3
"""Seeds for the fuzz targets, taken from the cases.

    tests/fuzz/seeds.py FOLDER

A folder for each target in FOLDER, with a file for each input that its room meets in a case.
"""

import hashlib
import pathlib
import re
import sys

CASES = pathlib.Path(__file__).parent.parent / "cases"
SEED_BYTES_MAX = 4096
EIGHT = bytes(range(8))  # what a target takes off the start of its input as a number


def values(text, name):
    return re.findall(rb"(?im)^" + name + rb":[ \t]*(.*?)\r?$", text)


def seeds_of(text):
    """(target, seed) of one case."""
    head, _, body = text.partition(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    for target in ("session", "head", "framing", "proxy", "line", "octet"):
        yield target, text
    whole = head + b"\r\n\r\n"
    yield "recall", whole + whole + line.replace(b"/", b"/a", 1) + whole[len(line):] + text
    yield "method", line.partition(b" ")[0]
    yield "octet", line
    yield "fields", fields + b"\r\n\r\n"
    yield "chunk", body
    yield "escape", line
    target = line.split(b" ")[1] if line.count(b" ") >= 2 else line
    yield "target", b"\0" + target
    yield "target", b"\2" + target
    yield "path", target.removeprefix(b"/files/").partition(b"?")[0]
    for host in values(text, b"Host"):
        yield "authority", host
    for value in values(text, b"Accept-Encoding"):
        yield "coding", value
        for weight in re.findall(rb"(?i)q=([0-9.]+)", value):
            yield "qvalue", weight
            yield "qvalue", b"q=" + weight
    yield "media_type", b"a.txt\ntext/plain txt text # a comment\n# another\nimage/svg+xml svg\r\n"
    for name in (b"Upload-Complete", b"Upload-Offset", b"Upload-Length"):
        for value in values(text, name):
            yield "item", value
    resumption = [name + b": " + value for name in RESUMPTION for value in values(text, name)]
    if resumption:
        yield "resumption", b"\n".join(resumption)
    for value in values(text, b"Accept"):
        yield "accept", value
    for value in values(text, b"Origin") + values(text, b"Sec-Fetch-Site"):
        yield "origin", b"".join(values(text, b"Host")[:1]) + b"\n" + value
    for value in values(text, b"Authorization"):
        yield "authorization", value
    for value in values(text, b"Range"):
        yield "range", EIGHT + value
        yield "range", b"\1" + EIGHT[1:] + value
    for number, name in enumerate((b"If-Match", b"If-None-Match", b"If-Modified-Since",
                                   b"If-Unmodified-Since", b"If-Range")):
        # The target picks the field by the letter's rest: 100 is a multiple of five.
        for value in values(text, name):
            yield "condition", EIGHT + bytes([100 + number]) + value
            yield "condition", b"\5" + EIGHT[1:] + bytes([100 + number]) + value
            yield ("date" if b"Since" in name else "validator"), EIGHT + value
    for date in values(text, b"Date"):
        yield "date", EIGHT + date


RESUMPTION = (b"Upload-Complete", b"Upload-Offset", b"Upload-Length", b"Upload-Draft-Interop-Version",
              b"Content-Type")
STATE = (b"Progress: 000000000000004096 of 000000000000010000, incomplete\r\n"
         b"Method: PUT\r\nPath: folder/name\r\nIf-None-Match: *\r\n\r\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "upload_state").mkdir(parents=True)
    (folder / "upload_state" / "incomplete").write_bytes(STATE)
    (folder / "status").mkdir()
    for code in range(100, 600, 8):
        codes = "".join(str(code + i) for i in range(8))
        (folder / "status" / str(code)).write_bytes(EIGHT + codes.encode())
    for case in sorted(CASES.glob("*/*.in")):
        for target, seed in seeds_of(case.read_bytes()):
            if 0 < len(seed) <= SEED_BYTES_MAX:
                place = folder / target
                place.mkdir(parents=True, exist_ok=True)
                (place / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


main()
