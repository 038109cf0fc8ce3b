#!/usr/bin/env bats
# What becomes of any octets, by a second reading of the framing rules.

load helper

@test "the cases, and what comes of them by chance, are framed as another reader frames them" {
    command "$BATS_TEST_DIRNAME/model.py" --inputs 1000
}
