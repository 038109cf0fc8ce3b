#!/usr/bin/env bats
# Tokens: who may do what, what a wrong one costs, and that none of them is ever shown.

load helper

TOKEN=correct-horse-battery
OTHER=another_token+of/ours=

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
    printf 'twelve bytes' >files/twelve
    printf '# of the build server\n%s\n\n%s\n' $TOKEN $OTHER >tokens
    chmod 600 tokens
}

teardown() {
    stop_perchd
}

# status CURL_ARGUMENT ...: of one request.
status() {
    curl -s -o body -D head -w '%{http_code}' "$@"
}

@test "reading is free, and what changes something needs a token" {
    start_perchd --directory files --token-file tokens
    [ "$(status "$URL/files/twelve")" = 200 ]
    [ "$(status -X OPTIONS "$URL/files/twelve")" = 204 ]
    for method in PUT POST DELETE; do
        [ "$(status -X $method "$URL/files/twelve")" = 401 ]
        grep -qi '^WWW-Authenticate: Bearer realm="perch"' head
        grep -qi '^WWW-Authenticate: Basic realm="perch"' head
        grep -q 'Authorization: Bearer TOKEN' body
    done
    [ "$(cat files/twelve)" = "twelve bytes" ]
    [ "$(status -X PUT -d new -H "Authorization: Bearer $TOKEN" "$URL/files/twelve")" = 204 ]
    [ "$(status -X PUT -d new -H "Authorization: bearer $OTHER" "$URL/files/other")" = 201 ]
    [ "$(status -X DELETE -u "anybody:$TOKEN" "$URL/files/twelve")" = 204 ]
    [ "$(ls files)" = other ]
}

@test "--require-token all: nothing without one, not even what isn't there" {
    start_perchd --directory files --token-file tokens --require-token=all
    for path in / /echo/a /files/twelve /files/nothing /nothing; do
        [ "$(status "$URL$path")" = 401 ]
    done
    [ "$(status -X OPTIONS "$URL/")" = 401 ]
    [ "$(status -X PATCH "$URL/")" = 401 ]
    [ "$(status -H "Authorization: Bearer $TOKEN" "$URL/files/twelve")" = 200 ]
    [ "$(status -H "Authorization: Bearer $TOKEN" "$URL/nothing")" = 404 ]
}

@test "HEAD and GET without a token differ in nothing but the content" {
    start_perchd --directory files --token-file tokens --require-token=all
    curl -s -D head.get -o body.get "$URL/files/twelve"
    curl -s -I -o head.head "$URL/files/twelve"
    diff <(grep -v ^Date head.get) <(grep -v ^Date head.head)
}

@test "an upload is refused before its body is sent" {
    py "$TOKEN" <<'END'
token = sys.argv[1]
with Perch("--directory", "files", "--token-file", "tokens") as perch:
    ask = "PUT /files/new HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
    perch.talk.send(ask + "\r\n")
    reply = perch.talk.reply()
    assert reply.status == 401 and reply.closes(), reply
with Perch("--directory", "files", "--token-file", "tokens") as perch:
    perch.talk.send(ask + f"Authorization: Bearer {token}\r\n\r\n")
    assert perch.talk.reply().status == 100
    perch.talk.send("new")
    assert perch.talk.reply().status == 201
END
}

@test "a wrong token is answered late, and five of them end the connection" {
    py <<'END'
with Perch("--directory", "files", "--token-file", "tokens") as perch:
    for number in range(1, 6):
        begin = time.monotonic()
        reply = perch.talk.ask("/files/new", "Authorization: Bearer " + "wrong-token-%04d" % number,
                               method="PUT", body="new")
        assert reply.status == 401, reply
        assert time.monotonic() - begin >= 0.45
        assert reply.closes() == (number == 5), (number, reply)
    perch.talk.ends()
# Who never sent one is not punished.
with Perch("--directory", "files", "--token-file", "tokens") as perch:
    for _ in range(20):
        assert not perch.talk.ask("/files/new", method="DELETE").closes()
END
}

@test "what is nearly a token is none" {
    py "$TOKEN" <<'END'
token = sys.argv[1]
nearly = [token[:-1], token + "x", token.upper(), token[:-1] + "\x00"[:0] + "Y", "x" * 300,
          "# of the build server"]
for wrong in nearly:
    with Perch("--directory", "files", "--token-file", "tokens") as perch:
        reply = perch.talk.ask("/files/new", f"Authorization: Bearer {wrong}", method="DELETE")
        assert reply.status == 401, (wrong, reply)
with Perch("--directory", "files", "--token-file", "tokens") as perch:
    reply = perch.talk.ask("/files/new", f"Authorization: Bearer {token}",
                           f"Authorization: Bearer {token}", method="DELETE")
    assert reply.status == 401, reply
END
    [ "$(ls files)" = twelve ]
}

@test "no token is ever shown: not in the log, nor in an argument, nor in an answer" {
    start_perchd --directory files --token-file tokens --log json
    status -X PUT -d new -H "Authorization: Bearer $TOKEN" "$URL/files/new" >/dev/null
    status -X PUT -d new -H "Authorization: Bearer wrong-$TOKEN" "$URL/files/new" >/dev/null
    cat head body >>shown
    py <<'END'
talk = connect()
talk.ask()
with open("shown", "ab") as shown:
    for pid in children(int(os.environ["PERCHD_PID"])):
        for of in "cmdline", "environ":
            shown.write(open(f"/proc/{pid}/{of}", "rb").read())
talk.close()
END
    stop_perchd
    grep -q '"status":401' perchd.err
    cat perchd.err >>shown
    run ! grep -aq "$TOKEN" shown
}

# refused TEXT: the file tokens is, with exit code 78 and a line that has this text, and that does not
# show what is in it.
refused() {
    run -78 "$PERCH" --check --directory files --token-file "${FILE:-tokens}"
    [[ $output = *"$1"* ]]
    [[ $output != *secret* ]]
    [ "${#lines[@]}" = 1 ]
}

@test "a file of tokens that can't be one is refused, by perchd too" {
    FILE=nothing refused "No such file"
    chmod 644 tokens
    refused "chmod o="
    run -78 "$PERCHD" --check --directory files --token-file tokens
    chmod 640 tokens
    "$PERCH" --check --token-file tokens
    printf '\n# secret\n' >tokens
    refused "has no token"
    printf 'secret\n' >tokens
    refused "fewer than 16"
    printf 'secret with blanks in it\n' >tokens
    refused "blanks"
    printf 'secret%0300d\n' 0 >tokens
    refused "more than 256"
    printf 'secret-of-many-%04d\n' {1..17} >tokens
    refused "more than 16 tokens"
    { printf '# %09d\n' {1..800} && printf 'secret-behind-comments\n'; } >tokens
    refused "larger than 8192 bytes"
    printf 'secret-in-the-folder\n' >files/tokens
    chmod 600 files/tokens
    FILE=files/tokens refused "in the folder that is served"
    mv files/tokens files/.tokens
    "$PERCH" --check --directory files --token-file files/.tokens
    run -64 "$PERCH" --check --require-token all
    run -64 "$PERCH" --check --require-token some --token-file tokens
}

@test "it takes the same time to find a token wrong at its first byte and at its last" {
    # Of the comparison alone: by instructions, which no machine's mood changes.
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    ! is_sanitized || skip "the sanitizers and valgrind exclude each other"
    count() {
        printf 'DELETE /files/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n' "$1" |
            valgrind --tool=callgrind --callgrind-out-file=/dev/null '--toggle-collect=secrets_have*' \
                "$PERCH" --directory files --token-file tokens 2>&1 >/dev/null |
            sed -n 's/.*Collected : //p'
    }
    first=$(count "Xorrect-horse-battery") last=$(count "correct-horse-batterX")
    [ -n "$first" ] && [ "$first" -gt 100 ]
    [ "$first" = "$last" ]
}
