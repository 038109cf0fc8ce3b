#!/usr/bin/env python3
"""A client for resumable uploads: draft-ietf-httpbis-resumable-upload-12, interop version 8.

    tests/resume.py FILE URL      such as http://127.0.0.1:4221/files/name

Stores FILE at URL; where the connection is lost it asks how far it came and goes on from there,
until the file is stored or the server does not want it. PERCH_TOKEN in the environment is sent as
the token that --token-file asks for. As a module, for the tests: Upload.
"""

import os
import select
import socket
import sys
import time
import urllib.parse

INTEROP_VERSION = "8"
STEP = 1 << 18


class Answer:
    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.fields = {name.lower(): value.strip()
                       for name, value in (line.split(":", 1) for line in lines[1:])}
        self.body = b""

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:200]!r}"


class Upload:
    """sent(count) is called as octets leave; it may raise ConnectionError, as the network does."""

    def __init__(self, url, file, method="PUT", limit=60, sent=lambda count: None, **fields):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port or 80)
        self.target, self.method, self.limit, self.sent = parts.path, method, limit, sent
        self.file, self.length = file, os.fstat(file.fileno()).st_size
        self.fields = {"Host": parts.netloc, "Upload-Draft-Interop-Version": INTEROP_VERSION, **fields}
        self.resource = None  # where to go on
        self.interim = []     # all 104 of all requests
        self.requests = 0

    # ---- One request ----

    def _head(self, sock):
        """The next head; what stands behind it stays unread."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            octet = sock.recv(1)
            if not octet:
                raise ConnectionError("the server ended the connection")
            head += octet
        return Answer(head[:-4])

    def _interim(self, sock, answer):
        if answer.status == 104 and answer.fields.get("upload-draft-interop-version") == INTEROP_VERSION:
            self.interim.append(answer)
            self.resource = answer.fields.get("location", self.resource)

    def _send_from(self, sock, offset):
        """The file from there on, unless an answer comes before its end: then that."""
        self.file.seek(offset)
        while data := self.file.read(STEP):
            while select.select([sock], [], [], 0)[0]:
                answer = self._head(sock)
                if answer.status >= 200:
                    return answer
                self._interim(sock, answer)
            sock.sendall(data)
            self.sent(len(data))
        return None

    def ask(self, method, target, fields, offset=None):
        self.requests += 1
        with socket.create_connection(self.address, self.limit) as sock:
            lines = [f"{name}: {value}" for name, value in {**self.fields, **fields}.items()]
            sock.sendall("\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
            self.sent(0)
            answer = None
            if offset is not None:
                if not self.resource and select.select([sock], [], [], 5)[0]:
                    self._interim(sock, answer := self._head(sock))
                    answer = answer if answer.status >= 200 else None
                answer = answer or self._send_from(sock, offset)
            while not answer or answer.status < 200:
                answer = self._head(sock)
                self._interim(sock, answer)
            length = int(answer.fields.get("content-length", 0)) if method != "HEAD" else 0
            while len(answer.body) < length:
                data = sock.recv(length - len(answer.body))
                if not data:
                    raise ConnectionError("the server ended the connection")
                answer.body += data
            return answer

    # ---- The upload ----

    def create(self):
        return self.ask(self.method, self.target,
                        {"Upload-Complete": "?1", "Content-Length": self.length}, 0)

    def state(self):
        return self.ask("HEAD", self.resource, {})

    def append(self, offset):
        return self.ask("PATCH", self.resource, {
            "Upload-Complete": "?1", "Upload-Offset": offset, "Content-Length": self.length - offset,
            "Content-Type": "application/partial-upload"}, offset)

    def cancel(self):
        return self.ask("DELETE", self.resource, {})

    def go_on(self):
        answer = self.state()
        if answer.status == 404:
            self.resource = None  # it is gone: from the beginning
            return self.create()
        if answer.status != 204 or answer.fields.get("upload-complete") == "?1":
            return answer
        return self.append(int(answer.fields["upload-offset"]))

    def run(self, tries=100, pause=0.2):
        """To its final answer, whatever the network does."""
        for _ in range(tries):
            try:
                answer = self.go_on() if self.resource else self.create()
                # At another offset, or still written to by a request that is at its end: ask anew.
                at_another_offset = answer.status == 409 and answer.fields.get("upload-complete") == "?0"
                if answer.status != 503 and not at_another_offset:
                    return answer
            except (ConnectionError, TimeoutError):
                pass
            time.sleep(pause)
        raise ConnectionError(f"{tries} tries were not enough")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    token = os.environ.get("PERCH_TOKEN")
    fields = {"Authorization": "Bearer " + token} if token else {}
    with open(sys.argv[1], "rb") as file:
        upload = Upload(sys.argv[2], file, **fields)
        answer = upload.run()
    print(f"{answer.status} in {upload.requests} requests")
    if answer.status >= 300:
        sys.exit(answer.body.decode("utf-8", "replace"))


if __name__ == "__main__":
    main()
