#!/usr/bin/env bats
# The file that was served last stays open over its connection: whatever becomes of its name
# meanwhile, the next answer is what opening it anew would give.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    stop_perchd
}

# Python with open_files(): which of the served files a process has open; and is_possible: whether
# files are held on the file system here (src/os/held.c).
held_py() {
    { cat <<'END'; cat; } | py
is_possible = can_be_held("files")
def open_files(pid):
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    return sorted(os.path.basename(link) for link in links if "/files/" in link)
def write(name, text):
    with open(name, "w") as file:
        file.write(text)
END
}

@test "a file that was asked for is changed in every way: the next answer is as on a new connection" {
    held_py <<'END'
def replace():
    write("new", "other content\n")
    os.rename("new", "files/a")
def replace_alike():
    """The same length, the same times."""
    replace_with = "CONTENT of it\n"
    old = os.stat("files/a")
    write("new", replace_with)
    os.utime("new", ns=(old.st_atime_ns, old.st_mtime_ns))
    os.rename("new", "files/a")
def rewrite_alike():
    old = os.stat("files/a")
    with open("files/a", "r+") as file:
        file.write("CONTENT")
    os.utime("files/a", ns=(old.st_atime_ns, old.st_mtime_ns))
def append():
    with open("files/a", "a") as file:
        file.write("more\n")
def forbid():
    os.chmod("files/a", 0)
def put_in_place(make):
    def change():
        os.rename("files/a", "files/b")
        make()
    return change
def grow():
    os.truncate("files/a", 1 << 20)
changes = {
    "nothing": (lambda: None, 200), "replaced": (replace, 200), "replaced by one alike": (replace_alike, 200),
    "rewritten": (rewrite_alike, 200), "appended to": (append, 200), "grown": (grow, 200),
    "cut": (lambda: os.truncate("files/a", 5), 200), "emptied": (lambda: os.truncate("files/a", 0), 200),
    "touched": (lambda: os.utime("files/a"), 200), "linked": (lambda: os.link("files/a", "files/b"), 200),
    "deleted": (lambda: os.unlink("files/a"), 404), "renamed": (put_in_place(lambda: None), 404),
    "renamed and back": (put_in_place(lambda: os.rename("files/b", "files/a")), 200),
    "forbidden": (forbid, 403), "a symbolic link to it": (put_in_place(lambda: os.symlink("b", "files/a")), 404),
    "a folder": (put_in_place(lambda: os.mkdir("files/a")), 404),
    "a FIFO": (put_in_place(lambda: os.mkfifo("files/a")), 404),
    "its folder forbidden": (lambda: os.chmod("files", 0), 403),
}
if os.getuid() == 0:
    changes["given away"] = (lambda: (os.chmod("files/a", 0o600), os.chown("files/a", 65534, 65534)), 403)
def say(reply):
    return reply.status, reply.get("ETag"), reply.get("Last-Modified"), reply.body
for what, (change, status) in changes.items():
    subprocess.run(["rm", "-rf", "files/a", "files/b"], check=True)
    write("files/a", "content of it\n")
    with Perch("--directory", "files") as old, Perch("--directory", "files") as new:
        for _ in range(2):
            assert old.talk.ask("/files/a").body == b"content of it\n", what
        if is_possible:
            assert open_files(old.pid) == ["a"], (what, open_files(old.pid))
        change()
        for _ in range(2):
            reply = old.talk.ask("/files/a")
            assert reply.status == status, (what, reply)
            assert say(reply) == say(new.talk.ask("/files/a")), (what, reply)
        if is_possible and status != 200:
            assert open_files(old.pid) == [], what
    os.chmod("files", 0o755)
END
}

@test "one file is held, a small one of the served folder itself, and for no other connection" {
    mkdir files/folder
    touch files/a files/b files/folder/c
    head -c 65536 /dev/zero >files/small
    head -c 65537 /dev/zero >files/large
    start_perchd --directory files --reuse 2 --spares 0
    held_py <<'END'
if not is_possible:
    sys.exit()
perchd = int(os.environ["PERCHD_PID"])
with connect() as talk:
    eventually("there is a handler", lambda: len(children(perchd)) == 1)
    handler, = children(perchd)
    for name, held in (("a", ["a"]), ("b", ["b"]), ("none", []), ("a", ["a"]), ("folder/c", []), ("small", ["small"]),
                       ("large", []), ("a", ["a"])):
        for _ in range(2):
            talk.ask("/files/" + name)
            assert open_files(handler) == held, (name, open_files(handler))
    talk.ask("/", "Connection: close")
    talk.ends()
eventually("it is closed", lambda: open_files(handler) == [])
assert list(children(perchd)) == [handler]
END
    stop_perchd
}
