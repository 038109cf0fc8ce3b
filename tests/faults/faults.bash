# What the files of this folder share, besides tests/helper.bash. Each begins with: load faults
#
# shellcheck shell=bash

load ../helper

FAULTS=$TESTS/faults
# No search for leaks, which neither a tracer nor the jail lets happen; nothing is allocated.
export FAULTS ASAN_OPTIONS=detect_leaks=0

# Whether the long form is asked for: make test-faults.
is_long() {
    [[ ${FAULTS_FORM:-short} = long ]]
}

# sized SHORT LONG: the one that is asked for. A sanitizer's programs take ten times as long.
sized() {
    if is_long; then
        echo "$2"
    else
        echo "$1"
    fi
}

# build_broken NAME: perch with tests/faults/NAME.h in, as $PERCH.
build_broken() {
    local folder=$BUILD/$1
    env -u MAKEFLAGS -u MAKEOVERRIDES -u MAKELEVEL make -s -j2 -C "$TOP" BUILD="$folder" \
        EXTRA="-include $FAULTS/$1.h" "$folder/perch" >&2 3>&-
    export PERCH=$folder/perch
}

# In a mount namespace of its own, with an empty file system in memory as the current folder.
on_own_mounts() {
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount sh -c 'mount -t tmpfs none "$0" && cd "$0" && exec "$@"' \
        "$BATS_TEST_TMPDIR" "$@" 3>&-
}

need_root() {
    [[ $(id -u) = 0 ]] || skip "this needs root"
    unshare --mount true 2>/dev/null || skip "a mount namespace is not permitted here"
}
