#!/usr/bin/env bats
# The file system fails in the middle of an upload: it fills up, turns read-only, loses the folder.

load faults

setup() {
    need_root
}

# Python from stdin, with tests/talk.py at hand and an empty file system as the current folder.
py_on_own_mounts() {
    local status=0
    { echo 'import contextlib, random, threading'; echo 'from talk import *'; cat; } >"$BATS_TEST_TMPDIR.py"
    on_own_mounts python3 "$BATS_TEST_TMPDIR.py" || status=$?
    [[ $status != 77 ]] || skip "a loop device can't be had or mounted here"
    return "$status"
}

@test "another fills the disk in the middle: 507 where the length was not known, else the room was taken before" {
    py_on_own_mounts <<'END'
os.mkdir("files")
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", "files"], check=True)

def fill():
    with open("files/other", "wb", buffering=0) as other, contextlib.suppress(OSError):
        while other.write(b"x" * 4096):
            pass

def upload(name, pieces, framing, field):
    with Perch("--directory", "files") as perch:
        perch.talk.send(request("/files/" + name, field, "Expect: 100-continue", method="PUT"))
        assert perch.talk.reply().status == 100
        fill()
        with contextlib.suppress(ConnectionError):
            for _ in range(pieces):
                perch.talk.send(b"x" * 50000 if framing == "length" else b"c350\r\n%s\r\n" % (b"x" * 50000))
            perch.talk.send("" if framing == "length" else "0\r\n\r\n")
        reply = perch.talk.reply()
        perch.talk.half_close()
    os.unlink("files/other")
    return reply

for name in "old", "new":
    for pieces in 1, 4:
        for framing in "length", "chunked":
            open("files/old", "w").write("old")
            stored = framing == "length"
            reply = upload(name, pieces, framing,
                           f"Content-Length: {pieces * 50000}" if stored else "Transfer-Encoding: chunked")
            assert reply.status == ((204 if name == "old" else 201) if stored else 507), (name, pieces, framing, reply)
            assert sorted(os.listdir("files")) == sorted({"old"} | ({name} if stored else set()))
            if stored:
                assert open("files/" + name, "rb").read() == b"x" * 50000 * pieces
            else:
                assert open("files/old").read() == "old"
            for file in os.listdir("files"):
                os.unlink("files/" + file)
END
}

@test "a crowd on a full disk: 507 or a whole file, and all its room comes back" {
    py_on_own_mounts <<'END'
os.mkdir("files")
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", "files"], check=True)
free = lambda: (os.statvfs("files").f_bfree, os.statvfs("files").f_ffree)
before, refused, stored, failures = free(), [], [], []

def client(number):
    rng, content, path = random.Random(number), None, f"files/{number}"
    try:
        for i in range(40):
            body = b"%d.%03d," % (number, i) * rng.choice([10, 10000, 100000])
            with Perch("--directory", "files") as perch:
                reply = perch.talk.ask(f"/files/{number}", method="PUT", body=body)
                assert reply.status in (201, 204, 507), reply
                (refused if reply.status == 507 else stored).append(1)
                content = content if reply.status == 507 else body
            assert (open(path, "rb").read() if os.path.exists(path) else None) == content
    except BaseException as failure:
        failures.append(failure)

clients = [threading.Thread(target=client, args=[number]) for number in range(1, 6)]
for one in clients:
    one.start()
for one in clients:
    one.join()
for failure in failures:
    raise failure
assert refused and stored, (len(refused), len(stored))
assert not [name for name in os.listdir("files") if name.startswith(".")]
for name in os.listdir("files"):
    os.unlink("files/" + name)
assert free() == before
END
}

@test "the file system turns read-only in the middle: a failure, and the old file" {
    py_on_own_mounts <<'END'
os.mkdir("files")
pieces = [b"x" * 30000] * 3 + [b"x"]
for name in "old", "new":
    for after in range(len(pieces)):
        subprocess.run("truncate -s 8M image; mkfs.ext4 -Fq image", shell=True, check=True)
        if subprocess.run("mount -o loop image files", shell=True).returncode:
            sys.exit(77)
        open("files/old", "w").write("old")
        os.sync()
        with Perch("--directory", "files") as perch:
            perch.talk.send(request("/files/" + name, "Content-Length: 90001", "Expect: 100-continue", method="PUT"))
            assert perch.talk.reply().status == 100
            for i, piece in enumerate(pieces):
                if i == after:
                    # As after an error of the disk.
                    subprocess.run("mount -o remount,abort files", shell=True, check=True)
                with contextlib.suppress(ConnectionError):
                    perch.talk.send(piece)
            reply = perch.talk.reply()
            assert reply.status in (403, 500), reply
        subprocess.run("umount files; mount -o loop image files", shell=True, check=True)
        found = sorted(set(os.listdir("files")) - {"lost+found"})
        assert found == ["old"] and open("files/old").read() == "old", found
        subprocess.run(["umount", "files"], check=True)
END
}

@test "the folder is removed in the middle: a failure, nobody hangs, nothing is left" {
    py_on_own_mounts <<'END'
for removed in "files/folder", "files":
    for after in range(4):
        os.makedirs("files/folder")
        with Perch("--directory", "files") as perch:
            perch.talk.send(request("/files/folder/new", "Content-Length: 90001", "Expect: 100-continue", method="PUT"))
            assert perch.talk.reply().status == 100
            for i in range(4):
                if i == after:
                    os.rename(removed, "away")
                    subprocess.run(["rm", "-r", "away"], check=True)
                perch.talk.send(b"x" * 30000 if i < 3 else b"x")
            reply = perch.talk.reply()
            assert reply.status == 409, reply
        subprocess.run(["rm", "-rf", "files"], check=True)
END
}
