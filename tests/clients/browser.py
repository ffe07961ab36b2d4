"""Chromium without a window, led by guard's own PAC file, trusting its root by `guard ca trust`, on a chat page."""

import itertools
import json
import re
import subprocess
import time
import urllib.parse

from websockets.sync.client import connect

from world import CLEAN, FOUND, NISS

PAGE = "https://chatgpt.com/"


class Chromium:
    """One browser with one tab, spoken to by the DevTools protocol."""

    def __init__(self, world):
        self.home = world.folder
        store = self.home / ".pki" / "nssdb"
        store.mkdir(parents=True)
        subprocess.run(["certutil", "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
        subprocess.run([world.guard, "ca", "trust", "--user"], env=world.environment, check=True,
                       capture_output=True)
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--proxy-pac-url={world.proxy}/proxy.pac", f"--user-data-dir={self.home / 'profile'}",
             "--remote-debugging-port=0", "about:blank"],
            env=world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"ws://127\.0\.0\.1:\d+/\S+", line):
                break
        # Nothing but the browser itself is reached without the proxy here.
        self.socket = connect(found.group(0), proxy=None, max_size=None)
        self.numbers, self.session = itertools.count(1), None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.go(PAGE)

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv(60))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def go(self, address):
        """Opens a page and waits until it is there."""
        answer = self.call("Page.navigate", url=address)
        assert not answer.get("errorText"), answer
        self.until(f"location.href.startsWith({json.dumps(address)}) && document.readyState === 'complete'")

    def until(self, expression):
        """Waits until a condition of the page holds; between two pages there is none to ask."""
        until = time.monotonic() + 30
        while True:
            try:
                answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
                if answer["result"].get("value") is True:
                    return
            except AssertionError as fault:
                if "navigated" not in str(fault):
                    raise
            assert time.monotonic() < until, expression
            time.sleep(0.02)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True,
                           userGesture=False)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def order(self, what, text, via):
        text = json.dumps(text)
        if via == "websocket":
            return self.evaluate(f"talk({text})")
        if what == "cancel":
            return self.evaluate(
                f"(async () => {{ const stop = new AbortController(); const answer = await ask({text}, true, "
                "stop.signal); stop.abort(); return answer; })()")
        return self.evaluate(f"ask({text}, {'true' if what == 'stream' else 'false'})")

    def status(self):
        """The status of the page that is shown."""
        return self.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")

    def text(self):
        return self.evaluate("document.body.innerText")

    def click(self, selector):
        """As a user's hand does: the browser counts it as the user's own doing."""
        place = self.evaluate(f"(() => {{ const place = document.querySelector({json.dumps(selector)})"
                              ".getBoundingClientRect(); return [place.x + 5, place.y + 5]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)


def navigation_blocked(world, chromium, _):
    """A page whose address holds a value is answered with a page that says why."""
    chromium.go(PAGE + "?" + urllib.parse.urlencode({"q": f"NISS {NISS}"}))
    assert "art. 36" in chromium.text(), chromium.text()
    assert world.stand_in.take() == []
    chromium.go(PAGE)


def confirmed_by_hand(world, chromium, _):
    """What is held is passed on once the user has written why, on the page that the message links to."""
    held = "C3 - Restreint\n\nContenu du document."
    answer = chromium.order("ask", held, "fetch")
    link = re.search(r"https://\S+/\.well-known/guard/\w+", answer["refused"]).group(0)
    chromium.go(link)
    write = "document.querySelector('textarea').value = 'Nécessaire pour le dossier en cours.'"
    # No program confirms for the user: the same form, sent by a script, is refused.
    chromium.evaluate(write + "; document.forms[0].submit()")
    chromium.until("document.forms.length === 0 && document.readyState === 'complete'")
    assert chromium.status() == 403, chromium.text()
    chromium.go(link)
    chromium.evaluate(write)
    chromium.click("button")
    chromium.until("document.forms.length === 0 && document.readyState === 'complete'")
    chromium.go(PAGE)
    assert chromium.order("ask", held, "fetch").get("text") == held
    world.stand_in.take()


def refused_once(world, action):
    """Does what must be refused: the service sees nothing of it, and nobody tries again."""
    before = world.attempts("block")
    answer = action()
    until = time.monotonic() + 20
    while world.attempts("block") == before:
        assert time.monotonic() < until, "nothing was refused"
        time.sleep(0.02)
    time.sleep(0.3)
    assert world.attempts("block") == before + 1
    assert world.stand_in.take() == []
    return answer


def upload_in_pieces(world, chromium, _):
    """A body that a page sends piece by piece is judged whole."""
    assert chromium.evaluate(f"upload({json.dumps(CLEAN)})") == {"text": CLEAN}
    world.stand_in.take()
    answer = refused_once(world, lambda: chromium.evaluate(f"upload({json.dumps(FOUND)})"))
    assert "art. 36" in answer["refused"], answer


def beacon(world, chromium, _):
    """What a page says as it is left."""
    assert chromium.evaluate(f"beacon({json.dumps(CLEAN)})") is True
    until = time.monotonic() + 20
    while not (sent := world.stand_in.take()):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.02)
    assert CLEAN in json.dumps(json.loads(sent[0][1]), ensure_ascii=False), sent
    refused_once(world, lambda: chromium.evaluate(f"beacon({json.dumps(FOUND)})"))


def event_source(world, chromium, _):
    """A stream that is asked for by its address."""
    answer = chromium.evaluate(f"listen({json.dumps(CLEAN)})")
    assert answer["text"] == CLEAN and answer["parts"] > 3, answer
    world.stand_in.take()
    answer = refused_once(world, lambda: chromium.evaluate(f"listen({json.dumps(FOUND)})"))
    assert answer == {"refused": True}, "the browser would ask again"


def service_worker(world, chromium, _):
    """A page whose requests a worker of its own makes."""
    chromium.evaluate("work()")
    marked = 'fetch("/", {method: "GET"}).then(answer => answer.headers.get("x-worker"))'
    assert chromium.evaluate(marked) == "1", "the worker is not asked"
    assert chromium.order("ask", CLEAN, "fetch") == {"text": CLEAN}
    world.stand_in.take()
    answer = refused_once(world, lambda: chromium.order("ask", FOUND, "fetch"))
    assert "art. 36" in answer["refused"] and answer["status"] == 400, answer
    answer = chromium.order("stream", CLEAN, "fetch")
    assert answer["text"] == CLEAN and answer["parts"] > 3, answer
    chromium.evaluate("rest()")
    chromium.go(PAGE)
    world.stand_in.take()


# By charter: cases that only a browser can show.
MORE = {"liege": [navigation_blocked, upload_in_pieces, beacon, event_source, service_worker],
        "baseline": [confirmed_by_hand]}
