#!/usr/bin/env bats
# The command line of both programs: what they print, what they refuse, and with which exit code.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

# refused CODE NAMED PROGRAM ARGUMENT ...: ends by itself with that exit code, says one line on stderr
# with NAMED in it and nothing on stdout, and so has started nothing.
refused() {
    local code=$1 named=$2
    shift 2
    run "-$code" --separate-stderr timeout 60 "$@" </dev/null 3>&-
    # shellcheck disable=SC2154 # set by run
    if [[ -n $output || $(grep -c '' <<<"$stderr") != 1 || $stderr != *"$named"* ]]; then
        printf 'stdout: %s\nstderr: %s\n' "$output" "$stderr"
        return 1
    fi
}

perch() {
    refused "$1" "$2" "$PERCH" "${@:3}"
}

perchd() {
    refused "$1" "$2" "$PERCHD" --listen 127.0.0.1:0 "${@:3}"
}

# ---- --help and --version ----

fits_a_terminal() {
    run -0 --separate-stderr "$1" --help
    [ -z "$stderr" ]
    [ "${#lines[@]}" -gt 5 ]
    [ "$(wc -l <<<"$output")" -le 44 ]
    if grep -nE '^.{81}' <<<"$output"; then
        echo "these lines are longer than 80 columns"
        return 1
    fi
}

@test "perch --help fits 80 columns and 44 lines" {
    fits_a_terminal "$PERCH"
}

@test "perchd --help fits 80 columns and 44 lines" {
    fits_a_terminal "$PERCHD"
}

@test "--help tells the exit codes" {
    for code in 64 66 78; do
        "$PERCH" --help | grep -qw "$code"
    done
    for code in 64 66 69 78; do
        "$PERCHD" --help | grep -qw "$code"
    done
}

@test "--version is one line: the program and a number" {
    for program in perch perchd; do
        run -0 --separate-stderr "$BUILD/$program" --version
        [ -z "$stderr" ]
        [[ $output =~ ^$program\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    done
}

options_in_help() {
    "$1" --help | sed -nE 's/^  (--[a-z-]+).*/\1/p'
}

@test "the README's tables have every option, and no option that is none" {
    readme=$TOP/README.md
    [ -e "$readme" ] || skip "there is no README.md yet"
    # --help and --version may be left out: everybody knows them.
    { options_in_help "$PERCH"; options_in_help "$PERCHD"; } | sort -u >offered
    [ "$(wc -l <offered)" -gt 10 ]
    grep -E '^\|' "$readme" | grep -oE -- '`--[a-z-]+' | tr -d '`' | sort -u >described
    diff <(grep -vxE -- '--help|--version' offered) <(grep -vxE -- '--help|--version' described)
}

# ---- perch ----

@test "perch: an unknown option" {
    perch 64 "--frobnicate: unknown option; see perch --help" --frobnicate
    perch 64 --frobnicate --frobnicate=3
    perch 64 "did you mean --directory?" --directoryx "$FILES"
    perch 64 "did you mean --read-only?" --readonly
    perch 64 "did you mean --max-body?" --maxbody=3
    perch 64 "did you mean --listing?" -listing
    perch 64 "--listen: unknown option; did you mean --listing?" --listen 4221
    perch 64 -x -x
}

@test "perch: an argument that belongs to no option" {
    perch 64 folder folder
    perch 64 here --directory "$FILES" here
}

@test "perch: the launcher's options are not the handler's" {
    perch 64 --listen --listen 4221
    perch 64 --max-connections --max-connections=3
}

@test "perch: a value is missing" {
    for option in --directory --max-body --durability --timeout-first --timeout-head --timeout-idle \
        --timeout-stall; do
        perch 64 "$option" "$option"
        perch 64 "$option" --no-date "$option"
    done
}

@test "perch: a value is one too many" {
    perch 64 --read-only --read-only=yes
    perch 64 --no-date --no-date=
}

@test "perch: a size that is none" {
    for value in '' x -1 +1 1.5 1k 5KB K 0x10 ' 1' '1 ' 99999999999999999999 9999999T; do
        perch 64 --max-body --max-body "$value"
        perch 64 --max-body --max-body="$value"
    done
}

@test "perch: a time that is none" {
    for value in '' x -1 +1 1s 1,5 . .5. 1.2.3 1e3 inf nan 86401 99999999999; do
        for clock in first head idle stall; do
            perch 64 "--timeout-$clock" "--timeout-$clock" "$value"
        done
    done
}

@test "perch: a durability that is none" {
    for value in '' fast FULL full,rename; do
        perch 64 --durability --durability "$value"
    done
}

@test "perch: a folder that can't be had" {
    touch file
    perch 66 --directory --directory "$PWD/missing"
    perch 66 --directory --directory "$PWD/file"
    perch 66 missing --directory missing
    refused 64 --directory "$PERCH" --directory ''
}

@test "perch: values that are right, in both ways of writing" {
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >ask
    for options in "--max-body 500" "--max-body=64K" "--max-body 16G" "--max-body=0" \
        "--timeout-first 0" "--timeout-head=0.5" "--timeout-idle 86400" "--timeout-stall=1.125" \
        "--durability=rename" "--durability full" "--read-only" "--no-date"; do
        # shellcheck disable=SC2086 # words
        "$PERCH" $options <ask | head -n 1 | grep -q '^HTTP/1.1 200 '
    done
    "$PERCH" --directory "$FILES" <ask | grep -q '^HTTP/1.1 200 '
}

@test "perch: --no-date leaves out Date, else it is there" {
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >ask
    [ "$("$PERCH" <ask | grep -ci '^date:')" = 1 ]
    [ "$("$PERCH" --no-date <ask | grep -ci '^date:')" = 0 ]
}

# ---- perch and its descriptors ----

@test "perch: stdin or stdout is closed" {
    # shellcheck disable=SC2016 # for the inner shell
    for program in "$PERCH" "$PERCH --directory $FILES"; do
        for closed in '<&-' '>&- </dev/null'; do
            run -66 --separate-stderr sh -c "$program $closed"
            [ -z "$output" ]
            [ "$(grep -c '' <<<"$stderr")" = 1 ]
        done
    done
}

@test "perch: a datagram socket on stdin" {
    py <<'END'
# Of the second kind is the control socket of a spare: it wants a connection, no words.
for kind in socket.SOCK_DGRAM, socket.SOCK_SEQPACKET:
    ours, theirs = socket.socketpair(type=kind)
    ours.send(b"GET / HTTP/1.1")
    with Process([PERCH], expect=78, stdin=theirs, stdout=subprocess.PIPE) as perch:
        theirs.close()
        assert perch.popen.stdout.read() == b""
    assert len(perch.said().splitlines()) == 1, perch.said()
END
}

@test "perch: where descriptor 2 is the client, no message reaches it" {
    py <<'END'
wrong = [(64, "--frobnicate"), (64, "--max-body", "x"), (64, "--timeout-idle"), (64, "--read-only=1"),
         (66, "--directory", "/nonexistent/folder")]
for code, *options in wrong:
    for kind in "unix", "tcp":
        with Perch(*options, kind=kind, client_is_2=True, expect=code) as perch:
            perch.talk.ends()
            assert perch.said() == ""
END
}

@test "perch: what it prints on request does not reach a client's descriptor 2 either" {
    py <<'END'
# A connected socket as 0 and 1 is served: 2 stays free of what the checks of the start say.
with Perch(client_is_2=True, kind="unix") as perch:
    assert perch.talk.ask("/echo/a", "Connection: close").body == b"a"
    perch.talk.ends()
END
}

# ---- perchd ----

@test "perchd: wrong options of its own" {
    refused 64 --listen "$PERCHD" --listen
    for value in '' x 65536 99999 -1 127.0.0.1 127.0.0.1: :80 ::1:80 '[::1' '[]:80' relative/path \
        127.0.0.1:http '127.0.0.1: 80'; do
        refused 64 --listen "$PERCHD" --listen "$value"
    done
    for value in '' 0 x -1 1.5 1000001; do
        perchd 64 --max-connections --max-connections "$value"
        perchd 64 --max-per-source --max-per-source="$value"
    done
    for value in '' x -1 86401; do
        perchd 64 --drain --drain "$value"
    done
    perchd 64 --max-connections --max-connections
    perchd 64 --drain --drain
}

@test "perchd: a unix socket's path that is too long, or in no folder" {
    refused 64 --listen "$PERCHD" --listen "/$(printf '%0120d' 0)"
    refused 69 --listen "$PERCHD" --listen "$PWD/missing/sock"
}

@test "perchd: wrong options of the handler are found at the start" {
    perchd 64 --frobnicate --frobnicate
    perchd 64 folder folder
    perchd 64 --max-body --max-body x
    perchd 64 --timeout-idle --timeout-idle -1
    perchd 64 --durability --durability=never
    perchd 64 --directory --directory
}

@test "perchd: a folder that can't be had" {
    touch file
    perchd 66 --directory --directory "$PWD/missing"
    perchd 66 --directory --directory "$PWD/file"
}

@test "perchd: a port that is in use" {
    py <<'END'
with listener() as taken:
    port = str(taken.getsockname()[1])
    command = [PERCHD, "--listen", "127.0.0.1:0", "--listen", port]
    with Process(command, expect=69, stdout=subprocess.PIPE) as perchd:
        assert perchd.popen.stdout.read() == b"", "it has started something"
    said = perchd.said()
    assert len(said.splitlines()) == 1 and "--listen" in said and port in said, said
END
}

@test "perchd: an address that is not of this machine" {
    refused 69 192.0.2.1 "$PERCHD" --listen 192.0.2.1:0
    refused 69 no-such-host.invalid "$PERCHD" --listen no-such-host.invalid:0
}

@test "perchd: no perch beside it" {
    cp "$PERCHD" perchd
    refused 72 perch ./perchd --listen 127.0.0.1:0
    touch perch
    refused 72 perch ./perchd --listen 127.0.0.1:0
}

@test "perchd: a passed socket that does not listen" {
    py <<'END'
ours, theirs = socket.socketpair()
spare = fcntl.fcntl(theirs, fcntl.F_DUPFD, 10)
script = f'exec 3<&{spare} {spare}<&-; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0"'
with Process(["bash", "-c", script, PERCHD], expect=78, pass_fds=[spare],
             stdout=subprocess.PIPE) as perchd:
    assert perchd.popen.stdout.read() == b""
assert len(perchd.said().splitlines()) == 1, perchd.said()
END
}

@test "perchd: a mistyped option of its own is answered in its own name" {
    perchd 64 "perchd: --lisen: unknown option; did you mean --listen? See perchd --help" --lisen 4221
    perchd 64 "did you mean --max-per-source?" --max-per-sorce 3
    perchd 64 "did you mean --directory?" --dir "$FILES"
}

@test "perch can suggest all options of perchd" {
    "$PERCHD" --help | sed -nE 's/^  --([a-z-]+).*/\1/p' | while read -r name; do
        if ! "$PERCH" --help | grep -qE "^  --$name\b"; then
            perchd 64 "did you mean --$name?" "--${name}x"
        fi
    done
}

@test "perchd --check judges --listen as well" {
    perchd 64 --listen --check --listen nonsense
}

@test "perchd: a start that fails leaves no socket file" {
    perchd 69 --listen --listen "$PWD/sock" --listen 192.0.2.1:0
    [ ! -e sock ]
}

@test "perchd: all is well and --check starts nothing" {
    run -0 --separate-stderr timeout 60 "$PERCHD" --check --directory "$FILES"
    [ -z "$stderr" ]
    [[ $output == *"$FILES"* ]]
    run -0 --separate-stderr timeout 60 "$PERCH" --check
    [ -z "$stderr" ]
    [[ $output == *--directory* ]]
}

@test "perchd: a count that is none, or too much, is named with what it may be" {
    for option in spares:0 max-connections:1 max-per-source:1 reuse:1; do
        for value in x "" -1 1.5 1000001 99999999 1x; do
            run -64 "$PERCHD" "--${option%:*}=$value"
            [ "$output" = "perchd: --${option%:*}: \"$value\" is no count; give a number from ${option#*:} to 1000000" ]
        done
    done
    run -64 "$PERCHD" --reuse 0
    [ "$output" = 'perchd: --reuse: "0" is no count; give a number from 1 to 1000000' ]
}

@test "an option that is no name at all: nothing is guessed" {
    local long
    long=--$(printf "a%.0s" {1..300})
    for option in - --- -- "$long" --=x; do
        run -64 "$PERCH" "$option"
        [ "$output" = "perch: $option: unknown option; see perch --help" ]
    done
}

@test "a program without a name of its own says the one it was made with" {
    run -64 bash -c "exec -a '' '$PERCH' --nothing-like-it"
    [ "$output" = 'perch: --nothing-like-it: unknown option; see perch --help' ]
    run -64 bash -c "exec -a / '$PERCH' --nothing-like-it"
    [ "$output" = 'perch: --nothing-like-it: unknown option; see perch --help' ]
    run -64 bash -c "exec -a other '$PERCH' --nothing-like-it"
    [ "$output" = 'other: --nothing-like-it: unknown option; see other --help' ]
}
