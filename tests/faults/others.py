#!/usr/bin/env python3
"""The same upload, cut in the middle, against other servers that take uploads.

    others.py [FOLDER]       a row of a table for each server, on standard output

What is asked of each, with a file that is there already and a PUT that replaces it:
  cut       the client goes away in the middle of the body, of known length or in chunks;
  killed    the server is killed (all its processes, by SIGKILL) in the middle of the body;
  readers   what a GET gets in the middle of the body;
  syncs     the calls of fsync(2) and its kin until the answer of an upload that goes well.

Debian's packages are unpacked into FOLDER (build/unpacked/others), not installed. Nothing of this is
a part of any test; README.md has what it said.
"""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from talk import BUILD, LIMIT, PERCHD, connect, eventually, refuses, request  # noqa: E402

PACKAGES = ["nginx", "lighttpd", "lighttpd-mod-webdav", "apache2-bin", "libapr1", "libaprutil1", "rclone"]
OLD, NEW = b"the old file\n" * 1000, b"the new file\n" * 50000
HALF = len(NEW) // 2
SYNCS = "fsync,fdatasync,sync,syncfs,sync_file_range,msync"


def unpack(folder):
    tree = os.path.join(folder, "tree")
    if not os.path.exists(tree):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", "-o", "APT::Sandbox::User=", *PACKAGES], cwd=folder, check=True)
        for package in os.listdir(folder):
            if package.endswith(".deb"):
                subprocess.run(["dpkg-deb", "-x", package, tree], cwd=folder, check=True)
    os.environ["LD_LIBRARY_PATH"] = os.path.abspath(tree) + "/usr/lib/x86_64-linux-gnu"
    return os.path.abspath(tree)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


# ---- The servers: name, command, configuration ----


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def nginx(tree, place, port):
    write(f"{place}/conf", f"""daemon off; pid {place}/pid; error_log {place}/log; worker_processes 1; user root;
events {{}}
http {{ access_log off; client_body_temp_path {place}/temp; proxy_temp_path {place}/t1; fastcgi_temp_path {place}/t2;
  uwsgi_temp_path {place}/t3; scgi_temp_path {place}/t4; client_max_body_size 0;
  server {{ listen 127.0.0.1:{port}; root {place}/served; location / {{ dav_methods PUT DELETE; }} }} }}
""")
    return "/", [tree + "/usr/sbin/nginx", "-e", f"{place}/log", "-c", f"{place}/conf"]


def lighttpd(tree, place, port):
    write(f"{place}/conf", f"""server.document-root = "{place}/served"
server.port = {port}
server.bind = "127.0.0.1"
server.errorlog = "{place}/log"
server.upload-dirs = ( "{place}/temp" )
server.modules = ( "mod_webdav" )
webdav.activate = "enable"
""")
    return "/", [tree + "/usr/sbin/lighttpd", "-D", "-f", f"{place}/conf", "-m", tree + "/usr/lib/lighttpd"]


def apache(tree, place, port):
    modules = "\n".join(f"LoadModule {name}_module {tree}/usr/lib/apache2/modules/mod_{name}.so"
                        for name in ("mpm_event", "authz_core", "dav", "dav_fs"))
    write(f"{place}/conf", f"""{modules}
ServerRoot {place}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {place}/pid
ErrorLog {place}/log
User nobody
DocumentRoot {place}/served
DavLockDB {place}/temp/locks
<Directory {place}/served>
  Dav on
  Require all granted
</Directory>
""")
    return "/", [tree + "/usr/sbin/apache2", "-X", "-f", f"{place}/conf"]


def rclone(tree, place, port):
    return "/", [tree + "/usr/bin/rclone", "--config", f"{place}/none", "--cache-dir", f"{place}/temp", "serve",
                 "webdav", "--addr", f"127.0.0.1:{port}", f"{place}/served"]


def perch(_, place, port):
    return "/files/", [PERCHD, "--listen", f"127.0.0.1:{port}", "--directory", f"{place}/served"]


SERVERS = {"perch": perch, "nginx dav": nginx, "lighttpd mod_webdav": lighttpd, "Apache mod_dav_fs": apache,
           "rclone serve webdav": rclone}


class Server:
    """Listens, serves the folder served of a place of its own; killed with all its children at the end."""

    def __init__(self, name, tree, wrapper=()):
        self.place = tempfile.mkdtemp()
        self.port = free_port()
        os.chmod(self.place, 0o777)
        for folder in "served", "temp":
            os.mkdir(f"{self.place}/{folder}")
            os.chmod(f"{self.place}/{folder}", 0o777)
        write(f"{self.place}/served/name", OLD.decode())
        os.chmod(f"{self.place}/served/name", 0o666)
        self.prefix, command = SERVERS[name](tree, self.place, self.port)
        self.popen = subprocess.Popen([*wrapper, *command], start_new_session=True, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        eventually("it listens", lambda: not refuses(self.port) or self.popen.poll() is not None)
        assert self.popen.poll() is None, f"{self.popen.args} does not start"
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.place)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def connect(self):
        return connect(self.port)

    def path(self):
        return self.prefix + "name"

    def begin(self, talk, chunked=False):
        """Half of the upload, of which the server takes what it will."""
        if chunked:
            talk.send(request(self.path(), "Transfer-Encoding: chunked", method="PUT") +
                      b"%x\r\n%s\r\n" % (HALF, NEW[:HALF]))
        else:
            talk.send(request(self.path(), f"Content-Length: {len(NEW)}", method="PUT") + NEW[:HALF])
        time.sleep(0.5)  # no event tells that it has done with it what it does

    def state(self):
        """The file, and what else is there."""
        try:
            with open(f"{self.place}/served/name", "rb") as file:
                content = file.read()
        except FileNotFoundError:
            content = None
        if content == OLD:
            said = "old file"
        elif content is None:
            said = "**no file**"
        elif content == NEW:
            said = "new file"
        else:
            said = f"**cut file, {len(content) * 100 // len(NEW)} %**"
        others = [entry for entry in os.listdir(f"{self.place}/served") if entry != "name"]
        aside = [entry for _, _, files in os.walk(f"{self.place}/temp") for entry in files if "lock" not in entry]
        for entry in others:
            said += f", and {re.sub('[0-9a-zA-Z]{6}$', 'XXXXXX', entry)} beside it"
        return said + (", and a temporary file elsewhere" if aside else "")


def get(server):
    """The reply's body, however it is framed."""
    got = subprocess.run(["curl", "-s", f"http://127.0.0.1:{server.port}{server.path()}"], capture_output=True,
                         check=False, timeout=LIMIT).stdout
    return "old file" if got == OLD else f"**{len(got) * 100 // len(NEW)} % of the new file**" if NEW.startswith(got) else "other"


def cut(name, tree, chunked):
    with Server(name, tree) as server:
        with server.connect() as talk:
            server.begin(talk, chunked)
            readers = get(server)
        time.sleep(1)
        return readers, server.state()


def killed(name, tree):
    with Server(name, tree) as server, server.connect() as talk:
        server.begin(talk)
        server.kill()
        return server.state()


def syncs(name, tree):
    with tempfile.NamedTemporaryFile("r") as calls:
        with Server(name, tree, ["strace", "-f", "-y", "-qq", "-e", "signal=none", "-o", calls.name, "-e", "trace=" + SYNCS]) as server:
            with server.connect() as talk:
                talk.send(request(server.path(), "Connection: close", method="PUT", body=NEW))
                status = talk.rest().split(b" ")[1].decode()
            assert status in ("201", "204"), status
            named = [re.sub(r".*\(\d+<(.*)>.*", r"\1", line.strip()) for line in calls]
            return ", ".join("the folder" if path.endswith("/served") else "the file" if "/served" in path
                             else os.path.basename(path) for path in named) or "none"


def main():
    tree = unpack(sys.argv[1] if len(sys.argv) > 1 else BUILD + "/unpacked/others")
    print("| server | cut, length | cut, chunks | server killed | GET meanwhile | syncs before the answer |")
    print("|---|---|---|---|---|---|")
    for name in SERVERS:
        readers, state = cut(name, tree, False)
        print(f"| {name} | {state} | {cut(name, tree, True)[1]} | {killed(name, tree)} | {readers} | {syncs(name, tree)} |", flush=True)


main()
