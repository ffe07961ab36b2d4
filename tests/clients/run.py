"""Real clients through the real proxy against a stand-in: SDKs for Python and Node, curl, Chromium, git, pip, Squid.

For each client: allowed, blocked (message seen, one attempt), redacted and put back, streamed, cancelled; nothing
leads the clients to the proxy but what `guard run` sets. Closes with 'N passed, N failed'. Usage:
run.py --guard PATH [--only WORD]; the folder with Node's packages stands in GUARD_CLIENTS_NODE.
"""

import argparse
import concurrent.futures
import json
import os
import sys
import time
import traceback

import browser
import clients
import tunnels
from world import CLEAN, FOUND, NISS, World

# Each client with its ways, and those of them that stream.
CLIENTS = {
    "curl": (clients.Curl, ["http1.1", "http2"], ["http1.1", "http2"]),
    "openai-python": (clients.python("openai"), ["chat", "responses", "async", "httpx-http2", "realtime"],
                      ["chat", "responses", "httpx-http2", "realtime"]),
    "anthropic-python": (clients.python("anthropic"), ["messages"], ["messages"]),
    "google-python": (clients.python("google"), ["sync", "async", "live"], ["sync", "live"]),
    "mistral-python": (clients.python("mistral"), ["chat"], ["chat"]),
    "cohere-python": (clients.python("cohere"), ["chat"], ["chat"]),
    "bedrock-python": (clients.python("bedrock"), ["bearer", "sigv4"], ["bearer", "sigv4"]),
    "websockets-python": (clients.python("websockets"), ["realtime"], ["realtime"]),
    "aiohttp-python": (clients.python("aiohttp"), ["chat", "deflate"], ["chat"]),
    "openai-node": (clients.node("openai"), ["environment", "agent", "http2"], ["environment", "agent", "http2"]),
    "anthropic-node": (clients.node("anthropic"), ["environment"], ["environment"]),
    "ws-node": (clients.node("ws"), ["realtime"], ["realtime"]),
    "chromium": (browser.Chromium, ["fetch", "websocket"], ["fetch"]),
}
# What is signed with its body cannot be changed: it is blocked instead.
SIGNED = {"sigv4"}
# What the user is told names the article, but for Gemini's live interface: the end of a WebSocket has room for the
# beginning of the message and the reference only.
TOLD = {"live": "Elle contient : numéro national (NISS)"}
# httpx gives up an answer over HTTP/2 without a word to the other side.
SILENT = {"httpx-http2"}


def allowed(world, client, via):
    answer = client.order("ask", CLEAN, via)
    assert answer.get("text") == CLEAN, answer
    sent = world.stand_in.take()
    assert any(CLEAN in json.dumps(json.loads(body), ensure_ascii=False) for _, body in sent), sent


def blocked(world, client, via):
    before = world.attempts("block")
    answer = client.order("ask", FOUND, via)
    assert TOLD.get(via, "art. 36") in answer.get("refused", ""), answer
    assert NISS not in answer["refused"], "the value stands in the message"
    attempts = world.attempts("block") - before
    assert attempts == 1, f"{attempts} attempts"
    assert all(NISS.encode() not in body for _, body in world.stand_in.take()), "the value left"


def streamed(world, client, via):
    answer = client.order("stream", CLEAN, via)
    assert answer.get("text") == CLEAN and answer["parts"] > 3, answer
    world.stand_in.take()


def cancelled(world, client, via):
    world.stand_in.cancelled.clear()
    assert client.order("cancel", "sans fin", via).get("text"), "nothing came"
    assert world.stand_in.cancelled.wait(20), "the service was not told"
    world.stand_in.take()


def redacted(world, client, via, what="ask"):
    answer = client.order(what, FOUND, via)
    sent = world.stand_in.take()
    assert all(NISS.encode() not in body for _, body in sent), "the value left"
    if via in SIGNED:
        assert "refused" in answer and not sent, answer
        return
    assert any(b"NISS_" in body for _, body in sent), (answer, sent)
    assert answer.get("text") == FOUND, answer


def redacted_streamed(world, client, via):
    redacted(world, client, via, "stream")


class Run:
    """Collects what passed and what did not."""

    def __init__(self, guard, only):
        self.guard, self.only = guard, only
        self.passed, self.failed = 0, 0

    def wanted(self, name):
        return self.only in name

    def check(self, name, case, *arguments):
        began = time.monotonic()
        try:
            case(*arguments)
            self.passed += 1
            print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:
            self.failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)

    def under(self, charter, client, cases):
        """The cases of one client under one charter."""
        make, *_ = CLIENTS[client]
        world = World(self.guard, charter)
        with_client = make(world)
        more = browser.MORE[charter] if client == "chromium" else []
        for case, via in cases + [(case, "page") for case in more]:
            self.check(f"{client} {via} {case.__name__}", case, world, with_client, via)
        with_client.close()
        self.check(f"{client} {charter} ends well", world.close)

    def all_of(self, client):
        _, ways, streams = CLIENTS[client]
        self.under("liege", client, [(case, via) for via in ways for case in (allowed, blocked)]
                   + [(streamed, via) for via in streams]
                   + [(cancelled, via) for via in streams if via not in SILENT])
        self.under("baseline", client, [(redacted, via) for via in ways]
                   + [(redacted_streamed, via) for via in streams])

    def lane(self, name, function, *arguments):
        """One lane; what breaks outside a case counts as failed too."""
        try:
            function(*arguments)
        except Exception:
            self.failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--guard", required=True)
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    run = Run(os.path.abspath(options.guard), options.only)
    lanes = [(name, run.all_of, name) for name in CLIENTS if run.wanted(name)]
    lanes += [(name, lane, run) for name, lane in tunnels.LANES.items() if run.wanted(name)]
    with concurrent.futures.ThreadPoolExecutor(max(2, (os.cpu_count() or 2))) as pool:
        for done in [pool.submit(run.lane, name, lane, argument) for name, lane, argument in lanes]:
            done.result()
    print(f"{run.passed} passed, {run.failed} failed")
    sys.exit(1 if run.failed or not run.passed else 0)


if __name__ == "__main__":
    main()
