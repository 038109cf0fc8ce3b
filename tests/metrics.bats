#!/usr/bin/env bats
# What the launcher counts, and to whom it tells that.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    [ -z "${EXPORTER:-}" ] || kill "$EXPORTER"
    stop_perchd
}

# value NAME: of that metric, in the file.
value() {
    sed -n "s/^$1 //p" perch.prom
}

@test "--metrics: a whole file from the start, kept up to date, removed at the end" {
    start_perchd --directory files --metrics perch.prom --max-per-source 2
    [ "$(value perch_connections)" = 0 ]
    [ "$(tail -n 1 perch.prom)" = "# EOF" ]
    [ "$(grep -c '^# TYPE' perch.prom)" = "$(grep -vc '^#' perch.prom)" ]
    py <<'END'
import re
def metric(name):
    with open("perch.prom") as file:
        text = file.read()
    assert text.endswith("# EOF\n"), text
    return int(re.search(rf"^{name} (\d+)$", text, re.M).group(1))
one, two = connect(), connect()
one.ask(), two.ask()
eventually("two now", lambda: metric("perch_connections") == 2)
three = connect()
assert three.reply().status == 503
eventually("one refused", lambda: metric("perch_connections_refused_total") == 1)
one.close(), two.close()
eventually("two served", lambda: metric("perch_connections_served_total") == 2)
assert metric("perch_connections") == 0
assert metric("perch_handlers_crashed_total") == 0
END
    # Nothing lies beside it, and others may read it.
    [ "$(ls perch.prom*)" = perch.prom ]
    [ "$(stat -c %A perch.prom)" = -rw-r--r-- ]
    stop_perchd
    [ ! -e perch.prom ]
}

@test "node_exporter's textfile collector reads it" {
    command -v prometheus-node-exporter >/dev/null || skip "prometheus-node-exporter is not installed"
    start_perchd --directory files --metrics "$PWD/perch.prom"
    curl -s "$URL/"
    py <<'END'
eventually("it is counted", lambda: "perch_connections_served_total 1" in open("perch.prom").read())
END
    prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory="$PWD" \
        --web.listen-address=127.0.0.1:0 2>exporter.err 3>&- &
    EXPORTER=$!
    py <<'END'
import re, urllib.request
def address():
    found = re.search(r"127\.0\.0\.1:([1-9]\d*)", open("exporter.err").read())
    return found and found.group()
eventually("it listens", address)
text = urllib.request.urlopen(f"http://{address()}/metrics").read().decode()
assert "\nperch_connections_served_total 1\n" in text, text
assert "\nnode_textfile_scrape_error 0\n" in text, text
END
}

@test "SIGUSR1: the counts, on stderr; and nobody is disturbed" {
    start_perchd --directory files
    py <<'END'
talk = connect()
talk.ask()
os.kill(int(os.environ["PERCHD_PID"]), signal.SIGUSR1)
eventually("it tells", lambda: "1 connections now, 0 served, 0 refused, 0 crashed" in open("perchd.err").read())
assert talk.ask().status == 200
talk.close()
END
}

@test "a file that can't be written is told of once, and the launcher goes on" {
    start_perchd --directory files --metrics nowhere/perch.prom
    py <<'END'
for _ in range(2):
    talk = connect()
    talk.ask()
    talk.close()
END
    stop_perchd
    [ "$(grep -c -- '--metrics: the file can.t be written: No such file' perchd.err)" = 1 ]
}

@test "what is no regular file is neither replaced nor removed" {
    mkfifo fifo
    ln -s /dev/null link
    for name in fifo link; do
        run -64 "$PERCHD" --listen 127.0.0.1:0 --metrics "$name"
        [[ $output = "perchd: --metrics: \"$name\" is no regular file; "* ]]
    done
    [[ -p fifo && -L link && -c /dev/null ]]
}
