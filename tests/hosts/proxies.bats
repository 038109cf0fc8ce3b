#!/usr/bin/env bats
# Behind the proxies that Debian has, the real ones: uploads, ranges, kept connections, TLS, and the
# client's own address in the log. Their configurations are in proxies/, as the README shows them.

load ../helper
load hosts

setup_file() {
    make_stage
    export PROXIES=$BATS_TEST_DIRNAME/proxies
}

teardown_file() {
    remove_stage
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    need_root "for the proxy and perchd to be users of their own"
    need_own_network
}

# with_perchd OPTIONS-OF-PERCHD CHECKS COMMAND ...: perchd, and in front of it the proxy that COMMAND
# starts, in a network of their own; then the Python CHECKS. There the client is 10.9.8.7 as well.
with_perchd() {
    { echo 'from hosts import *'; cat; } >checks.py <<END
def check_logged(logs, where, address):
    """The log names the address that a client has, not the proxy's."""
    target = f"/echo/{os.urandom(8).hex()}"
    with opened(where) as talk:
        assert talk.ask(target, "Connection: close").status == 200
    eventually("it is logged", lambda: target in logs.said())
    assert [line.split()[0] for line in logs.said().splitlines() if target in line] == [address]

def listens(proxy, port):
    def is_up():
        assert proxy.popen.poll() is None, f"it ended: {proxy.said()}"
        return not refuses(port)
    eventually(f"it listens on {port}", is_up)

perchd = Process([*AS_NOBODY, STAGE + "/bin/perchd", "--log=common", "--directory", FILES, *"$1".split()],
                 stdout=subprocess.PIPE)
with perchd:
    perchd.wait_for_line("listening")
    with Process(sys.argv[1:], expect=None, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as proxy:
        try:
$(sed 's/^/            /' <<<"$2")
        finally:
            proxy.signal(signal.SIGTERM)
            perchd.signal(signal.SIGTERM)
END
    shift 2
    "${OWN_NETWORK[@]}" -a 10.9.8.7 python3 checks.py "$@" 3>&-
}

# configured FILE: a configuration as the README shows it, with this test's paths.
configured() {
    sed -e "s|/run/perch/perch.sock|$STAGE/run/perch.sock|" -e "s|/etc/stunnel/perch.pem|$PWD/perch.pem|" \
        -e "s|/usr/local/bin/perch|$STAGE/bin/perch|" -e "s|/srv/files|$STAGE/files|" "$PROXIES/$1"
}

# A throw-away certificate for localhost, with its key, in perch.pem.
make_certificate() {
    command -v openssl >/dev/null || skip "there is no openssl"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout key.pem -out certificate.pem 2>/dev/null
    cat key.pem certificate.pem >perch.pem
}

@test "nginx: kept connections over a unix socket, uploads, ranges" {
    need nginx nginx
    mkdir temp
    {
        echo "user nobody nogroup;"
        echo "daemon off; worker_processes 1; pid $PWD/pid; error_log stderr; events {}"
        echo "http { access_log off; server_tokens off;"
        for kind in client_body proxy fastcgi uwsgi scgi; do
            echo "${kind}_temp_path $PWD/temp/$kind;"
        done
        configured nginx.conf
        echo "}"
    } >conf
    with_perchd "--listen $STAGE/run/perch.sock" '
Reply.servers = {"nginx", None}
listens(proxy, 80)
check_kept(80, perchd.pid)
check_files(80)
check_ranges(80)
check_at_once(80, 10)' "$PROGRAM" -e stderr -p "$PWD" -c "$PWD/conf"
}

@test "HAProxy: PROXY version 1 and 2, by connections and by requests" {
    need haproxy haproxy
    configured haproxy.cfg >conf
    with_perchd "--proxy-protocol --spares 0" '
listens(proxy, 80)
check_requests(8080)
for port in 8080, 80:
    eventually("nobody is served", lambda: not children(perchd.pid))
    check_kept_for_one(port, perchd.pid)
    check_files(port)
    check_ranges(port)
    check_at_once(port, 10)
check_logged(perchd, 8080, "127.0.0.1")
check_logged(perchd, over_tcp(8080, "10.9.8.7"), "10.9.8.7")
check_logged(perchd, over_tcp(80, "10.9.8.7"), "10.9.8.7")' "$PROGRAM" -q -db -f conf
}

@test "HAProxy, without --proxy-protocol: its header is a bad request" {
    need haproxy haproxy
    configured haproxy.cfg >conf
    with_perchd "" '
listens(proxy, 8080)
with connect(8080) as talk:
    talk.send(request())
    assert talk.reply().status == 400
    talk.ends()' "$PROGRAM" -q -db -f conf
}

@test "stunnel: TLS in front of perchd with PROXY version 1, and with a perch for each connection" {
    need stunnel stunnel4
    make_certificate
    {
        printf '%s\n' "setuid = nobody" "setgid = nogroup"
        printf '%s\n' "foreground = yes" "pid =" "debug = warning"
        configured stunnel.conf | sed 's/^execArgs = perch/& --log=common/'
    } >conf
    with_perchd "--proxy-protocol" '
listens(proxy, 443), listens(proxy, 8443)
for port in 443, 8443:
    where = over_tls(port, "certificate.pem")
    check_requests(where)
    check_files(where)
    check_ranges(where)
    check_at_once(where, 10)
    check_many(where, 20)
for logs, port in (perchd, 443), (proxy, 8443):
    check_logged(logs, over_tls(port, "certificate.pem", client="10.9.8.7"), "10.9.8.7")' "$PROGRAM" conf
}

@test "Caddy: TLS, and kept connections over a unix socket" {
    need caddy caddy
    make_certificate
    {
        # Its own authority, files and control socket are left out; the rest is as it is shown.
        echo "{"
        echo "    admin off"
        echo "    auto_https disable_redirects"
        echo "}"
        configured Caddyfile |
            sed -e "s|^files.example.org {|:443 {\n\ttls certificate.pem key.pem|"
    } >Caddyfile
    grep -q certificate.pem Caddyfile
    export HOME=$PWD XDG_CONFIG_HOME=$PWD/config XDG_DATA_HOME=$PWD/data
    with_perchd "--listen $STAGE/run/perch.sock" '
Reply.servers = {"Caddy", None}
listens(proxy, 443)
where = over_tls(443, "certificate.pem")
check_kept(where, perchd.pid)
check_files(where)
check_ranges(where)
check_at_once(where, 10)' "$PROGRAM" run --config Caddyfile --adapter caddyfile
}
