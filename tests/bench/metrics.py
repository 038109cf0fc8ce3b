"""What is measured: one row each. A row says which load is put on which servers, which figure of it
counts, and what must be reached."""
from dataclasses import dataclass, field

GZIP = "Accept-Encoding: gzip"
WORDS = "%20".join(["the quick brown fox jumps over the lazy dog"[i % 7 * 6:][:12].strip().replace(" ", "-")
                    for i in range(90)])[:1024]
KEPT_PEERS = ["nginx", "nginx-cache", "lighttpd", "h2o"]
NEW_PEERS = ["nginx", "lighttpd", "busybox", "mini_httpd", "micro_httpd", "webfs", "h2o", "caddy"]


@dataclass
class Metric:
    name: str
    what: str
    target: str
    at_once: int
    peers: list
    keeps: bool = True
    depth: int = 1
    upload: int = 0          # bytes of the body of a PUT
    fields: list = field(default_factory=list)      # that all are sent
    own_fields: list = field(default_factory=list)  # that ours alone is sent
    figure: str = "rate"     # or a key of what load prints
    unit: str = "/s"
    goals: dict = field(default_factory=dict)  # by peer: at least this ratio; "<" before it: at most
    seconds: float = 1       # of the whole run's unit
    ours: str = "perch"
    pause_us: int = 0        # before each connection that follows another one
    measure: str = "load"    # or what else is done: see bench.MEASURES
    most: float = None       # ours is to be no more than this
    beyond: dict = field(default_factory=dict)  # by peer: ours is to be no more than this above its
    rounds_most: int = 1000

    @property
    def is_large(self):
        """Whether what is moved counts, not how often."""
        return self.unit == "B/s" or self.upload >= 1 << 20

    @property
    def less_is_better(self):
        return self.figure.endswith(("_us", "_kb"))


def kept(name, what, target, at_once, peers, goals, **more):
    return Metric(f"{name}-{at_once}", f"{what}, {at_once} kept connections", target, at_once, peers,
                  goals=goals, **more)


METRICS = [
    Metric("new-1", "new connections, one at a time", "/echo/abc", 1, ["null", "nginx"], keeps=False),
    Metric("new-16", "new connections, 16 at a time", "/echo/abc", 16, ["null", "nginx", "perch-open"],
           keeps=False, goals={"null": 0.75}),
    Metric("new-file-16", "new connections, a 1 KiB file, 16 at a time", "/files/1k", 16,
           NEW_PEERS, keeps=False,
           goals={"busybox": 1.3, "mini_httpd": 1.3, "micro_httpd": 1.3}),
    Metric("new-reuse-16", "new connections with --reuse 1000, 16 at a time", "/echo/abc", 16, ["nginx"],
           keeps=False, goals={"nginx": 1.0}, ours="perch-reuse"),
    Metric("first-byte-1", "connect to first byte, one at a time", "/echo/abc", 1, ["null", "nginx"],
           keeps=False, figure="p50_us", unit="us", goals={"nginx": 1.2}),
    Metric("first-byte-calm-1", "connect to first byte, one after another with pauses of 3 ms", "/echo/abc", 1,
           ["null", "nginx"], keeps=False, figure="p50_us", unit="us", goals={"nginx": 1.2}, pause_us=3000),
    Metric("start", "a handler's start, to the first byte of its first answer", "/echo/abc", 1, ["null"],
           figure="p50_us", unit="us", measure="start", beyond={"null": 60}),
    Metric("idle-1k", "memory of an idle kept connection, of 1,000", "/echo/abc", 1000, ["null", "nginx"],
           figure="idle_kb", unit="kB", measure="idle", most=105, rounds_most=3),
    Metric("idle-10k", "memory of an idle kept connection, of 10,000", "/echo/abc", 10000, ["null", "nginx"],
           figure="idle_kb", unit="kB", measure="idle", most=110, rounds_most=1, ours="perch-many"),
    *[kept("root", "GET /", "/", n, ["null", "nginx"], {"nginx": 1.5 if n == 1 else 1.0 if n == 256 else 1.25})
      for n in (1, 16, 64, 256)],
    *[kept("echo", "GET /echo/abc", "/echo/abc", n, ["null", "nginx"],
           {"nginx": 1.5 if n == 1 else 1.0 if n == 256 else 1.25, "null": 0.9}) for n in (1, 16, 64, 256)],
    kept("file-1k", "a 1 KiB file", "/files/1k", 1, KEPT_PEERS, {"nginx": 1.5, "lighttpd": 1.1}),
    kept("file-1k", "a 1 KiB file", "/files/1k", 16, KEPT_PEERS, {}),
    kept("file-1k", "a 1 KiB file", "/files/1k", 64, ["null-files", *KEPT_PEERS],
         {"nginx": 1.5, "nginx-cache": 1.0, "h2o": 0.75, "lighttpd": 0.75, "null-files": 0.9}),
    kept("file-1k", "a 1 KiB file", "/files/1k", 256, KEPT_PEERS, {"nginx": 1.0}),
    *[kept("file-16k", "a 16 KiB file", "/files/16k", n, KEPT_PEERS, {}) for n in (1, 16, 64, 256)],
    Metric("pipelined-16", "GET /echo/abc, pipelined 16 deep", "/echo/abc", 1,
           ["null", "nginx", "nginx-file", "lighttpd", "h2o"], depth=16,
           goals={"nginx-file": 12, "lighttpd": 3.5, "h2o": 3.5, "null": 0.5}),
    Metric("download-10m", "a 10 MiB file, its body dropped", "/files/10m", 1, ["nginx", "lighttpd", "h2o"],
           figure="bytes_per_second", unit="B/s", goals={"nginx": 2, "lighttpd": 1.2}),
    Metric("download-1g", "a 1 GiB file, its body dropped", "/files/1g", 1, ["nginx", "lighttpd", "h2o"],
           figure="bytes_per_second", unit="B/s", goals={"nginx": 2, "lighttpd": 1.2}, seconds=2),
    *[Metric(f"put-{name}-{n}", f"uploads of {text}, {n} at a time, renamed but not synced", "/files/up", n,
             ["nginx", "lighttpd"], upload=size, goals={"nginx": 1.5, "lighttpd": 1.5})
      for name, text, size in (("4k", "4 KiB", 4096), ("1m", "1 MiB", 1 << 20)) for n in (1, 4)],
    Metric("put-1g-1", "uploads of 1 GiB, renamed but not synced", "/files/up", 1, ["nginx", "lighttpd"], upload=1 << 30,
           figure="bytes_per_second", unit="B/s", rounds_most=3),
    *[Metric(f"put-full-{name}-{n}", f"uploads of {text}, {n} at a time, synced", "/files/up", n, ["store"],
             upload=size, ours="perch-full", goals={"store": 0.9}, seconds=2)
      for name, text, size in (("4k", "4 KiB", 4096), ("1m", "1 MiB", 1 << 20)) for n in (1, 4)],
    Metric("put-full-1g-1", "uploads of 1 GiB, synced", "/files/up", 1, ["store"], upload=1 << 30, ours="perch-full",
           figure="bytes_per_second", unit="B/s", goals={"store": 0.9}, rounds_most=3),
    Metric("gzip-20", "GET /echo of 20 bytes, in gzip, against identity", "/echo/" + "twenty%20bytes%20of%20it", 16,
           ["perch"], own_fields=[GZIP], goals={"perch": 0.6}),
    Metric("gzip-1k", "GET /echo of 1 KiB of text, in gzip, against identity", "/echo/" + WORDS, 16, ["perch"],
           own_fields=[GZIP], goals={"perch": 0.6}),
    Metric("gzip-64k", "a text of 64 KiB, compressed on its way", "/files/64k.txt", 16, ["nginx"], fields=[GZIP],
           goals={"nginx": 1.0}, ours="perch-gzip"),
    # By loads that are not ours.
    Metric("wrk-echo-64", "GET /echo/abc by wrk, 64 kept connections", "/echo/abc", 64, ["null", "nginx"], measure="wrk",
           goals={"nginx": 1.25, "null": 0.9}),
    Metric("wrk-file-1k-64", "a 1 KiB file by wrk, 64 kept connections", "/files/1k", 64, ["null-files", *KEPT_PEERS],
           measure="wrk", goals={"null-files": 0.9}),
    Metric("wrk-download-10m-4", "a 10 MiB file by wrk, 4 kept connections", "/files/10m", 4,
           ["nginx", "lighttpd", "h2o"], figure="bytes_per_second", unit="B/s", measure="wrk",
           goals={"nginx": 1.0, "lighttpd": 1.0, "h2o": 1.0}),
    Metric("h2load-echo-64", "GET /echo/abc by h2load, 64 kept connections", "/echo/abc", 64, ["null", "nginx"],
           measure="h2load", goals={"nginx": 1.25, "null": 0.9}),
]
