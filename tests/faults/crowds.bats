#!/usr/bin/env bats
# Many clients at once, some cut off, some handlers killed: each sees whole files.

load faults

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# crowd HOW SHORT LONG: see crowd.py.
crowd() {
    local said
    said=$("$FAULTS/crowd.py" "$1" "$(sized "$2" "$3")" 3>&-) || {
        echo "$said"
        return 1
    }
    echo "# $said" >&3
}

@test "readers of a file that is replaced all the time: none gets a torn one" {
    crowd readers "$(is_sanitized && echo 10000 || echo 100000)" 1000000
}

@test "a slow reader gets the version that it began with, whatever comes meanwhile" {
    crowd slow 50 200
}

@test "writers to one name: one whole body" {
    crowd writers "$(is_sanitized && echo 300 || echo 1000)" 1000
}

@test "uploads cut at every octet, while readers compare" {
    crowd cuts "$(is_sanitized && echo 7 || echo 1)" 1
}

@test "handlers and perchd killed at random under load: each name old or new" {
    crowd kills 4 60
}

@test "an upload over a connection that is lost ten times" {
    crowd resumed 64 1024
}
