"""A stand-in, a proxy under one charter, and the environment that `guard run` gives to clients of that proxy."""

import os
import pathlib
import re
import subprocess
import tempfile
import urllib.request

import trustme

from stand_in import StandIn

# Synthetic: built from its check rule (97 - 850730033 mod 97 = 28).
NISS = "85.07.30-0" + "33.28"
# What clients say: nothing in it, and a value.
CLEAN = "Écris un poème sur la Meuse."
FOUND = f"Le NISS de l'agent est {NISS}."
# Services of the catalogue, and one host outside it.
HOSTS = ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "api.mistral.ai",
         "api.cohere.com", "bedrock-runtime.us-east-1.amazonaws.com", "chatgpt.com", "models.github.ai", "example.test"]


class World:
    """Close it: that checks that the proxy ends well and wrote no value anywhere."""

    def __init__(self, guard, charter, parent=None):
        self.guard = guard
        self.temporary = tempfile.TemporaryDirectory(prefix="guard-clients-")
        self.folder = pathlib.Path(self.temporary.name)
        root = trustme.CA()
        self.upstream_root = self.folder / "upstream-root.pem"
        root.cert_pem.write_to_path(str(self.upstream_root))
        self.stand_in = StandIn(root.issue_cert(*HOSTS), self.folder)
        where = f'parent = "{parent.url}"\nparent_credentials = "{parent.credentials}"\n' if parent else ""
        pairs = ", ".join(f'"{host}:443" = "127.0.0.1:{self.stand_in.port}"' for host in HOSTS)
        (self.folder / "guard.toml").write_text(
            f'charter = "{charter}"\n[proxy]\nlisten = "127.0.0.1:0"\n{where}'
            f"[proxy.upstream]\nextra_roots = ['{self.upstream_root}']\n"
            f"resolve = {{ {'' if parent else pairs} }}\n"
            '[metrics]\nlisten = "127.0.0.1:0"\n')
        # A home of its own: keys, authority and audit are made anew, and Chromium's store of roots is not the user's.
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.lower().endswith("_proxy") and not name.startswith("XDG_")}
        self.environment.update(HOME=str(self.folder), GUARD_CONFIG=str(self.folder / "guard.toml"),
                                NODE_PATH="", AWS_EC2_METADATA_DISABLED="true")
        self.written = []
        self.process = subprocess.Popen([guard, "--verbose", "proxy"], env=self.environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.proxy = "http://" + self.await_line(r"proxy on http://(127\.0\.0\.1:\d+)")
        self.metrics = "http://" + self.await_line(r"metrics.*(127\.0\.0\.1:\d+)")
        # `guard run` finds the proxy that runs by where the configuration says that it listens.
        self.environment["GUARD_PROXY__LISTEN"] = self.proxy.removeprefix("http://")
        self.clients_environment = self.what_run_sets()

    def await_line(self, pattern):
        """What the proxy says of itself."""
        for line in self.process.stdout:
            self.written.append(line)
            if found := re.search(pattern, line):
                return found.group(1)
        raise RuntimeError("the proxy ended: " + "".join(self.written))

    def what_run_sets(self):
        """The environment that a program gets from `guard run`."""
        done = subprocess.run([self.guard, "run", "--", "env", "-0"], env=self.environment, check=True,
                              capture_output=True, text=True)
        pairs = (pair.split("=", 1) for pair in done.stdout.split("\0") if "=" in pair)
        environment = dict(pairs)
        assert environment["HTTPS_PROXY"] == self.proxy, "`guard run` did not find the proxy that runs"
        return environment

    def attempts(self, action):
        """How many requests the proxy has decided on so."""
        with urllib.request.urlopen(self.metrics + "/metrics") as page:
            text = page.read().decode()
        found = re.findall(rf'^guard_requests_total\{{.*action="{action}".*\}} (\d+)$', text, re.M)
        return sum(map(int, found))

    def close(self):
        self.process.terminate()
        rest, _ = self.process.communicate(timeout=40)
        self.written.append(rest)
        self.stand_in.close()
        written = "".join(self.written)
        kept = b"".join(path.read_bytes() for path in (self.folder / ".local").rglob("*") if path.is_file())
        self.temporary.cleanup()
        assert self.process.returncode == 0, f"the proxy ended with {self.process.returncode}: {written}"
        assert NISS not in written, "a value stands in what the proxy wrote"
        assert NISS.encode() not in kept, "a value stands in a file that the proxy keeps"
