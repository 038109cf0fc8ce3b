"""nginx and lighttpd, each on a unix socket in a folder of its own, and perch beside them.

A server is started for many conversations and stopped at the end. Their clocks are short, so that a
connection which they keep is soon at its end: that is how it is known that no more replies come.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import cases  # noqa: E402

# Unpacked by "make deps-test", or installed.
UNPACKED = pathlib.Path(__file__).resolve().parents[2] / "build" / "unpacked"
PATH = os.pathsep.join([*map(str, sorted(UNPACKED.glob("*/usr/sbin"))), os.environ["PATH"], "/usr/sbin", "/sbin"])
MODULES = list(UNPACKED.glob("lighttpd*/usr/lib/lighttpd/*.so")) or \
    list(pathlib.Path("/usr/lib/lighttpd").glob("*.so"))

NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_header_timeout 1s;
    client_body_timeout 1s;
    keepalive_timeout 1s;
    lingering_timeout 1s;
    client_max_body_size 0;
    server {{
        listen unix:{folder}/socket;
        root {folder}/root;
        location / {{ return 200 "ok"; }}
        location /files/ {{ dav_methods PUT DELETE; create_full_put_path on; }}
    }}
}}
"""

LIGHTTPD = """
server.modules = ("mod_webdav")
$HTTP["url"] =~ "^/files/" {{ webdav.activate = "enable" }}
index-file.names = ("index.html")
server.upload-dirs = ("{folder}/body")
server.document-root = "{folder}/root"
server.bind = "{folder}/socket"
server.errorlog = "{folder}/errors"
server.max-keep-alive-idle = 1
server.max-read-idle = 1
"""


class Link(cases.Link):
    """A connection to a peer's socket."""

    def __init__(self, path):
        self.ours = socket.socket(socket.AF_UNIX)
        self.ours.settimeout(cases.RUN_SECONDS)
        self.ours.connect(str(path))
        super().__init__(self.ours.fileno(), self.ours.fileno())

    def end_sending(self):
        """Not at once: some servers take a half-closed connection for one that is gone."""

    def problems(self, seconds):
        self.ours.close()
        return []


def request_of(case):
    """What the case sends; as PUT where it is POST, which WebDAV doesn't know for files."""
    return case.file(".in").read_bytes().replace(b"POST /files/", b"PUT /files/")


class Peer:
    """Another server. program() is None where it is not installed."""

    def __init__(self, name, config, arguments, version):
        self.name, self.config, self.arguments, self.version_arguments = (
            name, config, arguments, version)
        self.process = None

    def program(self):
        return shutil.which(self.name, path=PATH)

    def version(self):
        done = subprocess.run([self.program(), *self.version_arguments], check=False,
                              capture_output=True, text=True)
        return re.search(r"/(\d+(\.\d+)+)", done.stdout + done.stderr)[1]

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="perch-compat-"))
        (self.folder / "root" / "files").mkdir(parents=True)
        (self.folder / "root" / "index.html").write_text("ok")
        (self.folder / "body").mkdir()
        (self.folder / "modules").mkdir()
        for module in MODULES:
            (self.folder / "modules" / module.name).symlink_to(module)
        config = self.folder / "config"
        config.write_text(self.config.format(folder=self.folder))
        arguments = [argument.format(config=config, modules=self.folder / "modules") for argument in self.arguments]
        self.process = subprocess.Popen([self.program(), *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + cases.RUN_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"compat: {self.name} does not start")
            time.sleep(0.01)
        return self

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.folder / "socket"))
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def ask(self, case):
        """All that comes back for a case, until the server ends the connection."""
        link = Link(self.folder / "socket")
        talk = cases.Talk(link)
        try:
            talk.run(request_of(case), "whole")
        finally:
            link.problems(0)
        return bytes(talk.got)


class Perch:
    """perch, a process for each conversation, in the same way."""

    name = "perch"

    def __init__(self, build):
        self.build = build

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, case):
        folder = cases.fresh_folder(case.group)
        try:
            options = cases.options_of(case.group, folder)
            link = cases.SocketLink([self.build / "perch", *options])
            talk, problems = cases.converse(link, request_of(case), "whole")
        finally:
            cases.remove_folder(folder)
        if problems:
            raise SystemExit(f"compat: {case}: {problems}")
        return bytes(talk.got)


PEERS = [
    Peer("nginx", NGINX, ["-e", "stderr", "-c", "{config}"], ["-v"]),
    Peer("lighttpd", LIGHTTPD, ["-D", "-m", "{modules}", "-f", "{config}"], ["-v"]),
]
