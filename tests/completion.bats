#!/usr/bin/env bats
# What the shells complete: every option of --help, and what its value may be.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    { "$PERCH" --help && "$PERCHD" --help; } >help
    awk -v shell=bash -f "$TOP/src/completion.awk" help >perch.bash
    awk -v shell=zsh -f "$TOP/src/completion.awk" help >_perch
}

# completed PROGRAM WORD BEFORE: what bash offers for WORD behind BEFORE.
completed() {
    bash -c 'compopt() { :; }; . ./perch.bash
        "_$1" "$1" "$2" "$3"; printf "%s\n" "${COMPREPLY[@]}"' - "$@" | sort
}

@test "bash: all options of --help, of perch and of perchd" {
    for program in perch perchd; do
        BIN=$(tr a-z A-Z <<<$program)
        completed $program -- $program >offered
        "${!BIN}" --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort -u >own
        [ "$(wc -l <own)" -gt 5 ]
        [ -z "$(comm -13 offered own)" ]
    done
    # perchd hands on what is perch's.
    "$PERCH" --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort -u >own
    [ -z "$(comm -13 offered own)" ]
    [ "$(sort -u offered)" = "$(cat offered)" ]
    [ "$(completed perch --dur perch)" = --durability ]
}

@test "bash: what a value may be" {
    [ "$(completed perch '' --durability)" = $'full\nrename' ]
    [ "$(completed perchd '' --sandbox)" = $'auto\noff\nrequire' ]
    [ "$(completed perch j --log)" = $'journal\njson' ]
    mkdir 'a folder' && touch 'a file'
    [ "$(completed perch a --directory)" = 'a folder' ]
    [ "$(completed perch a --token-file)" = $'a file\na folder' ]
    [ -z "$(completed perch '' --max-body)" ]
}

# typed LINE: what bash itself makes of it, by a TAB at its end.
typed() {
    py "$1" <<'END'
import pty
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(PS1="", TERM="dumb", PATH=os.environ["BUILD"] + ":" + os.environ["PATH"])
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
# The line is run as the argument of a command that shows it.
os.write(fd, b"perch() { printf '<%s>' \"$@\"; echo .; }; . ./perch.bash; stty -echo; echo ready\n")
said = b""
def until(mark):
    global said
    while mark not in said:
        said += os.read(fd, 65536)
until(b"\nready")
said = b""
os.write(fd, sys.argv[1].encode() + b"\t\n")
until(b">.")
os.close(fd)
print("<" + said.decode().rpartition(">.")[0].partition("<")[2] + ">")
END
}

@test "bash: a TAB in the shell itself, with and without =" {
    mkdir folder && touch folder/file
    [ "$(typed 'perch --dur')" = '<--durability>' ]
    [ "$(typed 'perch --log js')" = '<--log><json>' ]
    [ "$(typed 'perch --log=js')" = '<--log=json>' ]
    [ "$(typed 'perch --listing --directory=fol')" = '<--listing><--directory=folder/>' ]
    [ "$(typed 'perch --types=folder/f')" = '<--types=folder/file>' ]
}

@test "bash: every word it offers is taken" {
    for option in --durability --log --sandbox; do
        for word in $(completed perch '' $option); do
            "$PERCH" --check $option "$word"
        done
    done
}

@test "zsh takes it, and describes every option" {
    command -v zsh >/dev/null || skip "zsh is not installed"
    zsh -n _perch
    # _arguments is asked for what it was given, by the shell itself.
    zsh -f -c '_arguments() { printf "%s\n" "$@"; }; service=$1; . ./_perch' - perch >described
    grep -oE '^\*?--[a-z-]+' described | tr -d '*' | sort >offered
    "$PERCH" --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort >own
    diff offered own
    grep -qF -- '--durability=[sync uploads before 201, or only rename (full)]:durability:(full rename)' described
}
