"""What the bench found: as lines, as JSON, as a table for the README, and as a chart."""
import json
import os
import shutil
import subprocess
import sys


def number(value, unit):
    if unit == "B/s":
        return f"{value / 1e9:.2f} GB/s"
    if unit in ("us", "kB"):
        return f"{value:.0f} {unit}"
    return f"{value:,.0f}"


def is_reached(result, row):
    if row.get("goal") is None or row.get("ratio") is None:
        return None
    return row["ratio"] <= row["goal"] if result["less_is_better"] else row["ratio"] >= row["goal"]


def lines(result):
    text = [f"{result['metric']}: {result['what']}" + (" (less is better)" if result["less_is_better"] else "")]
    for row in result["rows"]:
        line = f"  {row['server']:12} {number(row['median'], result['unit']):>12}" \
               f"  ({number(row['least'], result['unit'])} to {number(row['most'], result['unit'])})"
        if row.get("ratio") is not None:
            line += f"  ours: {row['ratio']:.2f} of it"
        if is_reached(result, row) is not None:
            line += f", goal {row['goal']}: " + ("reached" if is_reached(result, row) else "missed")
        if row.get("most_goal") is not None:
            line += f"  goal {row['most_goal']}: " + ("reached" if row["median"] <= row["most_goal"] else "missed")
        if row.get("beyond") is not None:
            line += f", {row['beyond']:+.0f}, goal {row['beyond_goal']}: " + \
                ("reached" if row["beyond"] <= row["beyond_goal"] else "missed")
        if row.get("p99_us") is not None and result["unit"] == "/s":
            line += f"  p50 {row['p50_us']:.0f} us, p99 {row['p99_us']:.0f} us"
        if row.get("pss_kb") is not None:
            line += f"  PSS {row['pss_kb']:.0f} kB"
        if row.get("cpu_s_a_gb") is not None:
            line += f"  {row['cpu_s_a_gb']:.2f} s of CPU a GB"
        if row["failed"]:
            line += f"  {row['failed']} failed"
        text.append(line)
    return "\n".join(text)


# ---- For the README ----

HEADS = {"nginx-cache": "nginx with open_file_cache", "nginx-file": "nginx with a file", "null": "the null server", "null-files": "null with file calls",
         "store": "the bare program"}


def markdown(found):
    servers = ["nginx", "nginx-cache", "nginx-file", "lighttpd", "h2o", "busybox", "null", "null-files", "store"]
    shown = [name for name in servers if any(row["server"] == name for result in found["results"]
                                             for row in result["rows"][1:])]
    heads = [HEADS.get(name, name) for name in shown]
    text = ["| what is measured | perch | perch by " + " | by ".join(heads) + " |", "|---" * (len(shown) + 2) + "|"]
    for result in found["results"]:
        ratios = {row["server"]: row["ratio"] for row in result["rows"][1:] if row.get("ratio")}
        cells = [f"{ratios[name]:.2f}" if name in ratios else "" for name in shown]
        what = result["what"] + (" (less is better)" if result["less_is_better"] else "")
        text.append(f"| {what} | {number(result['rows'][0]['median'], result['unit'])} | " + " | ".join(cells) + " |")
    versions = "; ".join(text for text in found["versions"].values())
    text += ["", f"Ratios of medians of {found['rounds']} interleaved rounds of {found['seconds']} s on "
                 f"{found['machine']}, which the load shares. {versions}."]
    return "\n".join(text)


# ---- The chart ----

PLOT = """set terminal svg size 860,{height} dynamic background "white" font "sans,13"
set output "{path}.svg"
set title "perch by nginx, same run (more is better for perch)"
set style fill solid 0.8 noborder
set xrange [0:*]
set yrange [-0.7:{last}.7] reverse
set ytics scale 0
set grid xtics
set arrow from 1,-0.7 to 1,{last}.7 nohead lw 2 lc rgb "#888888"
unset key
plot "{path}.data" using (0.5*$2):0:(0.5*$2):(0.35):ytic(1) with boxxyerror lc rgb "#0b57d0"
"""


def chart(found, path):
    rows = []
    for result in (result for result in found["results"] if result["unit"] != "kB"):
        ratio = next((row["ratio"] for row in result["rows"][1:] if row["server"] == "nginx" and row.get("ratio")), None)
        if ratio:
            rows.append((result["metric"], 1 / ratio if result["less_is_better"] else ratio))
    if not rows or not shutil.which("gnuplot"):
        return
    with open(path + ".data", "w") as file:
        file.writelines(f'"{name}" {ratio:.3f}\n' for name, ratio in rows)
    plot = PLOT.format(path=os.path.basename(path), height=90 + 26 * len(rows), last=len(rows) - 1)
    # In its folder, so that the chart names its data without this machine's path.
    done = subprocess.run(["gnuplot"], input=plot, text=True, check=False, cwd=os.path.dirname(path))
    if done.returncode != 0:
        print("bench: gnuplot made no chart", file=sys.stderr)


def save(found, folder):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/results.json", "w") as file:
        json.dump(found, file, indent=1)
        file.write("\n")
    with open(f"{folder}/table.md", "w") as file:
        file.write(markdown(found) + "\n")
    chart(found, f"{folder}/chart")
