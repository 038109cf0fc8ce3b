#!/usr/bin/env bats
# Under each superserver that Debian has, the real one: the shipped files, an unprivileged user,
# uploads, many connections, and no word of perch's own in a reply.

load ../helper
load hosts

setup_file() {
    make_stage
}

teardown_file() {
    remove_stage
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# shipped FILE: a file as it is shipped, with this stage's programs, folder and a user that is there.
# What is replaced must be there.
shipped() {
    local wanted
    for wanted in /usr/local/bin/perch /srv/files perch 4221; do
        grep -qF -- "$wanted" "$TOP/systemd/$1"
    done
    sed -e "s|/usr/local/bin/perch|$STAGE/bin/perch|g" -e "s|/srv/files|$STAGE/files|g" \
        -e "s|^\(\s*user\s*=\) perch|\1 nobody|" -e "s|\(wait.[0-9]*\) perch |\1 nobody |" \
        "$TOP/systemd/$1"
}

# under CHECKS COMMAND ...: runs a superserver, behind the command in AS; the Python CHECKS find its
# port in "port". How it ends when it is asked to is its own business.
under() {
    { echo 'from hosts import *'; cat; } >under.py <<END
with Process(sys.argv[1:], expect=None, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as host:
    port = await_port(host)
$(sed 's/^/    /' <<<"$1")
    host.signal(signal.SIGTERM)
END
    shift
    "${AS[@]}" python3 under.py "$@" 3>&-
}
AS=()

# ---- xinetd ----

xinetd_with() {
    need_root "as xinetd does to change its user"
    need xinetd xinetd
    shipped perch.xinetd | sed "s/\(port\s*=\) 4221/\1 0/$1" >conf
}

@test "xinetd: the shipped file" {
    xinetd_with
    under 'check_all(port, NOBODY)' \
        "$PROGRAM" -dontfork -f "$PWD/conf" -pidfile "$PWD/pid" -filelog /dev/null
}

@test "xinetd: a wrong option is not told to the client, who has descriptor 2" {
    xinetd_with '; s/--directory/--nonsense/'
    under 'with connect(port) as talk: talk.ends()' \
        "$PROGRAM" -dontfork -f "$PWD/conf" -pidfile "$PWD/pid" -filelog /dev/null
}

@test "xinetd: no line of the log is told to the client, either" {
    xinetd_with '; s/--directory/--log common --directory/'
    under 'check_requests(port)' \
        "$PROGRAM" -dontfork -f "$PWD/conf" -pidfile "$PWD/pid" -filelog /dev/null
}

# ---- inetd ----

# inetd_line HOW WHERE: the line of the shipped file that has wait or nowait, for that port.
inetd_line() {
    shipped perch.inetd | sed -n "s/^#\{0,1\}4221\( stream tcp $1\.\)/$2\1/p" >conf
    [ "$(wc -l <conf)" = 1 ]
}

# It takes no port 0, but in a network of its own each port is free.
openbsd_inetd() {
    need_root "as inetd does to change its user"
    need inetd openbsd-inetd
    need_own_network
    AS=("${OWN_NETWORK[@]}")
    inetd_line "$1" 4221
    under "$2" "$PROGRAM" -i "$PWD/conf"
}

@test "openbsd-inetd, nowait: the shipped line" {
    openbsd_inetd nowait 'check_all(port, NOBODY)'
}

@test "openbsd-inetd, wait: the shipped line" {
    openbsd_inetd wait 'check_requests(port); check_files(port, NOBODY); check_many(port, 50)'
}

# It sleeps for a second whenever a child ends.
inetutils_inetd() {
    need_root "as inetd does to change its user"
    need inetutils-inetd inetutils-inetd
    inetd_line "$1" 127.0.0.1:0
    under "$2" "$PROGRAM" -d -p "$PWD/pid" "$PWD/conf"
}

@test "inetutils-inetd, nowait: the shipped line" {
    inetutils_inetd nowait 'check_all(port, NOBODY, many=5)'
}

@test "inetutils-inetd, wait: the shipped line" {
    inetutils_inetd wait 'check_requests(port); check_files(port, NOBODY); check_many(port, 5)'
}

# ---- Those that are given a command ----

# by_the_readme NAME: sets COMMAND to what the README's table says for that program, with this stage's
# perch, folder, port and a user that is there.
by_the_readme() {
    local line
    line=$(sed -n "s/^| [^|]* | \`$1 \(.*\)\` |\$/\1/p" "$TOP/README.md" |
        sed -e "s|perch --directory /srv/files|$STAGE/bin/perch --directory $STAGE/files|" \
            -e "s|-u UID -g GID|-u $(id -u nobody) -g $(id -g nobody)|; s|-u perch|-u nobody|" \
            -e "s| 0 4221 | 127.0.0.1 0 |; s|:4221,|:0,bind=127.0.0.1,|")
    [[ $line = *$STAGE/files* && $line != *4221* ]]
    eval "COMMAND=(\"\$PROGRAM\" $line)"
}

@test "inetd: the README has the shipped line" {
    local line
    line=$(sed -n 's/^| inetd | `\([^`]*\)`.*/\1/p' "$TOP/README.md")
    grep -qxF -- "$line" "$TOP/systemd/perch.inetd"
}

@test "tcpserver, as in the README" {
    need_root "as tcpserver does to change its user"
    need tcpserver ucspi-tcp
    by_the_readme tcpserver
    under 'check_all(port, NOBODY)' "${COMMAND[@]}"
}

@test "tcpsvd, as in the README" {
    need_root "as tcpsvd does to change its user"
    need tcpsvd ipsvd
    by_the_readme tcpsvd
    under 'check_all(port, NOBODY)' "${COMMAND[@]}"
}

@test "socat, as in the README, and with a socket that is not the connection itself" {
    need socat socat
    by_the_readme socat
    under 'check_all(port, many=50)' "${AS_NOBODY[@]}" "${COMMAND[@]}"
    [[ ${COMMAND[*]} = *,nofork ]]
    under 'check_all(port, many=50)' "${AS_NOBODY[@]}" "${COMMAND[@]/%,nofork/}"
}
