"""Real clients through the real proxy against a stand-in: curl, the OpenAI and Anthropic Python SDKs.

For each: allowed, blocked (message seen, one attempt), redacted and put back, streamed, cancelled. Usage:
run.py --guard PATH. Closes with 'N passed, N failed'.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import traceback

import anthropic
import httpx
import openai
import trustme

from stand_in import StandIn

try:
    import httpx2 as anthropic_http  # what newer Anthropic SDKs are built on
except ImportError:
    anthropic_http = httpx

# Synthetic: built from its check rule (97 - 850730033 mod 97 = 28).
NISS = "85.07.30-0" + "33.28"
HOSTS = ["api.openai.com", "api.anthropic.com", "example.test"]
CASES = []


def case(charter):
    """Registers a case that needs a proxy under `charter`."""
    def register(function):
        CASES.append((charter, function))
        return function
    return register


class World:
    """A stand-in, a proxy under one charter, and what a client needs to reach them."""

    def __init__(self, guard, charter, folder):
        self.folder = pathlib.Path(folder)
        root = trustme.CA()
        root.cert_pem.write_to_path(str(self.folder / "upstream-ca.pem"))
        self.stand_in = StandIn(root.issue_cert(*HOSTS))
        resolve = ", ".join(f'"{host}:443" = "127.0.0.1:{self.stand_in.port}"' for host in HOSTS)
        (self.folder / "guard.toml").write_text(
            f'charter = "{charter}"\n'
            '[proxy]\nlisten = "127.0.0.1:0"\n'
            f"[proxy.upstream]\nextra_roots = ['{self.folder / 'upstream-ca.pem'}']\nresolve = {{ {resolve} }}\n"
            f"[ca]\ndir = '{self.folder / 'ca'}'\n"
            f"[audit]\ndir = '{self.folder / 'audit'}'\n")
        self.log = open(self.folder / "proxy.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([guard, "proxy", "--config", self.folder / "guard.toml"],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.proxy = self.await_address()
        self.bundle = self.folder / "bundle.pem"
        self.bundle.write_bytes((self.folder / "ca" / "root.pem").read_bytes()
                                + (self.folder / "upstream-ca.pem").read_bytes())

    def await_address(self):
        """Reads the proxy's output until it says where it listens."""
        for line in self.process.stdout:
            self.log.write(line)
            found = re.search(r"127\.0\.0\.1:\d+", line)
            if found:
                return "http://" + found.group(0)
        raise RuntimeError("the proxy ended: " + (self.folder / "proxy.log").read_text())

    def close(self):
        self.process.terminate()
        rest, _ = self.process.communicate(timeout=20)
        self.log.write(rest)
        self.log.flush()
        assert self.process.returncode == 0, f"the proxy ended with {self.process.returncode}"
        written = (self.folder / "proxy.log").read_text()
        assert NISS not in written, "a value stands in the proxy's output"

    def client(self, library=httpx):
        """A client that goes through the proxy, as SDKs take it."""
        return library.Client(proxy=self.proxy, verify=ssl.create_default_context(cafile=str(self.bundle)))

    def openai(self):
        return openai.OpenAI(api_key="test", http_client=self.client())

    def anthropic(self):
        return anthropic.Anthropic(api_key="test", http_client=self.client(anthropic_http))

    def curl(self, *arguments, body=None):
        command = ["curl", "--silent", "--show-error", "--max-time", "30", "--proxy", self.proxy, "--cacert",
                   str(self.bundle), "--dump-header", str(self.folder / "headers"), *arguments]
        if body is not None:
            command += ["--json", json.dumps(body)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return (self.folder / "headers").read_text().lower(), done.stdout


def chat(text, **more):
    return {"model": "gpt-test", "messages": [{"role": "user", "content": text}], **more}


OPENAI = "https://api.openai.com/v1/chat/completions"


def _curl_blocked(world, version):
    headers, body = world.curl(version, OPENAI, body=chat(f"Le NISS de l'agent est {NISS}."))
    assert " 400" in headers, headers
    assert "x-should-retry: false" in headers and "x-guard-decision: block" in headers, headers
    message = json.loads(body)["error"]["message"]
    assert "art. 36" in message and NISS not in body, body
    assert world.stand_in.take() == []


@case("liege")
def curl_http1_blocked(world):
    _curl_blocked(world, "--http1.1")


@case("liege")
def curl_http2_blocked(world):
    _curl_blocked(world, "--http2")


@case("liege")
def curl_allowed_byte_for_byte(world):
    sent = '{"model" : "m",\n "messages":[{"role":"user","content":"Bonjour \\u00e9t\\u00e9"}], "x":1.0e0}'
    headers, _ = world.curl("--header", "content-type: application/json", "--data-binary", sent, OPENAI)
    assert " 200" in headers and "x-guard-decision: allow" in headers, headers
    assert world.stand_in.take() == [("/v1/chat/completions", sent.encode())]


@case("liege")
def curl_tunnels_other_hosts_untouched(world):
    command = ["curl", "--silent", "--max-time", "30", "--proxy", world.proxy, "--cacert",
               str(world.folder / "upstream-ca.pem"), "https://example.test/"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["object"] == "list"
    world.stand_in.take()


@case("liege")
def openai_allowed(world):
    answer = world.openai().chat.completions.create(**chat("Écris un poème sur la Meuse."))
    assert answer.choices[0].message.content == "Écris un poème sur la Meuse."
    assert len(world.stand_in.take()) == 1


@case("liege")
def openai_blocked_once_with_the_message(world):
    try:
        world.openai().chat.completions.create(**chat(f"Le NISS de l'agent est {NISS}."))
    except openai.BadRequestError as fault:
        assert "art. 36" in str(fault) and NISS not in str(fault), str(fault)
    else:
        raise AssertionError("not refused")
    assert world.stand_in.take() == []


@case("liege")
def openai_streamed(world):
    parts = [chunk.choices[0].delta.content or ""
             for chunk in world.openai().chat.completions.create(**chat("Bonjour à tous", stream=True))]
    assert "".join(parts) == "Bonjour à tous" and len(parts) > 3, parts
    world.stand_in.take()


@case("liege")
def openai_cancelled(world):
    with world.openai().chat.completions.create(**chat("sans fin", stream=True)) as stream:
        next(iter(stream))
    assert world.stand_in.cancelled.wait(20), "the upstream was not told"
    world.stand_in.take()


@case("liege")
def anthropic_blocked_once_with_the_message(world):
    try:
        world.anthropic().messages.create(model="m", max_tokens=9, messages=[
            {"role": "user", "content": f"NISS {NISS}"}])
    except anthropic.BadRequestError as fault:
        assert "art. 36" in str(fault) and NISS not in str(fault), str(fault)
    else:
        raise AssertionError("not refused")
    assert world.stand_in.take() == []


@case("liege")
def anthropic_streamed(world):
    with world.anthropic().messages.stream(model="m", max_tokens=9, messages=[
            {"role": "user", "content": "Bonjour à tous"}]) as stream:
        assert "".join(stream.text_stream) == "Bonjour à tous"
    world.stand_in.take()


@case("ores")
def denied_tool_says_which_article(world):
    try:
        world.openai().chat.completions.create(**chat("Bonjour"))
    except openai.BadRequestError as fault:
        assert "CIA-7" in str(fault), str(fault)
    else:
        raise AssertionError("not refused")
    assert world.stand_in.take() == []


@case("baseline")
def openai_redacted_and_put_back(world):
    text = f"Le NISS de l'agent est {NISS}."
    answer = world.openai().chat.completions.create(**chat(text))
    (_, body), = world.stand_in.take()
    assert NISS.encode() not in body and b"NISS_" in body, body
    assert answer.choices[0].message.content == text, answer


@case("baseline")
def openai_redacted_and_put_back_in_a_stream(world):
    text = f"Le NISS de l'agent est {NISS}."
    parts = [chunk.choices[0].delta.content or ""
             for chunk in world.openai().chat.completions.create(**chat(text, stream=True))]
    assert "".join(parts) == text, parts
    (_, body), = world.stand_in.take()
    assert NISS.encode() not in body


@case("baseline")
def anthropic_redacted_and_put_back_in_a_stream(world):
    text = f"Le NISS de l'agent est {NISS}."
    with world.anthropic().messages.stream(model="m", max_tokens=9, messages=[
            {"role": "user", "content": text}]) as stream:
        assert "".join(stream.text_stream) == text
    (_, body), = world.stand_in.take()
    assert NISS.encode() not in body


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--guard", required=True)
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    passed = failed = 0
    for charter in dict.fromkeys(charter for charter, _ in CASES):
        folder = tempfile.mkdtemp(prefix="guard-clients-")
        world = World(os.path.abspath(options.guard), charter, folder)
        for wanted, function in CASES:
            if wanted != charter or options.only not in function.__name__:
                continue
            try:
                function(world)
                passed += 1
                print(f"ok {charter} {function.__name__}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED {charter} {function.__name__}\n{traceback.format_exc()}", flush=True)
        try:
            world.close()
        except Exception:
            failed += 1
            print(f"FAILED {charter} closing\n{traceback.format_exc()}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
