#!/usr/bin/env bats
# How many system calls perch makes: what a connection costs before its first byte, and a request.

load helper

setup() {
    need_strace
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    grep -qc __asan_init "$PERCH" && skip "a sanitizer makes calls of its own"
    return 0
}

# Python with calls(): the names of the calls of one connection with so many requests.
calls_py() {
    { cat <<'END'; cat; } | py
def calls(target, requests, *options, status=200, **request):
    with Perch("--directory", "files", *options, wrapper=["strace", "-o", "calls"]) as perch:
        for _ in range(requests):
            assert perch.talk.ask(target, **request).status == status
    with open("calls", encoding="latin-1") as lines:
        return [line.partition("(")[0] for line in lines if "(" in line]
END
}

@test "a kept request is one read and one write; with a small file, its four calls besides" {
    head -c 1000 /dev/urandom >files/small
    calls_py <<'END'
def difference(target):
    few, many = calls(target, 1), calls(target, 11)
    return {name: (many.count(name) - few.count(name)) / 10 for name in set(few + many)
            if many.count(name) != few.count(name)}
assert difference("/echo/abc") == {"read": 1, "sendto": 1}, difference("/echo/abc")
assert difference("/") == {"read": 1, "sendto": 1}
small = difference("/files/small")
assert small.pop("read") == 1 and small.pop("sendto") == 1, small
assert sum(small.values()) <= 5, small
END
}

@test "a kept upload of 4 KiB in place of a file is at most 13 calls, synced or not" {
    calls_py <<'END'
for durability, most in ("rename", 13), ("full", 13):
    open("files/small", "w").write("old")
    few, many = (calls("/files/small", n, f"--durability={durability}", status=204, method="PUT", body=b"x" * 4096)
                 for n in (1, 11))
    assert (len(many) - len(few)) / 10 <= most, (durability, many)
END
}

# Those that drop root's capabilities are not counted: under perchd there are none.
@test "before the first byte there are at most 52 calls, and none waits for anything" {
    calls_py <<'END'
made = calls("/echo/abc", 1)
before = [name for name in made[:made.index("sendto")] if name not in ("prctl", "capget", "capset", "read")]
limit = 52 if b"ld-linux" not in open(PERCH, "rb").read() else 200
assert len(before) <= limit, (len(before), before)
assert not {"poll", "nanosleep", "clock_gettime", "mmap2"} & set(before), before
END
}
