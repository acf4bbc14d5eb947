"""A real server, on a free port, in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from twin.site import Site
from viewer.access import Access
from viewer.server import uvicorn_config

TOKEN = "a-token-only-for-these-tests"


@dataclass
class Running:
    """A server that runs: where, and with what it is opened."""

    site: Site
    port: int
    server: uvicorn.Server
    token: str = TOKEN

    @property
    def app(self) -> Any:
        """The FastAPI application behind the door."""
        app = self.server.config.app
        while not hasattr(app, "routes"):
            app = app.app
        return app

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def stream(self) -> str:
        return f"ws://127.0.0.1:{self.port}/stream"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base, headers=self.bearer, timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(site: Site, *, port: int = 0, **access: Any) -> Iterator[Running]:
    """Serve in a thread until the block ends."""
    port = port or free_port()
    reach = Access(token=TOKEN, **access)
    config = uvicorn_config(site, "127.0.0.1", port, reach)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.01)
    assert server.started
    try:
        yield Running(site, port, server)
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
