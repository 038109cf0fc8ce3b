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
