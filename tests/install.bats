#!/usr/bin/env bats
# make install and uninstall, below a DESTDIR.

load helper

setup() {
    ! grep -q __asan_init "$PERCH" || skip "nobody installs a build with sanitizers"
    cd "$BATS_TEST_TMPDIR" || return
}

installed() {
    make -s -C "$TOP" "$1" BUILD="$BUILD" DESTDIR="$PWD/root" PREFIX="$2" >&2 3>&-
}

@test "make install: both programs, their pages and the units, which name them; uninstall leaves what is others'" {
    for prefix in /usr /usr/local /opt/perch; do
        rm -rf root
        installed install "$prefix"
        "root$prefix/bin/perch" --version
        "root$prefix/bin/perchd" --check
        [ -f "root$prefix/share/man/man8/perchd.8" ]
        mapfile -t units < <(find root -name 'perch*.service')
        [ "${#units[@]}" -ge 3 ]
        for unit in "${units[@]}"; do
            grep -qE "^ExecStart=$prefix/bin/perchd? " "$unit"
            run -1 grep -E '^(ExecStart|ExecPaths)=.*/bin/perch' <(grep -v "$prefix/bin/perch" "$unit")
        done
        touch "root$prefix/bin/other"
        installed uninstall "$prefix"
        [ "$(find root -type f)" = "root$prefix/bin/other" ]
    done
}

@test "make install: units go where systemd looks, or below a prefix that it doesn't know" {
    pkg-config --exists systemd || skip "there is no systemd.pc"
    installed install /usr
    [ -f "root$(pkg-config --variable=systemdsystemunitdir systemd)/perch.socket" ]
    installed install /opt/perch
    [ -f root/opt/perch/lib/systemd/system/perch.socket ]
}
