#!/usr/bin/env python3
"""Measures perch beside other servers, interleaved, and tells the ratios of the medians.

    tests/bench/bench.py [--only NAME[,NAME ...]] [--rounds N] [--seconds S] [--list]

In each round every server of a metric is loaded for some seconds, one after another (perch, peer, peer,
perch, ...), so that what else the machine does falls on all of them. Server and load share the same
processors. A ratio is ours by theirs; where less is better (times), theirs by ours would be more: the
table says so. Results go to build/bench/results.json and build/bench/chart.svg.
"""
import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import metrics  # noqa: E402
import others  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import weigh  # noqa: E402

LOAD = f"{peers.BUILD}/bench/load"
LARGE = 10 << 20  # of fewer bytes nothing is said about the processors' time for a GB


def prose(size):
    """Text that is compressed as well as texts are, the same each time."""
    rng = random.Random(7)
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgk", range(22, 0, -1), k=rng.randint(1, 9))) for _ in range(1500)]
    said = rng.choices(words, [1 / (i + 2) for i in range(len(words))], k=size)
    return "".join(word + ("\n" if i % 12 == 11 else " ") for i, word in enumerate(said)).encode()[:size]


def make_root(folder):
    files = os.path.join(folder, "files")
    os.makedirs(os.path.join(files, ".nginx-body"))
    os.makedirs(os.path.join(folder, "echo"))
    with open(os.path.join(folder, "echo/abc"), "wb") as file:
        file.write(b"abc")
    for name, size in (("1k", 1 << 10), ("16k", 1 << 14), ("10m", 10 << 20), ("1g", 1 << 30)):
        with open(os.path.join(files, name), "wb") as file:
            file.truncate(size)
            if size <= 1 << 14:
                file.write(os.urandom(size))
    with open(os.path.join(files, "64k.txt"), "wb") as file:
        file.write(prose(65536))
    with open(os.path.join(folder, "index.html"), "wb"):
        pass
    for path, folders, names in os.walk(folder):
        os.chmod(path, 0o777)
        for name in names:
            os.chmod(os.path.join(path, name), 0o666)


def load(metric, server, seconds):
    """What one run says; with "bytes_per_second" beside it."""
    fields = metric.fields + (metric.own_fields if server.name == metric.ours and server.is_ours else [])
    command = [LOAD, "-c", str(metric.at_once), "-s", str(seconds * metric.seconds), "-t", metric.target,
               "-p", str(metric.depth)]
    for line in fields:
        command += ["-H", line]
    if metric.keeps:
        command.append("-k")
    if metric.upload:
        command += ["-u", str(metric.upload)]
    if metric.pause_us:
        command += ["-w", str(metric.pause_us)]
    before = server.cpu_seconds()
    done = subprocess.run([*command, str(server.port)], capture_output=True, text=True, check=False,
                          timeout=60 + 10 * seconds * metric.seconds)
    if done.returncode != 0:
        raise RuntimeError(f"{metric.name}, {server.name}: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    moved = said["bytes"] + said["done"] * metric.upload
    said["bytes_per_second"] = moved / said["seconds"]
    # None, too, where a server lets nobody count the children that have ended.
    said["cpu_s_a_gb"] = (server.cpu_seconds() - before) / moved * 1e9 or None if moved >= LARGE else None
    return said


def median_of(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


class Side:
    """A server in a metric. Ours and a peer may be the same server, asked differently."""

    def __init__(self, server, is_ours):
        self.name, self.port, self.is_ours = server.name, server.port, is_ours
        self.build, self.handler = server.build, server.handler
        self.cpu_seconds, self.processes = server.cpu_seconds, server.processes


MEASURES = {"load": load, "idle": weigh.idle, "start": weigh.start, **others.MEASURES}


def run_metric(metric, servers, rounds, seconds):
    sides = [Side(servers[metric.ours], True)] + [Side(servers[name], False) for name in (*metric.peers, "named")
                                                  if name in servers]
    runs = [[] for _ in sides]
    measure = MEASURES[metric.measure]
    for _ in range(min(rounds, metric.rounds_most)):
        for side, said in zip(sides, runs):
            said.append(measure(metric, side, seconds))
    figures = [[run[metric.figure] for run in said] for said in runs]
    rows = []
    for side, said, values in zip(sides, runs, figures):
        median = statistics.median(values)
        rows.append({
            "server": side.name, "median": median, "least": min(values), "most": max(values),
            "failed": sum(run["failed"] for run in said),
            "p50_us": median_of([run.get("p50_us") for run in said]),
            "p99_us": median_of([run.get("p99_us") for run in said]),
            "cpu_s_a_gb": median_of([run["cpu_s_a_gb"] for run in said]) if metric.is_large else None,
            "pss_kb": median_of([run.get("pss_kb") for run in said]),
        })
    rows[0]["most_goal"] = metric.most
    for row in rows[1:]:
        row["ratio"] = rows[0]["median"] / row["median"] if row["median"] > 0 else None
        row["goal"] = metric.goals.get(row["server"])
        row["beyond"] = rows[0]["median"] - row["median"] if row["server"] in metric.beyond else None
        row["beyond_goal"] = metric.beyond.get(row["server"])
    return {"metric": metric.name, "what": metric.what, "unit": metric.unit,
            "less_is_better": metric.less_is_better, "rows": rows}


def describe_machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "?")
    return f"{os.cpu_count()} processors ({model}), Linux {platform.release().split('-')[0]}"


def named_by(only):
    if not only:
        return metrics.METRICS
    names = only.replace(",", " ").split()
    chosen = [metric for metric in metrics.METRICS if any(metric.name.startswith(name) for name in names)]
    if not chosen:
        sys.exit(f"bench: --only: nothing is called {only}; see --list")
    return chosen


def choose(only):
    chosen = named_by(only)
    missing = {metric.measure for metric in chosen if metric.measure in others.MEASURES and
               not shutil.which(metric.measure)}
    for tool in sorted(missing):
        print(f"bench: {tool} is not installed, and what it measures left out", file=sys.stderr)
    return [metric for metric in chosen if metric.measure not in missing]


def start_servers(chosen, root, scratch):
    wanted = dict.fromkeys(name for metric in chosen for name in (metric.ours, *metric.peers, "named"))
    servers = {}
    for name in wanted:
        if not peers.is_there(name, peers.Place(name, root, scratch)):
            if name != "named":
                print(f"bench: {name} is not installed, and left out", file=sys.stderr)
            continue
        try:
            servers[name] = peers.Server(name, root, scratch)
        except RuntimeError as error:
            print(f"bench: left out: {error}", file=sys.stderr)
    return servers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.7)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        for metric in metrics.METRICS:
            print(f"{metric.name:16} {metric.what}; beside {', '.join(metric.peers)}")
        return
    chosen = choose(options.only)
    results = []
    with tempfile.TemporaryDirectory(prefix="perch-bench-", dir="/dev/shm") as folder:
        os.chmod(folder, 0o755)
        root, scratch = os.path.join(folder, "root"), os.path.join(folder, "scratch")
        make_root(root)
        servers = start_servers(chosen, root, scratch)
        try:
            for metric in (metric for metric in chosen if metric.ours in servers):
                results.append(run_metric(metric, servers, options.rounds, options.seconds))
                print(report.lines(results[-1]), flush=True)
        finally:
            for server in servers.values():
                server.stop()
            shutil.rmtree(f"{peers.BUILD}/bench/disk", ignore_errors=True)
    versions = {name: peers.version(name) for name in servers if peers.version(name)}
    report.save({"machine": describe_machine(), "versions": versions, "rounds": options.rounds,
                 "seconds": options.seconds, "results": results}, f"{peers.BUILD}/bench")


if __name__ == "__main__":
    main()
