#!/usr/bin/env bats
# perch struck at each of its system calls: killed there, or told of an error.

load faults

setup() {
    need_strace # which needs what strike needs
    [[ -x $BUILD/faults/strike ]] || skip "strike knows the calls of x86-64 alone"
    make_files
}

# strike HOW SHORT LONG AT_LEAST [OPTION ...]: of all shots each SHORT-th or each LONG-th, and in the
# long form at least that many; the options are perch's.
strike() {
    local step said
    step=$(sized "$2" "$3")
    if is_sanitized; then
        step=$((step * 8))
    fi
    said=$("$BUILD/faults/strike" "$1" "$PERCH" "$FILES" "$step" "${@:5}") || {
        echo "$said"
        return 1
    }
    echo "# $1: $(tail -n 1 <<<"$said")" >&3
    [[ $said =~ ([0-9]+)\ passed,\ 0\ failed$ ]] && [[ ${BASH_REMATCH[1]} -gt 10 ]]
    ! is_long || [[ ${BASH_REMATCH[1]} -ge $4 ]]
}

@test "killed before and after every call: the old file or the new one, whole, and nothing else" {
    strike kill 11 1 5000
}

@test "every call fails in every way: no success that is none, nothing left, no crash, no hang" {
    strike fail 31 4 8000
}

@test "the same without the jail around it" {
    local options=(--sandbox=off)
    # As root it does not like to be without.
    [[ $(id -u) != 0 ]] || options+=(--user=root)
    strike kill 61 9 500 "${options[@]}"
    strike fail 151 29 1000 "${options[@]}"
}
