"""What goes by a way of its own: byte for byte, hosts outside the catalogue (git, pip), base URLs, a parent proxy."""

import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

import clients
from world import HOSTS, NISS, World

FOUND = f"Le NISS de l'agent est {NISS}."


def curl(world, *arguments):
    """curl's header and body, led by the environment only."""
    head = world.folder / "head"
    done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "30", "--dump-header", str(head),
                           *arguments], env=world.clients_environment, capture_output=True, text=True, check=True)
    return head.read_text().lower(), done.stdout


def byte_for_byte(world):
    sent = '{"model" : "m",\n "messages":[{"role":"user","content":"Bonjour \\u00e9t\\u00e9"}], "x":1.0e0}'
    head, _ = curl(world, "--header", "content-type: application/json", "--data-binary", sent, clients.OPENAI)
    assert " 200" in head and "x-guard-decision: allow" in head, head
    assert world.stand_in.take() == [("/v1/chat/completions", sent.encode())]


def refused_with_what_clients_read(world):
    body = {"model": "m", "messages": [{"role": "user", "content": FOUND}]}
    head, _ = curl(world, "--json", json.dumps(body), clients.OPENAI)
    assert " 400" in head and "x-should-retry: false" in head and "x-guard-decision: block" in head, head


def base_url(world):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Bonjour"}]})
    _, answer = curl(world, "--noproxy", "*", "--json", body, world.proxy + "/tool/openai/v1/chat/completions")
    assert json.loads(answer)["choices"][0]["message"]["content"] == "Bonjour", answer
    world.stand_in.take()


def git_clones(world):
    """A repository on a host outside the catalogue, served as files."""
    work, bare = world.folder / "work", world.folder / "bare.git"
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.test", "-c", "init.defaultBranch=main"]

    def run(*arguments):
        subprocess.run([*git, *arguments], env=world.clients_environment, check=True, capture_output=True)

    run("init", str(work))
    (work / "file").write_text("text\n")
    run("-C", str(work), "add", "file")
    run("-C", str(work), "commit", "-m", "one")
    run("clone", "--bare", str(work), str(bare))
    run("-C", str(bare), "update-server-info")
    for path in bare.rglob("*"):
        if path.is_file():
            world.stand_in.files["/repository.git/" + str(path.relative_to(bare))] = path.read_bytes()
    run("clone", "https://example.test/repository.git", str(world.folder / "cloned"))
    assert (world.folder / "cloned" / "file").read_text() == "text\n"


def pip_downloads(world):
    """A package from an index on a host outside the catalogue."""
    wheel = world.folder / "synthetic-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("synthetic.py", "")
        archive.writestr("synthetic-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: synthetic\nVersion: 1.0\n")
        archive.writestr("synthetic-1.0.dist-info/WHEEL",
                         "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("synthetic-1.0.dist-info/RECORD", "")
    world.stand_in.files["/simple/" + wheel.name] = wheel.read_bytes()
    world.stand_in.pages["/simple/synthetic/"] = f'<a href="../{wheel.name}">{wheel.name}</a>'.encode()
    target = world.folder / "downloaded"
    subprocess.run([sys.executable, "-m", "pip", "download", "--isolated", "--disable-pip-version-check",
                    "--no-cache-dir", "--no-deps", "--index-url", "https://example.test/simple/", "--dest",
                    str(target), "synthetic"], env=world.clients_environment, check=True, capture_output=True)
    assert (target / wheel.name).read_bytes() == wheel.read_bytes()


def doctor_finds_it_well(world):
    done = subprocess.run([world.guard, "doctor"], env=world.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert f"the proxy runs on {world.proxy.removeprefix('http://')}" in done.stdout, done.stdout
    assert "reached: OpenAI API (api.openai.com)" in done.stdout, done.stdout


def configuration_is_read_again(world):
    """Another charter is in use once the file names it; a broken file changes nothing."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": FOUND}]})
    file = world.folder / "guard.toml"
    good = file.read_text().replace('charter = "liege"', 'charter = "baseline"')

    def until(text):
        until = time.monotonic() + 20
        while text not in (line := world.process.stdout.readline()):
            world.written.append(line)
            assert time.monotonic() < until, text
        world.written.append(line)

    file.write_text(good)
    until("read again and is in use")
    head, _ = curl(world, "--json", body, clients.OPENAI)
    assert "x-guard-decision: redact" in head, head
    file.write_text(good + "\nnonsense = 1\n")
    until("the old one stays")
    head, _ = curl(world, "--json", body, clients.OPENAI)
    assert "x-guard-decision: redact" in head, head
    file.write_text(good.replace('[metrics]\n', '[metrics]\n# moved\n').replace("127.0.0.1:0", "127.0.0.1:1", 1))
    until("take effect at the next start")
    world.stand_in.take()


def plain(run):
    """The cases that need nothing but a proxy."""
    world = World(run.guard, "liege")
    for case in (byte_for_byte, refused_with_what_clients_read, base_url, git_clones, pip_downloads,
                 doctor_finds_it_well, configuration_is_read_again):
        run.check(f"tunnels {case.__name__}", case, world)
    run.check("tunnels liege ends well", world.close)
    world = World(run.guard, "ores")
    run.check("tunnels denied_tool_says_which_article", denied, world)
    run.check("tunnels ores ends well", world.close)


def denied(world):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Bonjour"}]})
    head, answer = curl(world, "--json", body, clients.OPENAI)
    assert " 400" in head and "CIA-7" in json.loads(answer)["error"]["message"], answer
    assert world.stand_in.take() == []


class Squid:
    """A parent proxy that wants a password, and whose names of services lead to this machine."""

    credentials = "anne:un-mot"

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="guard-squid-")
        folder = pathlib.Path(self.temporary.name)
        # Started by root, Squid goes on as another account.
        folder.chmod(0o777)
        digest = subprocess.run(["openssl", "passwd", "-apr1", "un-mot"], check=True, capture_output=True, text=True)
        (folder / "passwords").write_text("anne:" + digest.stdout)
        (folder / "hosts").write_text("".join(f"127.0.0.1 {host}\n" for host in HOSTS))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "access"
        (folder / "squid.conf").write_text(
            f"http_port 127.0.0.1:{port}\nhosts_file {folder}/hosts\npid_filename {folder}/pid\n"
            f"access_log stdio:{self.log}\ncache_log {folder}/log\ncache deny all\nshutdown_lifetime 0\n"
            f"auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords\n"
            "acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all\n")
        self.process = subprocess.Popen(["squid", "-N", "-f", str(folder / "squid.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.await_port(port)

    def await_port(self, port):
        """Waits until it listens."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self.process.poll() is None, "Squid ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("Squid does not listen")

    def was_used(self):
        """By what it logs at the end of each tunnel."""
        for host in ("api.openai.com", "example.test"):
            assert re.search(rf"CONNECT {host}:\d+ anne ", self.logged), self.logged

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.logged = self.log.read_text()
        self.temporary.cleanup()


def parent(run):
    """Services are reached through a proxy that wants a password; nothing else changes."""
    squid = Squid()
    for charter, cases in (("liege", [parent_allowed, parent_blocked]), ("baseline", [parent_redacted])):
        world = World(run.guard, charter, squid)
        for case in cases:
            run.check(case.__name__, case, world)
        run.check(f"parent {charter} ends well", world.close)
    squid.close()
    run.check("parent all went through it, by name and password", squid.was_used)


def ask(world, text):
    """Squid knows names but no other port than that which it is told."""
    address = clients.OPENAI.replace(".com/", f".com:{world.stand_in.port}/")
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    head, answer = curl(world, "--json", json.dumps(body), address)
    return head, json.loads(answer)


def parent_allowed(world):
    _, answer = ask(world, "Bonjour")
    assert answer["choices"][0]["message"]["content"] == "Bonjour", answer
    _, page = curl(world, f"https://example.test:{world.stand_in.port}/")
    assert "chat" in page
    world.stand_in.take()


def parent_blocked(world):
    _, answer = ask(world, FOUND)
    assert "art. 36" in answer["error"]["message"], answer
    assert world.stand_in.take() == []


def parent_redacted(world):
    _, answer = ask(world, FOUND)
    (_, sent), = world.stand_in.take()
    assert NISS.encode() not in sent and answer["choices"][0]["message"]["content"] == FOUND, answer


LANES = {"tunnels": plain, "parent": parent}
