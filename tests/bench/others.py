"""The same questions put by loads that are not ours: wrk and h2load, from the distribution.

Each is given a metric, a server and seconds, and says what bench.load says, as far as the tool tells it."""
import re
import subprocess

THREADS = 2
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def number_of(pattern, text):
    """What the first group matches, in the unit that the second one is, if there is one. 0 without a match."""
    match = re.search(pattern, text)
    if not match:
        return 0
    unit = UNITS[match[2]] if match.re.groups > 1 else 1
    return float(match[1]) * unit


def said_by(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def microseconds(text, percent):
    match = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\b", text)
    return float(match[1]) * {"us": 1, "ms": 1e3, "s": 1e6}[match[2]] if match else None


def wrk(metric, server, seconds):
    """Its shortest run is one of a second."""
    said = said_by(["wrk", "--latency", f"-t{min(THREADS, metric.at_once)}", f"-c{metric.at_once}",
                    f"-d{max(1, round(seconds * metric.seconds))}s", f"http://127.0.0.1:{server.port}{metric.target}"])
    failed = sum(map(int, re.findall(r"(?:connect|read|write|timeout|responses:) (\d+)", said)))
    return {"rate": number_of(r"Requests/sec:\s+([\d.]+)", said), "failed": failed, "cpu_s_a_gb": None,
            "bytes_per_second": number_of(r"Transfer/sec:\s+([\d.]+)([KMG]?)B", said),
            "p50_us": microseconds(said, 50), "p99_us": microseconds(said, 99)}


def h2load(metric, server, seconds):
    """In HTTP/1.1; its shortest run is one of a second as well."""
    said = said_by(["h2load", "--h1", f"-t{min(THREADS, metric.at_once)}", f"-c{metric.at_once}",
                    f"-D{max(1, round(seconds * metric.seconds))}", f"http://127.0.0.1:{server.port}{metric.target}"])
    failed = sum(map(int, re.findall(r"(\d+) (?:failed|errored|timeout)\b", said)))
    return {"rate": number_of(r"([\d.]+) req/s", said), "failed": failed, "cpu_s_a_gb": None}


MEASURES = {"wrk": wrk, "h2load": h2load}
