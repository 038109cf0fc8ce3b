#!/usr/bin/env python3
"""A second reading of the framing rules, held against perch's.

    tests/model.py [--inputs N] [--seed N]

The rules of RFC 9112, stricter where perch is, once more and in another way: as regular expressions
over the whole input. Inputs are the cases, and what comes of them by chance, the same for the same
seed. For each the model says which requests there are, where each ends and how the first bad one is
refused; perch's replies must say the same, one for each request and none behind the end.

What a well-framed request is answered is not the model's business: the cases tell that.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import types

from talk import LIMIT, PERCH, Reply

CASES = pathlib.Path(__file__).parent / "cases"
INPUT_MAX = 9000

LINE_MAX, HEAD_MAX, FIELDS_MAX, BODY_MAX, SKIP_MAX = 8192, 16384, 100, 16 << 30, 65536
EXTENSION_MAX, EXTENSIONS_MAX = 256, 4096

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
QUOTED = rb'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
EXTENSION = rb"[ \t]*;[ \t]*" + TOKEN + rb"(?:[ \t]*=[ \t]*(?:" + TOKEN + rb"|" + QUOTED + rb"))?"
TEXT = re.compile(rb"[\t -~\x80-\xff]*")
METHOD = re.compile(rb"([^ \r\n]*)(?: |\r\n)")
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([!\"$-~]+) HTTP/([0-9])\.([0-9])")
HOST = rb"(?:\[([0-9A-Fa-f:.]*)\]|(?:[0-9A-Za-z._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)"
AUTHORITY = re.compile(HOST + rb"(:[0-9]*)?")
EACH_EXTENSION = re.compile(rb'^[ \t]*|;(?:[^;"]|"(?:[^"\\]|\\.)*")*')
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})((?:" + EXTENSION + rb")*)")


class Refused(Exception):
    """The status is the argument; the connection ends with it."""


# ---- Reading: where the input ends inside, that is a 400 as well ----


def read_line(data, at, end, too_long):
    """A line that ends, CRLF included, before end; the place behind it."""
    stop = TEXT.match(data, at).end()
    if data[stop:stop + 2] == b"\r\n" and stop + 2 <= end:
        return data[at:stop], stop + 2
    if stop >= end or (stop + 1 == end and data[stop:end] == b"\r"):
        raise Refused(too_long)
    raise Refused(400)


def read_fields(data, at, end):
    fields = []
    while True:
        line, at = read_line(data, at, end, 431)
        if not line:
            return fields, at
        name, colon, value = line.partition(b":")
        if line[:1] in b" \t":
            raise Refused(400)
        if len(fields) == FIELDS_MAX:
            raise Refused(431)
        if not colon or not re.fullmatch(TOKEN, name):
            raise Refused(400)
        fields.append((name.lower(), value.strip(b" \t")))


def values_of(fields, name):
    return [value for field, value in fields if field == name]


def is_authority(text, with_port=False):
    parts = AUTHORITY.fullmatch(text)
    if not parts or int((parts[2] or b":0")[1:] or b"0") > 65535:
        return False
    if text[:1] == b"[":
        try:
            socket.inet_pton(socket.AF_INET6, parts[1].decode())
        except OSError:
            return False
    return not with_port or len(parts[2] or b"") > 1


def members(values):
    return [member.strip(b" \t").lower() for member in b",".join(values).split(b",")]


def check_target(target, method):
    if method == b"CONNECT":
        raise Refused(501)
    if target[:1] == b"/" or (target == b"*" and method == b"OPTIONS"):
        return
    absolute = re.match(rb"(?i:https?)://([^/?]*)", target)
    if not absolute and is_authority(target, with_port=True):
        raise Refused(501)
    if not absolute or not is_authority(absolute[1]):
        raise Refused(400)


def decide_length(codings, lengths, minor):
    """The length, or "chunked"."""
    if codings:
        names = members(codings)
        if lengths or minor == 0 or not all(re.fullmatch(TOKEN, name) for name in names):
            raise Refused(400)
        if names[-1] != b"chunked" or b"chunked" in names[:-1]:
            raise Refused(400)
        if len(names) > 1:
            raise Refused(501)
        return "chunked"
    if len(lengths) > 1 or not all(re.fullmatch(rb"[0-9]{1,18}", value) for value in lengths):
        raise Refused(400)
    return int(lengths[0]) if lengths else 0


def read_request(data, begin):
    """What a head says, and the place behind it."""
    line, at = read_line(data, begin, begin + LINE_MAX + 2, 414)
    parts = REQUEST_LINE.fullmatch(line)
    if not parts:
        raise Refused(400)
    method, target, major, minor = parts.groups()
    if major != b"1":
        raise Refused(505)
    minor = int(minor)
    fields, at = read_fields(data, at, begin + HEAD_MAX)
    hosts = values_of(fields, b"host")
    if len(hosts) != 1 and (hosts or minor) or not all(map(is_authority, hosts)):
        raise Refused(400)
    length = decide_length(values_of(fields, b"transfer-encoding"),
                           values_of(fields, b"content-length"), minor)
    if length and method in (b"GET", b"HEAD", b"DELETE"):
        raise Refused(400)
    check_target(target, method)
    if length != "chunked" and length > BODY_MAX:
        raise Refused(413)
    options = members(values_of(fields, b"connection"))
    return types.SimpleNamespace(
        method=method, length=length, waits=minor and any(members(values_of(fields, b"expect"))),
        closes=b"close" in options or (minor == 0 and b"keep-alive" not in options)), at


def read_chunks(data, at, most):
    """The place behind a chunked body; None where it has more than so many octets."""
    total = extensions = 0
    while True:
        end = data.find(b"\r\n", at)
        line = CHUNK_LINE.fullmatch(data, at, end) if end >= 0 else None
        if not line:
            raise Refused(400)
        extensions += len(line[2])
        if extensions > EXTENSIONS_MAX or max(map(len, EACH_EXTENSION.findall(line[2]))) > EXTENSION_MAX:
            raise Refused(400)
        size = int(line[1], 16)
        total += size
        at = end + 2
        if size == 0:
            return read_fields(data, at, at + HEAD_MAX)[1]
        if total > BODY_MAX:
            raise Refused(413)
        if total > most:
            return None
        at += size
        if data[at:at + 2] != b"\r\n":
            raise Refused(400)
        at += 2


# ---- Comparing ----


def methods(data):
    """Those of the requests, one by one, as far as the model can tell."""
    at = 0
    while at < len(data):
        at += 2 * data.startswith(b"\r\n", at)
        line = METHOD.match(data, at)
        yield line[1] if line else b""
        try:
            request, at = read_request(data, at)
            at = read_chunks(data, at, BODY_MAX) if request.length == "chunked" else at + request.length
        except Refused:
            return


def take_replies(output, data):
    """The final replies; HEAD gets no content."""
    replies, asked = [], methods(data)
    while output:
        head, end, output = output.partition(b"\r\n\r\n")
        assert end, f"a head does not end: {head}"
        reply = Reply(head)
        if reply.status < 200:
            continue
        replies.append(reply)
        if next(asked, b"") != b"HEAD" and reply.status not in (204, 304):
            length = int(reply.get("content-length"))
            assert len(output) >= length, f"a content is too short: {reply}"
            output = output[length:]
    return replies


def behind_body(data, at, request, reply):
    """The place behind the body that got this reply; None where the connection must end instead."""
    refused = reply.status >= 400 or request.method == b"OPTIONS"
    if refused and request.waits and request.length:
        return None
    if request.length == "chunked":
        return read_chunks(data, at, SKIP_MAX if refused else BODY_MAX)
    behind = at + request.length
    if refused and (request.length > SKIP_MAX or (behind > len(data) and reply.closes())):
        return None
    assert refused or behind <= len(data), f"a body that was cut is taken: {reply}"
    return behind


def compare(data, output):
    replies = iter(take_replies(output, data))
    at = 0
    while True:
        at += 2 * data.startswith(b"\r\n", at)
        if data[at:] in (b"", b"\r"):
            break
        reply = next(replies, None)
        assert reply, f"no reply to {data[at:at + 80]}"
        try:
            request, at = read_request(data, at)
            at = behind_body(data, at, request, reply)
        except Refused as refused:
            assert reply.status == refused.args[0] and reply.closes(), f"not {refused}: {reply}"
            break
        assert reply.closes() == (at is None or request.closes), f"closes, or does not: {reply}"
        if reply.closes():
            break
    assert next(replies, None) is None, "there are more replies than requests"


# ---- Inputs ----

PIECES = [b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b":", b",", b";", b'"', b"=", b"0", b"1", b"/", b"*",
          b"%00", b"\x0b", b"\x7f", b"\xff", b"HTTP/1.1", b"HTTP/1.0", b"HEAD ", b"POST ", b"PUT ",
          b"OPTIONS ", b"chunked", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\n",
          b"Content-Length: 0\r\n", b"Host: x\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n",
          b"Connection: keep-alive\r\n", b"X: y\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"3\r\nabc\r\n",
          b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]


def read_cases():
    texts = (path.read_bytes() for path in sorted(CASES.glob("*/*.in")) if path.parent.name != "proxied")
    return [re.sub(rb"\{(etag|mtime) [^}]*\}", b'"x"', text) for text in texts if len(text) <= INPUT_MAX]


def change(chance, text, others):
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        begin = chance.randrange(len(text) + 1)
        end = min(len(text), begin + chance.choice((0, 0, 1, 1, 2, 3, 10, 30)))
        other = chance.choice(others)
        middle = chance.choice((
            b"", chance.choice(PIECES), chance.choice(PIECES), bytes([chance.randrange(256)]),
            text[begin:end] * 2, text[begin:end].swapcase(), other[chance.randrange(len(other) + 1):]))
        text = text[:begin] + middle + chance.choice((text[end:], text[end:], text[end:], b""))
    return text[:INPUT_MAX]


def judge(data):
    """What was wrong, or None."""
    with tempfile.TemporaryDirectory(prefix="perch-model-") as folder:
        done = subprocess.run([PERCH, "--directory", folder], check=False, input=data,
                              capture_output=True, timeout=LIMIT)
    try:
        assert done.returncode == 0 and not done.stderr, f"{done.returncode}: {done.stderr}"
        compare(data, done.stdout)
    except (AssertionError, ValueError, TypeError) as wrong:
        return f"FAILED {data}\n  {wrong}\n  {done.stdout[:400]}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=9112)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    texts = read_cases()
    inputs = texts + [change(chance, chance.choice(texts), texts) for _ in range(args.inputs)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [found for found in pool.map(judge, inputs) if found]
    print("\n".join(wrong[:10]))
    print(f"{len(inputs) - len(wrong)} passed, {len(wrong)} failed")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
