"""`minetwin` as a person starts it: commands, and a server that can be stopped."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def minetwin(*words: object, timeout: float = 600) -> str:
    """Run a command of minetwin; return what it printed."""
    ran = subprocess.run(
        [sys.executable, "-m", "minetwin", *map(str, words)],
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@dataclass
class Server:
    """`minetwin serve` on a site, as a child process that can be restarted."""

    site: Path
    port: int = field(default_factory=free_port)
    url: str = ""
    token: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """File of what the server prints."""
        return self.site / "serve.log"

    def start(self) -> Server:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "minetwin", "serve", self.site]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*map(str, command), "--port", str(self.port)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            found = re.search(r"http://[^\s]+\?token=([\w\-.~]+)", text)
            if found and self.answers():
                self.url, self.token = found.group(0), found.group(1)
                return self
            assert self.process.poll() is None, text
            time.sleep(0.1)
        raise AssertionError("the server did not answer: " + self.log.read_text())

    def answers(self) -> bool:
        """Return whether the health route says that it is there."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz").is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Stop it as Ctrl-C would."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    @property
    def client(self) -> httpx.Client:
        """Return an HTTP client that bears the token."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
