# What the bats files of this folder share besides helper.bash: perch and a folder where other
# users reach them, and programs that Debian doesn't let be installed side by side.
#
# shellcheck shell=bash

# In front of the folder itself: Python's way to tests/hosts/hosts.py.
export PYTHONPATH=$TESTS/hosts:$TESTS

# For setup_file. $STAGE is a folder that anybody may enter, with bin/ (the programs under test),
# files/ and run/, which belong to nobody.
make_stage() {
    STAGE=$(mktemp -d "${TMPDIR:-/tmp}/perch-hosts.XXXXXX")
    export STAGE
    mkdir "$STAGE/bin" "$STAGE/files" "$STAGE/run"
    cp "$PERCH" "$PERCHD" "$STAGE/bin"
    chmod 755 "$STAGE" "$STAGE/bin"
    [ "$(id -u)" != 0 ] || chown nobody: "$STAGE/files" "$STAGE/run"
}

# In front of a command: it runs as nobody, whom the folders of the stage belong to.
AS_NOBODY=()
# shellcheck disable=SC2034 # for the tests
[ "$(id -u)" != 0 ] || AS_NOBODY=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

# For teardown_file.
remove_stage() {
    [ -z "${STAGE:-}" ] || rm -rf "$STAGE"
}

need_root() {
    [ "$(id -u)" = 0 ] || skip "needs root, $1"
}

# need PROGRAM PACKAGE: sets the variable PROGRAM to where it is: unpacked by "make deps-test", or
# installed.
need() {
    local unpacked=$TOP/build/unpacked/$2/usr
    PROGRAM=$(PATH=$unpacked/sbin:$unpacked/bin:$PATH:/usr/sbin command -v "$1") ||
        skip "there is no $1; \"make deps-test\" brings it"
    export PROGRAM
}
