#!/usr/bin/env bats
# More than one machine: two perchd with one folder behind HAProxy, with the configuration that the
# README shows.

load ../helper
load hosts

setup_file() {
    make_stage
}

teardown_file() {
    remove_stage
}

@test "one of two machines dies under load, again and again: every upload that was answered is there" {
    need_root "to have networks and systems within networks"
    need haproxy haproxy
    need_own_network
    command -v ip >/dev/null || skip "there is no ip"
    cp "$BATS_TEST_DIRNAME/proxies/ha.cfg" "$BATS_TEST_TMPDIR"
    unshare --net python3 "$BATS_TEST_DIRNAME/ha.py" "$PROGRAM" "$BATS_TEST_TMPDIR/ha.cfg" 3>&-
}
