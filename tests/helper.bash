# What the bats files share. Each begins with: load helper
#
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(dirname "$TESTS")
BUILD=${BUILD:-build}
[[ $BUILD = /* ]] || BUILD=$TOP/$BUILD
PERCH=$BUILD/perch
PERCHD=$BUILD/perchd
export TESTS TOP BUILD PERCH PERCHD PYTHONPATH=$TESTS PYTHONDONTWRITEBYTECODE=1

# Python from stdin, with tests/talk.py at hand. Descriptor 3 is bats' own, and 3 is what the
# service manager's protocol is about.
py() {
    { echo 'from talk import *'; cat; } | python3 - "$@" 3>&-
}

# Where another user is to run what is under test: it must be root who asks, and the tree must not be
# behind a folder of root's alone, such as /root.
need_another_user() {
    [ "$(id -u)" = 0 ] || skip "needs root, to be another user"
    setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$PERCH" || skip "another user can't reach $BUILD"
}

# A folder to serve, in $FILES.
make_files() {
    FILES=$BATS_TEST_TMPDIR/files
    export FILES
    mkdir -p "$FILES"
}

# Starts perchd on a port that the kernel picks and waits for the line that says so.
# Sets PERCHD_PID, PORT and URL; its messages go to $BATS_TEST_TMPDIR/perchd.err.
start_perchd() {
    start_perchd_by "$PERCHD" "$@"
}

# The same by another command, such as one that changes the user first and then runs perchd.
start_perchd_by() {
    local line clock patience=() out=$BATS_TEST_TMPDIR/perchd.out
    # On a busy machine a client may be late: only clocks that the test sets end anything.
    for clock in first head idle body stall; do
        [[ $* = *--timeout-$clock* ]] || patience+=("--timeout-$clock=300")
    done
    mkfifo "$out"
    "$@" "${patience[@]}" --listen 127.0.0.1:0 >"$out" 2>"$BATS_TEST_TMPDIR/perchd.err" 3>&- &
    PERCHD_PID=$!
    exec {PERCHD_OUT}<"$out"
    ANNOUNCED=()
    while read -r -t 60 -u "$PERCHD_OUT" line; do
        ANNOUNCED+=("$line")
        # The option above is the last, so this line is the last listener's.
        if [[ $line =~ ^perchd:\ listening\ on\ (http://127\.0\.0\.1:([0-9]+))/$ ]] &&
            [[ ${#ANNOUNCED[@]} -ge ${LISTENERS:-1} ]]; then
            URL=${BASH_REMATCH[1]} PORT=${BASH_REMATCH[2]}
            export PERCHD_PID PORT URL
            return
        fi
    done
    echo "perchd did not say that it listens:"
    cat "$BATS_TEST_TMPDIR/perchd.err"
    return 1
}

# Waits for perchd's end; it must come by itself, with exit code 0, and nothing may have gone wrong
# meanwhile in it or in a handler, but for lines that match ALLOWED.
await_perchd() {
    local status=0 pid=$PERCHD_PID
    PERCHD_PID=
    if ! python3 "$TESTS/talk.py" gone "$pid"; then
        kill -KILL "$pid"
    fi
    wait "$pid" || status=$?
    if [[ $status != 0 ]] || grep -vE "${ALLOWED:-^$}" "$BATS_TEST_TMPDIR/perchd.err" |
        grep -E 'Sanitizer|runtime error|ended by signal|could not serve'; then
        echo "perchd: exit code $status"
        cat "$BATS_TEST_TMPDIR/perchd.err"
        return 1
    fi
}

stop_perchd() {
    if [[ -n ${PERCHD_PID:-} ]]; then
        kill -TERM "$PERCHD_PID"
        await_perchd
    fi
}

# The command that gives what follows a network of its own, in the array OWN_NETWORK; there every
# port is free. Skips the test where the system does not allow that.
need_own_network() {
    local as_root=()
    [[ $(id -u) = 0 ]] || as_root=(--map-root-user)
    OWN_NETWORK=(unshare --net "${as_root[@]}" python3 "$TESTS/talk.py" own-network)
    "${OWN_NETWORK[@]}" true 2>/dev/null ||
        skip "a network namespace is not permitted here"
}

# Python from stdin, as py() has it, in a mount namespace of its own; skips the test where the system
# does not allow that.
own_file_system() {
    local as_root=()
    [[ $(id -u) = 0 ]] || as_root=(--map-root-user)
    unshare --mount "${as_root[@]}" mount -t tmpfs none "$BATS_TEST_TMPDIR" 2>/dev/null ||
        skip "mounting a small file system is not permitted here"
    { echo 'from talk import *'; cat; } >own.py
    unshare --mount "${as_root[@]}" python3 own.py 3>&-
}

# Whether the programs are built with the sanitizers.
is_sanitized() {
    grep -q __asan_init "$PERCH"
}

# For Clock() in talk.py.
need_later() {
    [ -x "$BUILD/later" ] || skip "make test builds build/later, a perch whose clock can be put forward"
}

need_strace() {
    strace -o /dev/null true 2>/dev/null || skip "strace is not permitted here"
}
