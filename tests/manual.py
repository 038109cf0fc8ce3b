"""What the manual pages, --help, the README and the sources say, as lists; for manual.bats."""
import ast
import collections
import glob
import operator
import os
import re
import subprocess

PROGRAMS = "perch", "perchd"
EXITS = {name: str(getattr(os, name)) for name in dir(os) if name.startswith("EX_")}

# value is "" for a switch, default where none is told.
Option = collections.namedtuple("Option", "name value default")


def source(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def build(program):
    return os.path.join(os.environ["BUILD"], program)


def same(name, left, other, right):
    """Fails with what only one of them has."""
    if left == right:
        return
    for item in left:
        if item not in right:
            print(f"{name} has {item}, {other} has not")
    for item in right:
        if item not in left:
            print(f"{other} has {item}, {name} has not")
    raise AssertionError(f"{name} and {other} differ, if only in their order")


# ---- Pages ----

def section(program, title):
    _, found, rest = source(f"src/{program}.8").partition(f".Sh {title}\n")
    assert found, f"{program}.8: no section {title}"
    return rest.partition("\n.Sh ")[0] + "\n"


def plain(text):
    """A line of mdoc without its macros."""
    return re.sub(r"(?<!\S)(?:Li|Ar|Fl|Sy|Ns|Nm|No|Pa|Cm|Ev)(?: |$)|\\&", "", text).strip()


def tags(program, title):
    return [plain(line[4:]) for line in section(program, title).split("\n")
            if line.startswith(".It ") and " Ta " not in line]


def columns(program, title):
    return [[plain(cell) for cell in re.split(r" Ta(?: |$)", line[4:])]
            for line in section(program, title).split("\n")
            if line.startswith(".It ") and " Ta " in line]


def page_options(program):
    options = []
    for item in re.split(r"\n\.It Fl Fl ", section(program, "OPTIONS"))[1:]:
        name, _, value = item.partition("\n")[0].partition(" Ar ")
        default = re.search(r"\nDefault: (\S+)\.$", item, re.M)
        if name.endswith(" Ns Op = Ns"):  # a value that may be left out
            name, value = name.split()[0], f"[={value}]"
        options.append(Option("--" + name, value, default[1] if default else ""))
    return options


# ---- --help and the README ----

def help_options(program):
    text = subprocess.run([build(program), "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout
    options = []
    for name, value, help in re.findall(r"^  (--[a-z0-9-]+)(?: ?(\S+))?  +(.*)$", text, re.M):
        default = re.search(r" \((\S+)\)$", help)
        options.append(Option(name, value, default[1] if default else ""))
    return options


def readme_options():
    """The value keeps its dashes and braces; the default is that column's text."""
    rows = re.findall(r"^\| `(--[a-z0-9-]+) ?([^`]*)?` \|.*\| ([^|]*)\|$", source("README.md"), re.M)
    return [Option(name, value.replace("\\|", "|"), default.strip()) for name, value, default in rows]


# ---- Sources ----

def sources(program):
    if program == "perchd":
        return ["src/perchd.c", "src/os/inherit.c", *glob.glob("src/base/*.c"), *glob.glob("src/launch/*.c")]
    return ["src/perch.c", *(path for room in ("base", "http", "os", "serve")
                             for path in glob.glob(f"src/{room}/*.c"))]


def exit_codes(program):
    """In what is that program's own; inherit.c ends perch alone."""
    names = {"EX_OK"}
    for path in sources(program):
        if program != "perchd" or path != "src/os/inherit.c":
            names.update(re.findall(r"\bEX_[A-Z]+\b", source(path)))
    return {EXITS[name] for name in names}


# ---- bounds.h ----

# What nobody meets: how perch works inside.
INTERNAL = {
    "RECALL_BYTES", "FILE_COPY_MAX", "CORK_MIN", "PIPE_STEP", "SENDFILE_STEP", "SHORTAGE_PAUSE_MS", "STATUS_PERIOD_MS", "PORT_DEFAULT",
    "RESERVE_STEP", "RESERVE_MIN", "FORMER_MIN", "FLUSH_STEP", "SPAWN_STACK_BYTES", "SPAWN_STACKS", "SPAWN_PATIENCE_MS", "ACCEPTS_A_TURN",
    "PARTIAL_STEP", "PARTIAL_TURN_MS", "PARTIAL_WATCH_MS", "PARTIAL_LOOK_MS",
    "ROOM_STEP_MS", "ROOM_SINGLES", "ROOM_PAUSE_MS",
    "OUTPUT_LOOK_MS", "OUTPUT_SLOW_MS",
    "DEMAND_SLICE_MS", "DEMAND_SLICES_MAX", "DEMAND_FALL", "SPARES_REFILL_MS", "SPARES_FAILED_MS", "IDENTITY_FILES_MAX",
    "SPARES_CALM_MS", "DEPOSITS_MAX",
}
INTERNAL_SECTIONS = {"Buffers", "Listings"}

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.LShift: operator.lshift,
             ast.FloorDiv: operator.floordiv, ast.Div: operator.floordiv}


def compute(node, known):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return known[node.id]
    return OPERATORS[type(node.op)](compute(node.left, known), compute(node.right, known))


def read_bounds():
    """(name, value, section) of every number."""
    known, part = {}, ""
    for line in source("src/bounds.h").split("\n"):
        heading = re.match(r"/\* ---- (.*) ---- \*/", line)
        part = heading[1] if heading else part
        define = re.match(r"#define (\w+) +([^/]+)", line)
        if not define or '"' in define[2]:
            continue
        text = re.sub(r"U?INT\d+_C\((\w+)\)", r"\1", define[2]).strip()
        text = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
        known[define[1]] = compute(ast.parse(text, mode="eval").body, known)
        yield define[1], known[define[1]], part


def all_bounds():
    return {name: value for name, value, _ in read_bounds()}


def bounds():
    return {name: value for name, value, part in read_bounds()
            if name not in INTERNAL and part not in INTERNAL_SECTIONS}


def forms(name, value):
    """The words in which a row may tell the value."""
    if re.search(r"_MS(_|$)", name):
        return [f" {value / 1000:g} "]
    units = [f" {value >> shift} {unit} " for shift, unit in ((10, "KiB"), (20, "MiB"), (30, "GiB"))
             if value and value % (1 << shift) == 0]
    return [f" {value} ", *units]


def bounds_told(program):
    """Of each bound that a comment names, the row behind that comment."""
    told = {}
    for names, row in re.findall(r'^\.\\" ([A-Z0-9_ ]+)\n\.It (.*)$', section(program, "LIMITS"), re.M):
        for name in names.split():
            told[name] = told.get(name, " ") + plain(row.replace(",", " ")) + " "
    return told
