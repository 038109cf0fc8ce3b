#!/usr/bin/env bats
# What the README of this folder says of other servers is what they do.

load ../helper

@test "nginx and lighttpd differ from perch where the table says so" {
    run python3 "$TESTS/compat/compat.py" --build "$BUILD" --check
    [ "$status" != 77 ] || skip "$output"
    echo "$output"
    [ "$status" = 0 ]
}
