"""A browser, driven over WebDriver (W3C): as much of it as the page's tests need.

    with Browser() as browser:
        browser.go("http://127.0.0.1:4221/files/")
        browser.find("tbody a").click()
"""
import base64
import http.client
import json
import os
import subprocess
import tempfile
import time

LIMIT = 60  # seconds; for whatever must happen at all
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

SHOTS = os.path.join(os.environ["BUILD"], "screenshots")

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-extensions", "--disable-default-apps",
    "--force-color-profile=srgb", "--lang=en-US",
]


class Element:
    def __init__(self, browser, reference):
        self.browser, self.reference = browser, reference

    def _ask(self, method, path, body=None):
        return self.browser.ask(method, f"/element/{self.reference}{path}", body)

    def click(self):
        self._ask("POST", "/click", {})

    def type(self, text):
        self._ask("POST", "/value", {"text": text})

    @property
    def text(self):
        return self._ask("GET", "/text")

    def shown(self):
        return self._ask("GET", "/displayed")


class Browser:
    def __init__(self, *arguments, dark=False):
        self.folder = tempfile.TemporaryDirectory(prefix="perch-browser-")
        self.log = open(os.path.join(self.folder.name, "driver.log"), "w+")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=self.log, start_new_session=True)
        for line in self.driver.stdout:
            if b"started successfully on port" in line:
                self.port = int(line.split()[-1].rstrip(b"."))
                break
        options = [*ARGUMENTS, f"--user-data-dir={self.folder.name}/profile", *arguments]
        if dark:
            options.append("--force-dark-mode")
        self.session = None
        made = self.ask("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": options},
            "timeouts": {"script": 2000 * LIMIT, "pageLoad": 2000 * LIMIT},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = made["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            try:
                self.shot("failed")
                print(self.console(), self.run("return (document.querySelector('main') || document.body).textContent.slice(0, 2000)"))
            except (OSError, RuntimeError) as error:
                print(error)
        try:
            self.ask("DELETE", "")
        except (OSError, RuntimeError):
            pass
        self.driver.terminate()
        self.driver.wait(LIMIT)
        self.folder.cleanup()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3 * LIMIT)
        where = "/session" + (f"/{self.session}" if self.session else "") + path
        connection.request(method, where, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{answer['error']}: {answer['message'][:300]}")
        return answer

    def go(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        return Element(self, found[ELEMENT])

    def keys(self, *keys):
        """Pressed one after another, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def size(self, width, height):
        self.ask("POST", "/window/rect", {"width": width, "height": height})

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def console(self):
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def shot(self, name):
        os.makedirs(SHOTS, exist_ok=True)
        with open(os.path.join(SHOTS, name + ".png"), "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def until(self, what, condition):
        """condition: a script that returns whether it is so, or a function."""
        end = time.monotonic() + LIMIT
        while not (self.run(condition) if isinstance(condition, str) else condition()):
            assert time.monotonic() < end, f"it never came true: {what}"
            time.sleep(0.02)

    def names(self):
        return self.run("return [...document.querySelectorAll('tbody tr:not(.up) a')].map(a => a.textContent)")
