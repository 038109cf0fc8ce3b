#!/usr/bin/env bats
# The page of a folder, in a real Chromium: read, sorted, uploaded to, deleted from; by mouse and by
# keyboard, in the dark, on a phone, and without its script. Screenshots go to build/screenshots.

load ../helper

setup() {
    command -v chromedriver >/dev/null && command -v chromium >/dev/null ||
        skip "chromium or chromium-driver is not installed"
    cd "$BATS_TEST_TMPDIR" || return
    make_files
}

teardown() {
    stop_perchd
    [ -z "${MANY:-}" ] || rm -rf "$MANY"
}

# In the browser: Python from stdin.
browse() {
    { echo 'from browser import *; import os; URL = os.environ["URL"] + "/files/"'; cat; } |
        py
}

fill() {
    printf 'Notes of the meeting\n' >files/notes.txt
    head -c 1536000 /dev/zero >files/photo-2.jpg
    head -c 2048 /dev/zero >files/photo-10.jpg
    mkdir files/archive
    touch -d 2026-03-01T10:00:00Z files/notes.txt
    touch -d 2026-02-01T10:00:00Z files/photo-2.jpg
    touch -d 2026-01-01T10:00:00Z files/photo-10.jpg
    touch -d 2025-12-01T10:00:00Z files/archive
}

@test "what is there can be read, sorted and opened" {
    fill
    start_perchd --directory files --listing --read-only
    browse <<'END'
with Browser() as browser:
    browser.go(URL)
    assert browser.names() == ["archive/", "notes.txt", "photo-10.jpg", "photo-2.jpg"], browser.names()
    assert browser.run("return document.title") == "/"
    sizes = browser.run("return [...document.querySelectorAll('tbody tr')].map(row => row.cells[1].textContent)")
    assert sizes == ["", "21 B", "2.0 KB", "1.5 MB"], sizes
    heads = "return [...document.querySelectorAll('th')].map(head => head.getAttribute('aria-sort'))"
    browser.find("th:nth-child(1) button").click()
    browser.find("th:nth-child(1) button").click()
    # By number where there are numbers, as people do.
    assert browser.names() == ["archive/", "notes.txt", "photo-2.jpg", "photo-10.jpg"], browser.names()
    browser.find("th:nth-child(2) button").click()
    assert browser.names() == ["archive/", "notes.txt", "photo-10.jpg", "photo-2.jpg"], browser.names()
    assert browser.run(heads) == [None, "ascending", None, None]
    browser.find("th:nth-child(2) button").click()
    assert browser.names()[0] == "photo-2.jpg"
    browser.find("th:nth-child(3) button").click()
    assert browser.names() == ["archive/", "photo-10.jpg", "photo-2.jpg", "notes.txt"], browser.names()
    assert not browser.find("#drop").shown(), "uploads are off"
    assert not browser.run("return document.querySelectorAll('td .danger').length")
    browser.find(".folder a").click()
    browser.until("the folder below is empty", "return document.title === '/archive/'")
    assert browser.find("#empty").shown()
    browser.find(".up a").click()
    browser.until("back again", "return document.title === '/'")
    assert not browser.find("#empty").shown()
    # Nothing was refused by the page's own policy, and nothing failed.
    assert browser.console() == [], browser.console()
END
}

@test "three files are uploaded, with progress; one is replaced after a question" {
    fill
    head -c 3000000 /dev/urandom >one.bin
    printf 'two' >two.txt
    printf 'New notes\n' >notes.txt
    start_perchd --directory files --listing
    browse <<'END'
with Browser() as browser:
    browser.go(URL)
    # Progress is what the bar shows while the network is slow.
    browser.devtools("Network.enable")
    browser.devtools("Network.emulateNetworkConditions", offline=False, latency=5,
                     downloadThroughput=-1, uploadThroughput=1000000)
    browser.run("""window.seen = [];
        new MutationObserver(() => document.querySelectorAll('progress').forEach(bar =>
            window.seen.push(bar.value))).observe(document.querySelector('#uploads'),
            {subtree: true, childList: true, characterData: true, attributes: true})""")
    assert browser.find("#drop").shown()
    files = "\n".join(os.path.abspath(name) for name in ("one.bin", "two.txt", "notes.txt"))
    browser.find("#drop input").type(files)
    browser.until("a question about notes.txt", "return document.querySelector('#ask').open")
    assert "notes.txt is there already" in browser.find("#ask p").text
    assert open("files/notes.txt").read() == "Notes of the meeting\n"
    browser.shot("replace")
    seen = browser.run("return window.seen")
    assert any(0 < value < 3000000 for value in seen), seen
    browser.find("#ask .danger").click()
    browser.until("all three are stored",
                  "return document.querySelectorAll('#uploads .done').length === 3")
    assert sorted(browser.names()) == ["archive/", "notes.txt", "one.bin", "photo-10.jpg",
                                       "photo-2.jpg", "two.txt"], browser.names()
    browser.shot("uploaded")
END
    cmp one.bin files/one.bin
    cmp two.txt files/two.txt
    cmp notes.txt files/notes.txt
}

@test "an upload whose connection is lost goes on where it was" {
    head -c 6000000 /dev/urandom >large.bin
    start_perchd --directory files --listing --log common
    browse <<'END'
from relay import Relay

relay = Relay(os.environ["PORT"], [1500000, 2500000])
with Browser() as browser:
    browser.go(f"http://localhost:{relay.port}/files/")
    browser.find("#drop input").type(os.path.abspath("large.bin"))
    browser.until("it is stored", "return document.querySelector('#uploads .done')")
    assert not relay.ends_behind
END
    cmp large.bin files/large.bin
    stop_perchd
    # The server was asked how far it had come.
    [ "$(grep -c '"HEAD /uploads/.* 204 ' perchd.err)" -ge 1 ]
    [ "$(grep -c '"PATCH /uploads/.* 201 ' perchd.err)" = 1 ]
}

@test "an upload on a line that has gone silent is begun again on another" {
    head -c 3000000 /dev/urandom >large.bin
    start_perchd --directory files --listing --log common
    browse <<'END'
from relay import Relay

relay = Relay(os.environ["PORT"], [1000000], silently=True)
with Browser() as browser:
    # Half a minute of the page is a second and a half here.
    browser.devtools("Page.enable")
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", source="""
        const real = window.setTimeout;
        window.setTimeout = (what, after) => real(what, after / 20)""")
    browser.go(f"http://localhost:{relay.port}/files/")
    browser.find("#drop input").type(os.path.abspath("large.bin"))
    browser.until("it is stored", "return document.querySelector('#uploads .done')")
    assert not relay.ends_behind
END
    cmp large.bin files/large.bin
    stop_perchd
    [ "$(grep -c '"HEAD /uploads/.* 204 ' perchd.err)" -ge 1 ]
}

@test "what is not stored is told, with the reason; the next file is taken" {
    printf 'old' >files/same.txt
    printf 'new' >same.txt
    printf 'x' >gone.txt
    printf 'x' >fine.txt
    head -c 100001 /dev/zero >large.bin
    head -c 3000000 /dev/zero >larger.bin
    start_perchd --directory files --listing --max-body 100000
    browse <<'END'
with Browser() as browser:
    browser.go(URL)
    names = ["same.txt", "gone.txt", "large.bin", "larger.bin", "fine.txt"]
    browser.find("#drop input").type("\n".join(map(os.path.abspath, names)))
    browser.until("a question", "return document.querySelector('#ask').open")
    # Who leaves now would end them: the browser asks.
    leave = """const event = document.createEvent("BeforeUnloadEvent");
        event.initEvent("beforeunload", false, true);
        return window.dispatchEvent(event)"""
    assert not browser.run(leave)
    os.unlink("gone.txt")
    browser.find("#ask button").click()
    browser.until("the last is stored", "return document.querySelector('#uploads .done')")
    browser.shot("failed-uploads")
    said = dict(browser.run("return [...document.querySelectorAll('#uploads li')].map(item => "
                            "[item.firstChild.textContent, item.lastChild.textContent])"))
    assert said["same.txt"] == "not replaced" and said["fine.txt"] == "stored", said
    assert "can't be read" in said["gone.txt"], said
    assert said["large.bin"] == said["larger.bin"] == "the body is larger than this server takes", said
    assert browser.run(leave)
END
    [ "$(cat files/same.txt)" = old ]
}

@test "a file dropped on the page is uploaded; one that is not replaced stays" {
    printf 'old' >files/same.txt
    start_perchd --directory files --listing
    browse <<'END'
with Browser() as browser:
    browser.go(URL)
    drop = """const data = new DataTransfer();
        data.items.add(new File([arguments[1]], arguments[0]));
        for (const kind of ["dragover", "drop"])
            document.querySelector("h1").dispatchEvent(
                new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}))"""
    browser.run(drop, "dropped.txt", "content")
    browser.until("it is stored", "return document.querySelector('#uploads .done')")
    # While another question is open, it waits for its turn.
    browser.find("[aria-label='Delete dropped.txt']").click()
    browser.until("a question", "return document.querySelector('#ask').open")
    browser.run(drop, "same.txt", "new")
    browser.until("it was refused", "return document.querySelector('#uploads li:last-child span:last-child')"
                                    ".textContent === '100 %'")
    assert browser.find("#ask p").text.startswith("Delete dropped.txt")
    browser.find("#ask button").click()
    browser.until("the next question", "return document.querySelector('#ask').open && "
                                       "document.querySelector('#ask p').textContent.startsWith('same.txt')")
    browser.find("#ask button").click()
    browser.until("it says so", "return document.querySelector('#uploads .failed')")
END
    [ "$(cat files/dropped.txt)" = content ]
    [ "$(cat files/same.txt)" = old ]
}

@test "deleting asks first, and works by keyboard alone" {
    fill
    start_perchd --directory files --listing
    browse <<'END'
TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"
with Browser() as browser:
    browser.go(URL)
    label = "return document.activeElement.getAttribute('aria-label')"
    def tab_to(wanted):
        browser.run("document.activeElement.blur()")
        for _ in range(40):
            browser.keys(TAB)
            if browser.run(label) == wanted:
                return
        raise AssertionError(f"no way by TAB to {wanted}")
    tab_to("Delete photo-2.jpg")
    browser.keys(ENTER)
    browser.until("a question", "return document.querySelector('#ask').open")
    browser.keys(ESCAPE)
    browser.until("none any more", "return !document.querySelector('#ask').open")
    assert "photo-2.jpg" in browser.names() and os.path.exists("files/photo-2.jpg")
    tab_to("Delete photo-2.jpg")
    browser.keys(ENTER)
    browser.until("a question", "return document.querySelector('#ask').open")
    browser.shot("delete")
    browser.keys(TAB, ENTER)
    browser.until("it is gone", lambda: "photo-2.jpg" not in browser.names())
    assert not browser.run("return document.querySelector('.folder .danger')"), "folders stay"
END
    [ ! -e files/photo-2.jpg ]
    [ -e files/photo-10.jpg ]
}

@test "behind a password, in a folder with a name of its own: uploaded, deleted; and why not, told" {
    mkdir -p "files/a#b?%41 ü/in:ner" files/closed
    echo x >files/closed/x
    chmod 555 files/closed
    chown -R 1:1 files/closed || true
    (umask 077; echo 0123456789abcdef >tokens)
    start_perchd --directory files --listing --token-file tokens --require-token all
    browse <<'END'
with Browser() as browser:
    browser.go(URL.replace("://", "://me:0123456789abcdef@"))
    browser.find(".folder a").click()
    browser.until("in the folder", "return document.title === '/a#b?%41 ü/'")
    drop = """const data = new DataTransfer();
        data.items.add(new File([arguments[1]], arguments[0]));
        document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}))"""
    browser.run(drop, "x#y?z%.txt", "content")
    browser.until("it is stored", "return document.querySelector('#uploads .done')")
    assert open("files/a#b?%41 ü/x#y?z%.txt").read() == "content"
    browser.find("td .danger").click()
    browser.find("#ask .danger").click()
    browser.until("it is gone", lambda: browser.names() == ["in:ner/"])
    browser.find(".folder a").click()
    browser.until("below", "return document.title.endsWith('/in:ner/')")
    assert browser.find("#empty").shown()
    if os.geteuid() == 0:  # else it is one's own
        browser.go(URL + "closed/")
        browser.find("td .danger").click()
        browser.find("#ask .danger").click()
        browser.until("why not", "return document.querySelector('#ask').open && "
                      "document.querySelector('#ask .danger').hidden")
        assert browser.find("#ask p").text == "x is still there: the server has no permission for this file"
        browser.find("#ask button").click()
        assert browser.names() == ["x"]
END
    [ ! -e "files/a#b?%41 ü/x#y?z%.txt" ]
    chmod 755 files/closed
}

@test "names that would be markup are shown, link right, and run nothing" {
    py <<'END'
for name in ["<img src=x onerror=document.title='hacked'>.txt", "\"><script>document.title='hacked'<", "a&amp;b.txt",
             "100% #1?.txt", "javascript:document.title='hacked'", "äöü 😀.txt"]:
    with open(os.path.join("files", name), "w") as file:
        file.write(name)
END
    start_perchd --directory files --listing
    browse <<'END'
with Browser() as browser:
    browser.go(URL)
    names = sorted(os.listdir("files"), key=os.fsencode)
    assert browser.names() == names, browser.names()
    assert browser.run("return document.images.length") == 0
    fetched = browser.run("""return Promise.all([...document.querySelectorAll('tbody a')].map(
        link => fetch(link.href).then(reply => reply.text())))""")
    assert fetched == names, fetched
    browser.shot("hostile")
    # The same names, shown by the script behind an upload and a deletion.
    browser.run("""const data = new DataTransfer();
        data.items.add(new File(["x"], "<b>new %.txt"));
        document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}))""")
    browser.until("it is stored", "return document.querySelector('#uploads .done')")
    assert "<b>new %.txt" in browser.names()
    assert browser.run("return document.title") == "/"
END
    [ "$(cat 'files/<b>new %.txt')" = x ]
}

@test "on a phone, in the dark: nothing sticks out, and all is there" {
    fill
    printf 'x' >"files/$(printf 'long%.0s' {1..40}).txt"
    start_perchd --directory files --listing
    browse <<'END'
with Browser() as browser:
    browser.devtools("Emulation.setDeviceMetricsOverride", width=360, height=740,
                     deviceScaleFactor=2, mobile=True)
    browser.devtools("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.go(URL)
    assert browser.run("return document.documentElement.scrollWidth") <= 360
    assert browser.run("""return [...document.querySelectorAll("td .danger")].every(button =>
        button.getBoundingClientRect().right <= button.closest("tr").getBoundingClientRect().right)""")
    assert browser.find("#drop").shown()
    assert browser.find("td .danger").shown()
    canvas = browser.run("return getComputedStyle(document.documentElement).backgroundColor"), \
        browser.run("return getComputedStyle(document.body).color")
    red, green, blue = map(int, canvas[1].strip("rgba()").split(",")[:3])
    assert min(red, green, blue) > 200, canvas
    browser.shot("phone-dark")
END
}

@test "100,000 files: shown, sorted, scrolled and uploaded to" {
    MANY=$(mktemp -d /dev/shm/perch-page.XXXXXX)
    py "$MANY" <<'END'
for i in range(100000):
    os.close(os.open(f"{sys.argv[1]}/{i * 7919 % 100000}-of-many.txt", os.O_CREAT | os.O_WRONLY))
END
    start_perchd --directory "$MANY" --listing
    browse >figures <<'END'
figures = []
def timed(what, begun):
    browser.run("return new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    figures.append(f"{what} {time.monotonic() - begun:.2f} s")
with Browser() as browser:
    begun = time.monotonic()
    browser.go(URL)
    timed("shown in", begun)
    assert len(browser.names()) == 100000
    # What is out of sight costs no layout; that would take most of a minute.
    assert browser.run("""const rows = document.querySelectorAll("tbody tr");
        return [rows[0], rows[99999]].map(row => row.checkVisibility({contentVisibilityAuto: true}))""") == [True, False]
    begun = time.monotonic()
    browser.find("th:nth-child(1) button").click()
    timed("sorted in", begun)
    assert browser.names()[:2] == ["99999-of-many.txt", "99998-of-many.txt"], browser.names()[:2]
    begun = time.monotonic()
    browser.run("window.scrollTo(0, document.documentElement.scrollHeight)")
    timed("scrolled in", begun)
    begun = time.monotonic()
    browser.run("""const data = new DataTransfer();
        data.items.add(new File(["x"], "50000-and-a-half.txt"));
        document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}))""")
    browser.until("it is stored", "return document.querySelector('#uploads .done')")
    timed("uploaded in", begun)
    names = browser.names()
    assert names.index("50000-and-a-half.txt") == names.index("50000-of-many.txt") + 1
    browser.until("all can be deleted", "return document.querySelectorAll('td .danger').length === 100001")
    print("# 100,000 files in a browser:", ", ".join(figures))
END
    cat figures >&3
}

@test "without its script it can still be read" {
    fill
    start_perchd --directory files --listing
    browse <<'END'
with Browser() as browser:
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    browser.go(URL)
    texts = [browser.find(f"tbody tr:nth-child({row}) a").text for row in range(1, 5)]
    assert texts == ["archive/", "notes.txt", "photo-10.jpg", "photo-2.jpg"], texts
    assert not browser.find("#drop").shown()
    browser.find(".folder a").click()
    assert browser.find("h1").text == "/archive/"
END
}

@test "a picture of it for the README" {
    fill
    mkdir files/builds
    head -c 48300000 /dev/zero >files/holiday.mp4
    head -c 81000 /dev/zero >files/perch-0.1.0.tar.gz
    touch -d 2026-02-14T18:20:00Z files/builds files/holiday.mp4 files/perch-0.1.0.tar.gz
    start_perchd --directory files --listing
    browse <<'END'
with Browser() as browser:
    browser.size(900, 740)
    browser.go(URL)
    browser.shot("listing")
END
    [ -s "$BUILD/screenshots/listing.png" ]
}
