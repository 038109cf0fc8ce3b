"""What the tests of whole systems share: what must hold whoever brought perch its connections."""

import pwd
import ssl

from talk import *

STAGE = os.environ["STAGE"]
FILES = STAGE + "/files"
NOBODY = pwd.getpwnam("nobody").pw_uid
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []


def sockets_of(pid):
    """The inodes of the sockets that a process has open."""
    found = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def listening_port(pid):
    """The port of IPv4 or IPv6 that a process listens on; None where it does not yet."""
    sockets = sockets_of(pid)
    for family in "tcp", "tcp6":
        with open(f"/proc/{pid}/net/{family}", encoding="ascii") as table:
            for line in list(table)[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in sockets:
                    return int(fields[1].rpartition(":")[2], 16)
    return None


def await_port(process):
    """The port that a program which was just started comes to listen on."""
    def listens():
        assert process.popen.poll() is None, f"it ended: {process.said()}"
        return listening_port(process.pid) is not None
    eventually("it listens", listens)
    return listening_port(process.pid)


# ---- Checks. Each takes where to connect to, or a call that connects ----


def opened(where):
    return where() if callable(where) else connect(where)


def over_tcp(port, client="127.0.0.1"):
    """For checks: connects to that port of 127.0.0.1, from that address."""
    return lambda: Talk(socket.create_connection(("127.0.0.1", port), LIMIT, source_address=(client, 0)))


def over_tls(port, certificate, client="127.0.0.1", name="localhost"):
    """The same over TLS; believes that one certificate."""
    context = ssl.create_default_context(cafile=certificate)

    def open_one():
        talk = over_tcp(port, client)()
        talk.sock = context.wrap_socket(talk.sock, server_hostname=name)
        return talk
    return open_one


def check_requests(where):
    """A kept connection; one that ends on a bad request, and nothing but the answer comes."""
    with opened(where) as talk:
        for i in range(5):
            assert talk.ask(f"/echo/{i}").body == str(i).encode()
        assert talk.ask("/echo/a", "Accept-Encoding: gzip").get("content-encoding") == "gzip"
        assert talk.ask("/user-agent", "User-Agent: me").body == b"me"
        talk.send(request("/echo/one") + request("/echo/two") + b"GET /\r\n\r\n")
        assert [talk.reply().body for _ in range(2)] == [b"one", b"two"]
        reply = talk.reply()
        assert reply.status == 400 and reply.closes(), reply
        talk.ends()


def handlers():
    """What /proc/PID/status says of each perch that serves this stage's folder."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                facts = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
            with open(f"/proc/{pid}/cmdline", encoding="utf-8") as command:
                if facts["Name"] == "perch" and FILES in command.read().split("\0"):
                    yield facts
        except (FileNotFoundError, ProcessLookupError):
            pass


def check_confined(where):
    """Whoever starts it, perch shuts itself in before it serves, where the kernel lets it."""
    with opened(where) as talk:
        talk.ask()
        found = list(handlers())
        assert found, "no handler is there"
        for facts in found:
            assert facts["Seccomp"] == "2" and facts["NoNewPrivs"] == "1", facts
            assert all(int(facts[name], 16) == 0 for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")), facts


def check_files(where, owner=None):
    """Uploads by each framing, downloads, and an upload that the client breaks off."""
    content = os.urandom(300000)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (content[:7], content[7:])) + b"0\r\n\r\n"
    with opened(where) as talk:
        assert talk.ask("/files/a", method="POST", body=content).status == 201
        assert talk.ask("/files/a").body == content
        talk.send(request("/files/a", "Expect: 100-continue", f"Content-Length: {len(content)}", method="PUT"))
        assert talk.reply().status == 100
        talk.send(content[::-1])
        reply = talk.reply()
        while reply.status == 100 and Reply.servers != {None}:
            reply = talk.reply()  # a proxy may say it for itself, and once more for perch
        assert reply.status == 204, reply
        talk.send(request("/files/b", "Transfer-Encoding: chunked", method="PUT") + chunks)
        assert talk.reply().status == 201
        assert talk.ask("/files/b").body == content
    with opened(where) as talk:
        talk.send(request("/files/a", "Content-Length: 100", method="PUT") + b"short")
    with open(FILES + "/a", "rb") as file:
        assert file.read() == content[::-1]
        facts = os.fstat(file.fileno())
        assert owner in (None, facts.st_uid), facts
    with opened(where) as talk:
        for name in "a", "b":
            assert talk.ask("/files/" + name, method="DELETE").status == 204
    eventually("nothing is left behind", lambda: os.listdir(FILES) == [])


def check_ranges(where):
    with opened(where) as talk:
        assert talk.ask("/files/r", method="PUT", body="0123456789").status == 201
        reply = talk.ask("/files/r", "Range: bytes=2-4")
        assert reply.status == 206 and reply.body == b"234", reply
        assert reply.get("content-range") == "bytes 2-4/10"
        etag = reply.get("etag")
        assert talk.ask("/files/r", "Range: bytes=-3", f"If-Range: {etag}").body == b"789"
        assert talk.ask("/files/r", f"If-None-Match: {etag}").status == 304
        assert talk.ask("/files/r", method="DELETE").status == 204


def check_kept(where, perchd):
    """A proxy sends many requests over the connections that it has. If it opened one for each, as many
    handlers would be seen; so few are those that serve and the spares that wait meanwhile."""
    seen = set()
    for i in range(50):
        with opened(where) as talk:
            assert talk.ask(f"/echo/{i}").body == str(i).encode()
            seen |= set(children(perchd))
    assert 1 <= len(seen) <= 10, f"{len(seen)} handlers for 50 requests"


def check_kept_for_one(where, perchd):
    """A proxy sends all requests of a client over one connection."""
    seen = set()
    with opened(where) as talk:
        for i in range(50):
            assert talk.ask(f"/echo/{i}").body == str(i).encode()
            seen |= set(children(perchd))
    assert len(seen) == 1, f"{len(seen)} handlers for 50 requests"


def check_many(where, number):
    """One after another, as fast as it goes: superservers love to see a loop in that."""
    for i in range(number):
        with opened(where) as talk:
            assert talk.ask(f"/echo/{i}", "Connection: close").body == str(i).encode()
            talk.ends()


def check_at_once(where, number):
    """Side by side: each has a process of its own."""
    talks = [opened(where) for _ in range(number)]
    for i, talk in enumerate(talks):
        talk.send(request(f"/echo/{i}"))
    for i, talk in enumerate(talks):
        assert talk.reply().body == str(i).encode()
        talk.close()


def check_all(where, owner=None, many=None):
    """So many connections that the limits which superservers have by default would show."""
    many = many or (50 if is_sanitized() else 300)
    check_requests(where)
    check_confined(where)
    check_files(where, owner)
    check_at_once(where, 10)
    check_many(where, many)
