"""What is measured without a load: an idle connection's memory, and a handler's start."""
import json
import os
import resource
import socket
import subprocess
import time

REQUEST = b"GET /echo/abc HTTP/1.1\r\nHost: bench.test\r\n\r\n"
# Connections whose ends are brought about at one moment, each of them a process that ends.
GROUP = 400
NOBODY = 65534
PATIENCE_SECONDS = 30


def available_kb():
    """MemAvailable, and what each processor keeps at hand of free pages, which that leaves out: after
    thousands of processes have ended this can be hundreds of megabytes, and the next that are started
    would seem to need as much less."""
    with open("/proc/meminfo") as file:
        available = int(next(line for line in file if line.startswith("MemAvailable")).split()[1])
    with open("/proc/zoneinfo") as file:
        at_hand = sum(int(line.split()[1]) for line in file if line.split()[0] == "count:")
    return available + at_hand * resource.getpagesize() // 1024


def pss_kb(pids):
    """Of these processes; those that have just ended have none."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            pass
    return total


def connect(port):
    """A connection that has had its answer, and is kept."""
    client = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    client.sendall(REQUEST)
    if not client.recv(4096).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("an idle connection's first request was not answered with 200")
    return client


def close_in_groups(clients, server, most_left):
    """Until as few of the server's processes are left, or there never were more."""
    for first in range(0, len(clients), GROUP):
        for client in clients[first:first + GROUP]:
            client.close()
        left = most_left + max(0, len(clients) - first - GROUP)
        end = time.monotonic() + PATIENCE_SECONDS
        while len(server.processes()) > left and time.monotonic() < end:
            time.sleep(0.02)


def settled(figure):
    """A figure that has stopped to fall or rise by more than a hundredth."""
    last = figure()
    for _ in range(20):
        time.sleep(0.2)
        now = figure()
        if abs(now - last) * 100 < last:
            break
        last = now
    return now


def idle(metric, server, _seconds):
    """kB for each of so many connections that have asked once and then say nothing: by which
    MemAvailable falls, the client's end of each and the kernel's share included; and PSS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    processes = len(server.processes())
    pss, available = pss_kb(server.processes()), settled(available_kb)
    clients = []
    try:
        for _ in range(metric.at_once):
            clients.append(connect(server.port))
        fallen = available - settled(available_kb)
        grown = pss_kb(server.processes()) - pss
    finally:
        # Spares may have become more by what has come.
        close_in_groups(clients, server, processes + 16)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return {"idle_kb": fallen / metric.at_once, "pss_kb": grown / metric.at_once, "done": len(clients), "failed": 0}


def start(_metric, server, seconds):
    """From the start of one process to the first byte of its answer, as what such a server's handlers are."""
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    command = [f"{server.build}/bench/start", "-n", str(max(20, int(400 * seconds))), *server.handler]
    if subprocess.run(["test", "-x", command[0]], check=False, **as_nobody).returncode != 0:
        as_nobody = {}  # nobody can't reach it, as below /root
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **as_nobody)
    if done.returncode != 0:
        raise RuntimeError(f"start, {server.name}: {done.stderr.strip()}")
    return json.loads(done.stdout)
