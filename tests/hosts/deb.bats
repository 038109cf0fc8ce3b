#!/usr/bin/env bats
# The Debian package, in a machine that has never seen perch.

load ../helper
load hosts

setup() {
    ! is_sanitized || skip "a package is not made of a build with sanitizers"
    for tool in dpkg-deb dpkg-shlibdeps; do
        command -v "$tool" >/dev/null || skip "there is no $tool"
    done
    make -s -C "$TOP" deb BUILD="$BUILD" >&2 3>&-
    PACKAGE=$(echo "$BUILD"/perch_*.deb)
    [ -f "$PACKAGE" ]
    export MACHINE=$BATS_TEST_TMPDIR/machine
    mkdir "$MACHINE"
}

teardown() {
    [ -z "${MACHINE:-}" ] || "$TESTS/hosts/machine" stop "$MACHINE"
}

inside() {
    "$TESTS/hosts/machine" run "$MACHINE" "$@" 3>&-
}

outside() {
    "$TESTS/hosts/machine" net "$MACHINE" "$@" 3>&-
}

# may COMMAND ...: skips the test where that ends with 77.
may() {
    local code=0
    "$@" 2>"$MACHINE/said" 3>&- || code=$?
    [ "$code" != 77 ] || skip "$(tail -n 1 "$MACHINE/said")"
    [ "$code" = 0 ] || {
        cat "$MACHINE/said"
        return 1
    }
}

@test "make deb: the package has what make install installs, and nothing is enabled by it" {
    cd "$BATS_TEST_TMPDIR"
    make -s -C "$TOP" install BUILD="$BUILD" DESTDIR="$BATS_TEST_TMPDIR/tree" PREFIX=/usr 3>&-
    (cd tree && find . -type f | sed 's/\.8$/&.gz/') | sort >installed
    dpkg-deb -c "$PACKAGE" | awk '/^-/ { print $6 }' | grep -v /usr/share/doc/perch/ | sort >packed
    grep -q '/usr/bin/perchd$' packed
    diff <(grep -v /usr/share/doc/perch/ installed) packed
    run -1 grep -E 'wants/|/etc/' packed
    [ "$(dpkg-deb -f "$PACKAGE" Version)" = "$("$PERCH" --version | cut -d' ' -f2)" ]
}

@test "installed, enabled, upgraded, removed and purged in a fresh machine" {
    # Made once for all builds: nothing in it is perch's.
    may "$TESTS/hosts/fresh-root" "$TOP/build/fresh-root.tar"
    printf 'cp "%s" "$1/perch.deb"\n' "$PACKAGE" >"$MACHINE/prepare"
    may "$TESTS/hosts/machine" start "$MACHINE" "$TOP/build/fresh-root.tar"
    url=http://127.0.0.1:4221/files/notes
    cd "$BATS_TEST_TMPDIR"
    head -c 1000000 /dev/urandom >notes

    inside dpkg -i /perch.deb
    for unit in perch.socket perchd.socket; do
        [ "$(inside systemctl is-enabled "$unit")" = disabled ]
        [ "$(inside systemctl is-active "$unit")" = inactive ]
    done
    run -7 outside curl -sS "$url"

    inside systemctl enable --now perch.socket
    [ "$(outside curl -sS -o reply -w '%{http_code}' -T notes "$url")" = 201 ]
    outside curl -sS "$url" | cmp - notes
    [ "$(inside systemctl is-enabled perch.socket)" = enabled ]
    [ -z "$(inside systemctl --failed --no-legend)" ]

    inside systemctl start perchd.socket
    outside curl -sS "$url" | cmp - notes
    launcher=$(inside systemctl show -P MainPID perchd.service)
    inside dpkg -i /perch.deb
    [ "$(inside systemctl show -P MainPID perchd.service)" != "$launcher" ]
    outside curl -sS "$url" | cmp - notes

    inside dpkg -r perch
    run -7 outside curl -sS "$url"
    inside bash -c '! ls /usr/bin/perch* /etc/systemd/system/sockets.target.wants/perch*' 2>/dev/null
    [ -z "$(inside systemctl list-units --all --no-legend 'perch*')" ]
    inside dpkg --purge perch
    inside cat /var/lib/perch/notes | cmp - notes
}
