"""The servers that are measured, and how each is started: the same way, on loopback, with one folder.

A peer is a function that is given a Place and returns its command; it is left out where its program is
not installed. One more can be named by BENCH_PEER_CMD, in which {port} and {folder} stand for what they
say, such as

    BENCH_PEER_CMD='althttpd -root {folder} -port {port}' make bench
"""
import glob
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
UNPACKED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/unpacked")
PATH = os.pathsep.join([*sorted(glob.glob(f"{UNPACKED}/*/usr/sbin") + glob.glob(f"{UNPACKED}/*/usr/bin") +
                                glob.glob(f"{UNPACKED}/*/bin")), os.environ["PATH"], "/usr/sbin"])
WORKERS = 2


class Place:
    """Where a server lives: a port, a folder of its own, and what it serves."""

    def __init__(self, name, root, scratch):
        self.name, self.root, self.files = name, root, os.path.join(root, "files")
        self.scratch = os.path.join(scratch, name)
        os.makedirs(self.scratch, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def disk(self):
        """A folder for what is to be synced: where the root is memory."""
        folder = os.path.join(BUILD, "bench/disk", self.name)
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o777)
        return folder

    def write(self, name, text):
        path = os.path.join(self.scratch, name)
        with open(path, "w") as file:
            file.write(text)
        return path


def perch(place, *options):
    return [f"{BUILD}/perchd", "--listen", f"127.0.0.1:{place.port}", "--directory", place.files,
            "--max-connections", "1200", "--durability", "rename", *options]


def perch_full(place):
    return perch(place, "--directory", place.disk, "--durability", "full")


def perch_many(place):
    return perch(place, "--max-connections", "10100")


def perch_reuse(place):
    return perch(place, "--reuse", "1000")


def perch_gzip(place):
    return perch(place, "--types", "--gzip-files")


def perch_open(place):
    """Without its sandbox: what the walls cost."""
    return perch(place, "--sandbox", "off", "--user", "root")


def null(place):
    return [f"{BUILD}/bench/null", "listen", str(place.port)]


def null_files(place):
    return [f"{BUILD}/bench/null", "listen", str(place.port), f"{place.files}/1k"]


def store(place):
    return [f"{BUILD}/bench/store", str(place.port), place.disk]


ANSWERED = 'location /echo/ { default_type text/plain; return 200 "abc"; }'


def nginx(place, cache="", echo=ANSWERED, nopush="on"):
    return ["nginx", "-e", "stderr", "-p", place.scratch, "-c", place.write("nginx.conf", f"""
worker_processes {WORKERS};
daemon off;
pid {place.scratch}/pid;
error_log stderr crit;
events {{ worker_connections 16384; }}
http {{
    access_log off; sendfile on; tcp_nopush {nopush}; keepalive_requests 1000000;
    client_max_body_size 0; {cache}
    client_body_temp_path {place.files}/.nginx-body;
    proxy_temp_path {place.scratch}/p; fastcgi_temp_path {place.scratch}/f;
    uwsgi_temp_path {place.scratch}/u; scgi_temp_path {place.scratch}/s;
    gzip on; gzip_comp_level 2; gzip_min_length 1; gzip_types text/plain application/octet-stream;
    server {{
        listen 127.0.0.1:{place.port} backlog=4096;
        default_type application/octet-stream;
        location = / {{ return 200 ""; }}
        {echo or f"location /echo/ {{ root {place.root}; }}"}
        location /files/ {{ root {place.root}; dav_methods PUT DELETE; }}
    }}
}}
""")]


def nginx_cache(place):
    return nginx(place, "open_file_cache max=1000; open_file_cache_valid 60s;")


def nginx_file(place):
    """To which /echo/abc is a file, as it is to servers that can't answer of their own. With tcp_nopush, a
    pipeline would wait for the client's delayed acknowledgements."""
    return nginx(place, echo="", nopush="off")


def lighttpd(place):
    modules = os.path.join(place.scratch, "modules")
    if not os.path.isdir(modules):
        os.makedirs(modules)
        for module in glob.glob(f"{UNPACKED}/lighttpd*/usr/lib/lighttpd/*.so") or \
                glob.glob("/usr/lib/lighttpd/*.so"):
            os.symlink(os.path.abspath(module), os.path.join(modules, os.path.basename(module)))
    return ["lighttpd", "-D", "-m", modules, "-f", place.write("lighttpd.conf", f"""
server.document-root = "{place.root}"
server.port = {place.port}
server.bind = "127.0.0.1"
server.max-worker = {WORKERS}
server.max-keep-alive-requests = 1000000
server.upload-dirs = ( "{place.files}" )
server.modules = ( "mod_webdav" )
$HTTP["url"] =~ "^/files/" {{ webdav.activate = "enable" }}
""")]


def h2o(place):
    return ["h2o", "-c", place.write("h2o.conf", f"""
num-threads: {WORKERS}
listen: {{ host: 127.0.0.1, port: {place.port} }}
hosts:
  default:
    paths:
      "/": {{ file.dir: "{place.root}" }}
access-log: /dev/null
user: root
""")]


def caddy(place):
    return ["caddy", "run", "--adapter", "caddyfile", "--config", place.write("Caddyfile", f"""
{{
    admin off
    auto_https off
    storage file_system {place.scratch}
}}
http://127.0.0.1:{place.port} {{
    root * {place.root}
    file_server
}}
""")]


def busybox(place):
    return ["busybox", "httpd", "-f", "-p", f"127.0.0.1:{place.port}", "-h", place.root]


def mini_httpd(place):
    return ["mini_httpd", "-D", "-h", "127.0.0.1", "-p", str(place.port), "-d", place.root,
            "-i", f"{place.scratch}/pid", "-l", "/dev/null"]


def micro_httpd(place):
    return ["tcpserver", "-H", "-R", "-l", "0", "-c", "1200", "-b", "4096", "127.0.0.1", str(place.port),
            shutil.which("micro-httpd", path=PATH) or "micro-httpd", place.root]


def webfs(place):
    return ["webfsd", "-F", "-i", "127.0.0.1", "-p", str(place.port), "-r", place.root, "-s"]


def named(place):
    command = os.environ.get("BENCH_PEER_CMD", "")
    return shlex.split(command.format(port=place.port, folder=place.root))


PEERS = {
    "perch": perch, "perch-full": perch_full, "perch-reuse": perch_reuse, "perch-many": perch_many, "perch-open": perch_open, "perch-gzip": perch_gzip,
    "null": null, "null-files": null_files, "store": store,
    "nginx": nginx, "nginx-cache": nginx_cache, "nginx-file": nginx_file, "lighttpd": lighttpd, "h2o": h2o, "caddy": caddy,
    "busybox": busybox, "mini_httpd": mini_httpd, "micro_httpd": micro_httpd, "webfs": webfs,
    "named": named,
}

# What is started for each connection, where that is a program of its own.
HANDLERS = {
    "perch": lambda place: [f"{BUILD}/perch", "--directory", place.files, "--durability", "rename"],
    "null": lambda place: [f"{BUILD}/bench/null", "serve"],
}

VERSIONS = {
    "nginx": "nginx -v", "lighttpd": "lighttpd -v", "h2o": "h2o -v", "caddy": "caddy version",
    "busybox": "busybox", "mini_httpd": "mini_httpd -V",
}


def version(name):
    if name not in VERSIONS:
        return ""
    program, *rest = shlex.split(VERSIONS[name])
    done = subprocess.run([shutil.which(program, path=PATH), *rest], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]


def is_there(name, place):
    command = PEERS[name](place)
    return bool(command) and all(shutil.which(program, path=PATH) for program in
                                 (command[0], *(part for part in command if "micro-httpd" in part)))


class Server:
    """A peer that runs, in a process group of its own; ended with all that it has started."""

    def __init__(self, name, root, scratch):
        self.name = name
        self.place = Place(name, root, scratch)
        self.log = open(os.path.join(self.place.scratch, "log"), "w+b")
        command = PEERS[name](self.place)
        command[0] = shutil.which(command[0], path=PATH)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, start_new_session=True, cwd=self.place.scratch,
                                        env={**os.environ, "PATH": PATH})
        self.port, self.build = self.place.port, BUILD
        self.handler = HANDLERS[name](self.place) if name in HANDLERS else None
        self.wait_until_it_listens()

    def wait_until_it_listens(self):
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    self.log.seek(0)
                    said = self.log.read().decode(errors="replace")
                    raise RuntimeError(f"{self.name} does not listen: {said}") from error
                time.sleep(0.02)

    def processes(self):
        """Process id and facts, as /proc/PID/stat has them from the state on, of all that it has started."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path) as file:
                    facts = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(facts[3]) == self.process.pid:
                found[int(path.split("/")[2])] = facts
        return found

    def cpu_seconds(self):
        """That its processes have taken so far, those that have ended among them."""
        ticks = sum(sum(map(int, facts[11:15])) for facts in self.processes().values())
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
