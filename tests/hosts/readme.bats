#!/usr/bin/env bats
# What the README tells a reader to type, typed.

load ../helper

@test "each block of the README: commands run, replies come, excerpts are of the files they name" {
    need_own_network
    [ "$BUILD" = "$TOP/build" ] || skip "the README's commands make a build of their own"
    cd "$TOP"
    # What is built already is copied with its times, so that make finds it done.
    { git ls-files -z -co --exclude-standard 2>/dev/null ||
        find . \( -path ./build -o -path ./.git \) -prune -o -type f -print0; } |
        sort -zu >"$BATS_TEST_TMPDIR/names"
    mkdir "$BATS_TEST_TMPDIR/scratch"
    xargs -0 -a "$BATS_TEST_TMPDIR/names" cp -a --parents --target-directory "$BATS_TEST_TMPDIR/scratch"
    for made in build/perch build/perchd build/commands build/musl build/dynamic; do
        [ ! -e "$made" ] || cp -a --parents "$made" "$BATS_TEST_TMPDIR/scratch"
    done
    # What the tests build and where is not what a reader has.
    env -u BUILD "${OWN_NETWORK[@]}" python3 tests/readme.py "$BATS_TEST_TMPDIR/scratch" 3>&-
}
