#!/usr/bin/env bats
# Several at one name: the last publisher wins, whole, and a reader sees one version from its first
# octet to its last, with its length and its entity tag. The counts here are small; make test-faults
# has the large ones.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    [[ -z ${PERCHD_PID:-} ]] || kill "$PERCHD_PID"
}

# Python with what these tests share. A version's content tells which it is, in each of its parts.
racing() {
    { cat <<'END' && cat; } | py
import threading

def version(number):
    line = b"%08d\n" % number
    return line * (1 + number * 7919 % 9000)

def is_version(body):
    return body == version(int(body[:8]))

class Crowd:
    """Threads; what one of them raises is raised at the end."""
    def __init__(self):
        self.threads, self.errors = [], []
    def start(self, what, *arguments):
        def run():
            try:
                what(*arguments)
            except BaseException as error:
                self.errors.append(error)
                raise
        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
    def join(self):
        for thread in self.threads:
            thread.join()
        assert not self.errors, self.errors
END
}

@test "readers while one name is replaced: each sees one version, with its own tag and length" {
    start_perchd --directory files --durability=rename
    racing <<'END'
READERS, READS, WRITERS = 4, 700, 2
done = threading.Event()
tags, lock = {}, threading.Lock()

def remember(tag, body):
    with lock:
        known = tags.setdefault(tag, body[:8])
    assert known == body[:8], (tag, known, body[:8])

def write(first):
    number = first
    with connect() as talk:
        while not done.is_set():
            number += WRITERS
            if number // WRITERS % 400 == 0:
                talk.close()
                talk = connect()
            body = version(number)
            reply = talk.ask("/files/a", method="PUT", body=body)
            assert reply.status in (201, 204), reply
            remember(reply.get("etag"), body)
        talk.close()

def read():
    with connect() as talk:
        for count in range(READS):
            reply = talk.ask("/files/a")
            assert reply.status == 200 and is_version(reply.body), (reply, len(reply.body))
            remember(reply.get("etag"), reply.body)

with connect() as talk:
    assert talk.ask("/files/a", method="PUT", body=version(1)).status == 201
writers, readers = Crowd(), Crowd()
for first in range(WRITERS):
    writers.start(write, 1000 + first)
for _ in range(READERS):
    readers.start(read)
try:
    readers.join()
finally:
    done.set()
writers.join()
assert len(tags) > 20, len(tags)
END
    stop_perchd
    [[ $(ls -A files) = a ]]
}

@test "writers and deleters of one name: each is told what it did, and nothing is left beside" {
    start_perchd --directory files --durability=rename
    racing <<'END'
def write(first):
    with connect() as talk:
        for number in range(first, first + 100):
            assert talk.ask("/files/a", method="PUT", body=version(number)).status in (201, 204)

def delete():
    with connect() as talk:
        for _ in range(200):
            assert talk.ask("/files/a", method="DELETE").status in (204, 404)

def read():
    with connect() as talk:
        for _ in range(200):
            reply = talk.ask("/files/a")
            assert reply.status == 404 or is_version(reply.body), reply

crowd = Crowd()
for first in range(1, 5):
    crowd.start(write, first * 1000)
for what in delete, delete, read, read:
    crowd.start(what)
crowd.join()
left = os.listdir("files")
assert left in ([], ["a"]) and (not left or is_version(open("files/a", "rb").read())), left
END
    stop_perchd
}

@test "many whose bodies end at once: one of them is there, whole; of those that may only create, one" {
    start_perchd --directory files
    racing <<'END'
for fields, expected in ((), {201, 204}), (("If-None-Match: *",), {201, 412}):
    if os.path.exists("files/a"):
        os.unlink("files/a")
    talks = [connect() for _ in range(50)]
    for number, talk in enumerate(talks):
        body = version(number + 1)
        talk.body = body
        talk.send(request("/files/a", f"Content-Length: {len(body)}", *fields, method="PUT") + body[:-1])
    crowd, replies = Crowd(), []
    def end(talk):
        talk.send(talk.body[-1:])
        replies.append((talk.reply(), talk.body))
    for talk in talks:
        crowd.start(end, talk)
    crowd.join()
    assert len(replies) == 50 and {reply.status for reply, _ in replies} <= expected, replies
    stored = open("files/a", "rb").read()
    assert is_version(stored) and os.listdir("files") == ["a"]
    created = [body for reply, body in replies if reply.status == 201]
    assert len(created) == 1, len(created)
    if fields:
        assert stored == created[0]
    for talk in talks:
        talk.close()
END
    stop_perchd
}
