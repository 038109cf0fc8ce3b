#!/usr/bin/env bats
# Listings: what is in a folder, as JSON, lines and a page; however much it is, and however it is
# called.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    [ -z "${MANY:-}" ] || rm -rf "$MANY"
}

# listed ACCEPT [PATH]: the content, without its framing.
listed() {
    printf 'GET /files/%s HTTP/1.0\r\nAccept: %s\r\n\r\n' "${2:-}" "$1" |
        "$PERCH" --listing --directory "${MANY:-files}" | sed '1,/^\r$/d'
}

@test "JSON: names, types, sizes, times" {
    printf 'twelve bytes' >files/twelve
    mkdir files/sub
    touch -d 2001-02-03T04:05:06Z files/twelve files/sub
    [ "$(listed '*/*' | jq -c '.[]')" = '{"name":"sub","type":"folder","modified":"2001-02-03T04:05:06Z"}
{"name":"twelve","type":"file","size":12,"modified":"2001-02-03T04:05:06Z"}' ]
    rm -r files/*
    [ "$(listed '*/*' | jq -c .)" = '[]' ]
}

@test "any name that can be asked for is shown right, and no other" {
    py <<'END'
good = ["plain", "with blank", "quote\"and'", "<img src=x onerror=alert(1)>.txt", "a&b;c", "100%",
        "%41", "a:b", "a?b#c", "ä€😀", "-rf", "new{{nonce}}", "~", "x" * 255]
bad = [".hidden", ".perch-0", "back\\slash", "line\nend", "bell\x07", "c1\xc2\x85"]
for name in good:
    open(os.path.join("files", name), "w").write(name)
for name in bad:
    open(os.path.join("files", name), "w").close()
open(b"files/no-utf8-\xff", "w").close()
os.symlink("plain", "files/link")
os.mkfifo("files/fifo")
import html.parser, json, urllib.parse
with Perch("--listing", "--directory", "files") as perch:
    listed = json.loads(perch.talk.ask("/files/").body)
    assert [entry["name"] for entry in listed] == sorted(good, key=os.fsencode), listed
    lines = perch.talk.ask("/files/", "Accept: text/plain").body.decode()
    assert lines.splitlines() == sorted(good, key=os.fsencode)

    class Page(html.parser.HTMLParser):
        links, tags, texts = [], [], []
        def handle_starttag(self, tag, attributes):
            self.tags.append(tag)
            if tag == "a":
                self.links.append(dict(attributes)["href"])
                self.texts.append("")
        def handle_data(self, data):
            if self.texts and self.lasttag == "a":
                self.texts[-1] += data
    page = Page()
    page.feed(perch.talk.ask("/files/", "Accept: text/html").body.decode())
    assert "img" not in page.tags
    assert [text.strip() for text in page.texts] == sorted(good, key=os.fsencode), page.texts
    # Each link leads to the file.
    for link, name in zip(page.links, sorted(good, key=os.fsencode)):
        target = urllib.parse.urljoin("/files/", link)
        assert perch.talk.ask(target).body == name.encode(), link
END
}

@test "the page: one that needs nothing else, and lets nothing else run" {
    py <<'END'
import re
with Perch("--listing", "--directory", "files") as perch:
    def ask():
        reply = perch.talk.ask("/files/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
        assert reply.get("content-type") == "text/html; charset=utf-8"
        return reply.get("content-security-policy"), reply.body.decode()
    policy, page = ask()
    assert len(page.encode()) < 20480, len(page)
    assert "{{" not in page
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    nonce = re.search("script-src 'nonce-([0-9a-f]{32})'", policy).group(1)
    assert f'<script nonce="{nonce}">' in page and f'<style nonce="{nonce}">' in page
    assert page.count("<script") == 1 and page.count("<style") == 1
    assert not re.search(r"(src|href)=.?(https?:)?//", page)
    assert not re.search(r"\son\w+=|\sstyle=", page), "attributes that the policy forbids"
    assert ask()[0] != policy, "a nonce is used once"
    assert 'data-uploads="yes"' in page
with Perch("--listing", "--read-only", "--directory", "files") as perch:
    assert 'data-uploads="no"' in ask()[1]
END
}

@test "without --listing a folder is no more than any name that is not there" {
    mkdir files/sub
    run bash -c "printf 'GET /files/ HTTP/1.1\r\nHost: x\r\n\r\nGET /files/sub HTTP/1.1\r\nHost: x\r\n\r\n' |
        $PERCH --directory files"
    [ "$(grep -c '404 Not Found' <<<"$output")" = 2 ]
}

# many N LENGTH: a folder with so many files, in memory, whose names have that length.
many() {
    MANY=$(mktemp -d /dev/shm/perch-listing.XXXXXX)
    python3 - "$MANY" "$@" <<'END'
import os, sys
folder, count, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.chdir(folder)
for i in range(count):
    os.close(os.open(("%06d" % (i * 7919 % count)).ljust(length, "n"), os.O_CREAT | os.O_WRONLY))
END
}

@test "more names than one pass holds: all of them, once, in order" {
    many 17000 240
    listed text/plain >lines
    [ "$(wc -l <lines)" = 17000 ]
    LC_ALL=C sort -c -u lines
}

@test "100,000 files in each form, in about a third of a second within the memory of a handler" {
    many 100000 20
    py "$MANY" >figures <<'END'
figures = []
for accept, mark in ("*/*", b'"name"'), ("text/plain", b"\n"), ("text/html", b"<tr><td>"):
    with Perch("--listing", "--directory", sys.argv[1]) as perch:
        begun = cpu_seconds(perch.pid)
        shown = perch.talk.ask("/files/", "Accept: " + accept).body.count(mark)
        assert shown == 100000, (accept, shown)
        # Of a processor; one that is slow, or shared with others, may take ten times as long.
        took, peak = cpu_seconds(perch.pid) - begun, status_kib(perch.pid, "VmHWM")
        figures.append(f"{accept} {took:.2f} s, {peak} KiB")
        assert is_sanitized() or (took < 5 and 0 < peak < 4096), figures
print("# 100,000 files:", "; ".join(figures))
END
    cat figures >&3
}

@test "a folder that may not be read: 403" {
    need_another_user
    mkdir -m 0311 files/secret
    chmod 755 . files
    printf 'GET /files/secret/ HTTP/1.1\r\nHost: x\r\n\r\n' >request
    chmod 777 "$BATS_TEST_TMPDIR"
    run setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$PERCH" --listing --directory files <request
    [[ $output = "HTTP/1.1 403 Forbidden"* ]]
}
