#!/usr/bin/env bats
# The access log: what it says, in each format, and that nobody can make it say something else.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    printf 'twelve bytes' >files/twelve
}

teardown() {
    stop_perchd
}

# Requests on stdin to one perch, its log in the file log.
logged() {
    "$PERCH" --directory files "$@" >replies 2>log
}

@test "off: nothing is written, and that is the default" {
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | logged
    [ ! -s log ]
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | logged --log off
    [ ! -s log ]
}

@test "common: a line for each request, with its status and the content's bytes" {
    printf 'GET /files/twelve HTTP/1.1\r\nHost: x\r\n\r\nHEAD /files/twelve HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\nPUT /files/new HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na' |
        logged --log=common
    time='\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} \+0000\]'
    line() {
        sed -n "$1p" log | grep -xE -- "- - - $time $2"
    }
    line 1 '"GET /files/twelve HTTP/1.1" 200 12'
    line 2 '"HEAD /files/twelve HTTP/1.1" 200 0'
    line 3 '"GET /nothing HTTP/1.1" 404 [1-9][0-9]*'
    line 4 '"PUT /files/new HTTP/1.1" 201 0'
    [ "$(wc -l <log)" = 4 ]
}

@test "combined: goaccess reads it, and counts what was asked" {
    command -v goaccess >/dev/null || skip "goaccess is not installed"
    for agent in one two; do
        printf 'GET /files/twelve HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\nReferer: http://x/%s\r\n\r\n' $agent $agent
    done | logged --log combined
    printf 'GET /no"thing HTTP/1.1\r\nHost: x\r\n\r\n' | logged --log combined
    start_perchd --directory files --log combined
    curl -s "$URL/files/twelve" "$URL/nothing" -o gone -o gone
    stop_perchd
    grep -E '^127' perchd.err >log
    goaccess log --log-format=COMBINED --no-global-config -o report.json >/dev/null 2>&1
    [ "$(jq .general.total_requests report.json)" = 2 ]
    [ "$(jq .general.valid_requests report.json)" = 2 ]
    [ "$(jq .general.failed_requests report.json)" = 0 ]
    [ "$(jq -c '[.status_codes.data[].items[].data] | sort' report.json | grep -c '404')" = 1 ]
}

@test "json: jq reads it, whatever a client sends" {
    py <<'END' >requests
import sys
agent = bytes(range(0x21, 0x7f)) + b"\x80\xc3\xa4\xff"
sys.stdout.buffer.write(b"GET /echo/%22 HTTP/1.1\r\nHost: x\r\nUser-Agent: " + agent + b"\r\n\r\n"
                        b"GET /\"}{\x1b[31m\x00 HTTP/1.1\r\n\r\n")
END
    logged --log json <requests
    [ "$(wc -l <log)" = 2 ]
    run jq -r '[.client, .request, .status, .bytes, .number, .connection] | @tsv' log
    [ "$status" = 0 ]
    [ "${lines[0]}" = $'-\tGET /echo/%22 HTTP/1.1\t200\t1\t1\tkept' ]
    [ "$(jq -r 'select(.number==2) | .connection' log)" = refused ]
    [ "$(jq -r 'select(.number==1) | .agent | length' log)" = 98 ]
    # Every octet of the log is printable ASCII.
    [ "$(LC_ALL=C tr -d '\n -~' <log | wc -c)" = 0 ]
}

@test "a line can't be forged, nor grow beyond its bound" {
    py <<'END' >requests
import sys
long = "A" * 8000
sys.stdout.write("GET /%s HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\nReferer: %s\r\n\r\n"
                 % (long, "\\\"\xff" * 2000, "\"" * 1000))
END
    for format in common combined json; do
        logged --log $format <requests
        [ "$(wc -l <log)" = 1 ]
        [ "$(wc -c <log)" -le 4096 ]
        [ "$(LC_ALL=C tr -d '\n -~' <log | wc -c)" = 0 ]
        grep -q 'A\.\.\.' log
    done
    printf 'GET /a\n1.2.3.4 - - forged HTTP/1.1\r\nHost: x\r\n\r\n' | logged --log common
    [ "$(wc -l <log)" = 1 ]
    [ "$(grep -c '^1\.2\.3\.4' log)" = 0 ]
}

@test "why a connection ends" {
    ends() {
        tail -n 1 log | jq -r .connection
    }
    printf 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' | logged --log json
    [ "$(ends)" = client ]
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | logged --log json
    [ "$(ends)" = kept ]
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n%.0s' {1..1000} | logged --log json
    [ "$(wc -l <log)" = 1000 ]
    [ "$(ends)" = limit ]
    [ "$(tail -n 1 log | jq .number)" = 1000 ]
    py <<'END'
with Perch("--log", "json", "--timeout-head", "0.2", stderr=open("log", "w")) as perch:
    perch.talk.send("GET / HT")
    assert perch.talk.reply().status == 408
    perch.talk.ends()
END
    [ "$(ends)" = timeout ]
    [ "$(tail -n 1 log | jq -r .request)" = "GET / HT" ]
}

@test "the line of a kept request is there before the next one is asked for" {
    start_perchd --directory files --log common
    py <<'END'
talk = connect()
talk.ask("/files/twelve")
def lines():
    with open("perchd.err") as log:
        return log.read().count("GET /files/twelve")
eventually("a line", lambda: lines() == 1)
talk.ask("/files/twelve")
eventually("a second line", lambda: lines() == 2)
talk.close()
END
    grep -qE '^127\.0\.0\.1 - - \[' perchd.err
}

@test "where descriptor 2 is the client: not a word of it in the replies" {
    py <<'END'
with Perch("--log", "common", "--directory", "files", client_is_2=True) as perch:
    assert perch.talk.ask("/files/twelve").status == 200
    perch.talk.half_close()
    perch.talk.ends()
END
}

@test "messages that nobody reads: clients are served all the same, and perchd ends when it is told to" {
    py <<'END'
reads, writes = os.pipe()
fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 4096)
with Process([PERCHD, "--listen", "127.0.0.1:0", "--log=combined", "--spares", "0"], stdout=subprocess.PIPE,
             stderr=writes) as perchd:
    port = perchd.wait_for_line("listening on").rstrip("/\n").rpartition(":")[2]
    # Not through the description that perchd has: O_NONBLOCK would be its own as well.
    filler = os.open(f"/proc/self/fd/{writes}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(filler, b"x" * 4096)
    except BlockingIOError:
        pass
    for i in range(5):
        with connect(port) as talk:
            for j in range(3):
                assert talk.ask(f"/echo/{i}{j}").body == f"{i}{j}".encode()
    perchd.signal(signal.SIGUSR1)
    with connect(port) as talk:
        assert talk.ask("/echo/a").body == b"a"
    perchd.signal(signal.SIGTERM)
END
}
