#!/usr/bin/env bats
# That the bench measures what it says: not how fast anything is.

load helper

setup() {
    [ -x "$BUILD/bench/load" ] || skip "build/bench/load is not built"
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    head -c 1024 /dev/urandom >files/1k
    head -c 65536 /dev/zero >files/64k.txt
    head -c 3000000 /dev/zero >files/3m
}

teardown() {
    stop_perchd
}

# loaded OPTION ...: what load says of perchd, in $said.
loaded() {
    said=$("$BUILD/bench/load" -s 0.1 "$@" "$PORT")
    [ "$(jq .failed <<<"$said")" = 0 ]
    [ "$(jq '.done > 0 and .rate > 0 and .p50_us > 0 and .p99_us >= .p50_us' <<<"$said")" = true ]
}

@test "the load counts whole replies: kept, pipelined, new, in chunks" {
    start_perchd --directory files --types --gzip-files
    loaded -k -c 4 -t /files/1k
    [ "$(jq '.bytes > .done * 1024' <<<"$said")" = true ]
    loaded -k -p 16 -t /echo/abc
    loaded -k -c 2 -t /files/3m
    [ "$(jq '.bytes > .done * 3000000' <<<"$said")" = true ]
    loaded -c 4 -t /files/1k
    loaded -k -c 2 -t /files/64k.txt -H 'Accept-Encoding: gzip'
    [ "$(jq '.bytes < .done * 65536' <<<"$said")" = true ]
}

@test "the load uploads what it says" {
    start_perchd --directory files --durability rename
    loaded -k -c 2 -u 100000 -t /files/up
    [ "$(stat -c %s files/up)" = 100000 ]
}

@test "the load sees what fails" {
    start_perchd --directory files
    said=$("$BUILD/bench/load" -s 0.1 -k -t /nothing "$PORT")
    [ "$(jq '.failed > 0' <<<"$said")" = true ]
}

@test "what other loads say is understood" {
    command -v wrk >/dev/null && command -v h2load >/dev/null || skip "wrk or h2load is missing"
    start_perchd --directory files
    python3 - "$TESTS/bench" "$PORT" <<'END'
import sys
from types import SimpleNamespace
sys.path.insert(0, sys.argv[1])
import others

def asked(tool, target):
    metric = SimpleNamespace(target=target, at_once=2, seconds=1)
    return others.MEASURES[tool](metric, SimpleNamespace(port=sys.argv[2]), 1)

for tool in others.MEASURES:
    said = asked(tool, "/files/1k")
    assert said["rate"] > 0 and said["failed"] == 0, said
    assert asked(tool, "/nothing")["failed"] > 0, tool
said = asked("wrk", "/files/1k")
assert said["bytes_per_second"] > said["rate"] * 1024 and said["p99_us"] >= said["p50_us"] > 0, said
END
}

@test "ways to receive an upload are compared" {
    "$BUILD/bench/receive" . 300000 2 synced >said
    [ "$(grep -c ' GB/s .* s of CPU a GB$' said)" = 9 ]
}

@test "a run from end to end: rows, ratios, a table" {
    ! is_sanitized || skip "the sanitizers are no server to be measured"
    # Each server gets a port that was free a moment before: among other tests it may not be any more.
    need_own_network
    "${OWN_NETWORK[@]}" python3 "$TESTS/bench/bench.py" --only root-16,new-16,put-4k-1,gzip-20,start --rounds 1 --seconds 0.1 >said 3>&-
    grep -q '^root-16: ' said
    results=$BUILD/bench/results.json
    [ "$(jq '[.results[].metric] | contains(["root-16", "new-16", "put-4k-1", "gzip-20", "start"])' "$results")" = true ]
    [ "$(jq '[.results[].rows[] | select(.server | startswith("perch") or . == "null") | .failed] | add' "$results")" = 0 ]
    [ "$(jq '.results[0].rows[1] | .server == "null" and .ratio > 0' "$results")" = true ]
    grep -q '^| GET /, 16 kept connections |' "$BUILD/bench/table.md"
}

@test "no request takes more than 5 % more instructions, or pages, than it did" {
    [ -n "$(command -v valgrind)" ] || skip "valgrind is missing"
    ! is_sanitized || skip "a sanitizer has instructions of its own"
    python3 "$TESTS/bench/counts.py" >said || { cat said; return 1; }
    ! grep '^not compared' said || skip "$(cat said)"
}

@test "idle connections are weighed, and all of them end" {
    ! is_sanitized || skip "the sanitizers are no server to be weighed"
    need_own_network
    mkdir -p root/files scratch
    "${OWN_NETWORK[@]}" python3 - "$TESTS/bench" 3>&- <<'END'
import os, sys, types
sys.path.insert(0, sys.argv[1])
import peers, weigh
server = peers.Server("perch", os.path.abspath("root"), os.path.abspath("scratch"))
try:
    # So many that a few spares more or fewer are lost in them.
    said = weigh.idle(types.SimpleNamespace(at_once=64), server, 0)
    assert said["done"] == 64 and 10 < said["pss_kb"] < 1000, said
    # perchd, and its spares.
    assert len(server.processes()) <= 17
finally:
    server.stop()
END
}
