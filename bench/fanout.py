"""Twenty viewers at five steps a second, one of which never reads.

A real server in a child process, 512 x 512 cells of noise (half a megabyte a frame set,
nothing compresses), viewers that decode nothing. The peer is the same play with all
twenty reading: the ratio of the two says what the stuck viewer costs the others.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import numpy as np
import websockets
from websockets.asyncio.client import ClientConnection

VIEWERS, PER_SECOND, SECONDS, CELLS, STEPS = 20, 5, 4, 512, 5
TOKEN = "a-token-only-for-this-benchmark"


def write_site(folder: Path) -> None:
    """A site without surveys, with one run of noise."""
    from twin.grid import Grid
    from twin.site import Built, Site
    from twin.store import RunWriter

    grid = Grid("EPSG:32649", "unknown", 0.0, 0.0, 5.0, (CELLS, CELLS))
    told = "version: 1\nname: bench\ncrs: EPSG:32649\nvertical: unknown\ncell: 5\n"
    (folder / "site.yaml").write_text(told, encoding="utf-8")
    Built(grid.to_dict()).save(folder)
    writer = RunWriter.create(
        Site.open(folder).runs_dir / "plan", grid=grid, zone_names=("all",),
        zones=np.zeros(grid.n, np.int64), layers=("soil_organic_carbon",), axes={},
        times=[date(2025 + i, 1, 1) for i in range(STEPS)], about={},
    )  # fmt: skip
    rng = np.random.default_rng(1)
    for step in range(STEPS):
        writer.write(step, {"soil_organic_carbon": rng.uniform(0, 9, grid.n)})
    writer.finish(closure={}, files={})


def server(folder: str, port: int) -> None:
    """Serve until terminated."""
    from twin.site import Site
    from viewer.access import Access
    from viewer.server import serve

    access = Access(token=TOKEN, send_timeout=2.0)
    serve(Site.open(folder), port=port, access=access, announce=lambda _: None)


@asynccontextmanager
async def viewer(port: int) -> AsyncIterator[ClientConnection]:
    """A socket that said hello and subscribed."""
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/stream", max_size=None, compression=None,
        additional_headers={"Authorization": f"Bearer {TOKEN}"}, close_timeout=0.5,
    ) as opened:  # fmt: skip
        await opened.send(json.dumps({"type": "hello", "protocol": 1}))
        views = [{"run": "plan", "layer": "soil_organic_carbon"}]
        told = {"type": "subscribe", "views": views, "level": 0}
        await opened.send(json.dumps(told))
        yield opened


async def play(port: int) -> tuple[int, int, list[float]]:
    """Return steps shown, frames and the time of each step, ms."""
    shown, frames, took = 0, 0, []
    async with viewer(port) as opened:
        began = time.perf_counter()
        for i in range(PER_SECOND * SECONDS):
            await asyncio.sleep(max(0, began + i / PER_SECOND - time.perf_counter()))
            asked = time.perf_counter()
            await opened.send(json.dumps({"type": "cursor", "step": i % STEPS}))
            while True:
                data = await asyncio.wait_for(opened.recv(), 5)
                if isinstance(data, bytes):
                    frames += 1
                elif json.loads(data)["type"] == "shown":
                    break
            shown += 1
            took.append((time.perf_counter() - asked) * 1e3)
    return shown, frames, took


async def never_read(port: int) -> None:
    """Ask for jumps and take nothing."""
    async with viewer(port) as opened:
        opened.transport.pause_reading()
        for i in range(100_000):
            await opened.send(json.dumps({"type": "cursor", "step": 2 * (i % 3)}))
            await asyncio.sleep(0.01)


async def round_of(port: int, *, stuck: bool) -> list[tuple[int, int, list[float]]]:
    """All viewers at once."""
    bad = asyncio.create_task(never_read(port)) if stuck else None
    good = VIEWERS - 1 if stuck else VIEWERS
    found = await asyncio.gather(*(play(port) for _ in range(good)))
    if bad is not None:
        bad.cancel()
        await asyncio.gather(bad, return_exceptions=True)
    return found


def run() -> dict[str, object]:
    """Play with and without the stuck viewer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder))
        child = multiprocessing.get_context("spawn").Process(
            target=server, args=(folder, port), daemon=True
        )
        child.start()
        try:
            wait_for(port)
            asyncio.run(play(port))  # encodes every step once
            plain = asyncio.run(round_of(port, stuck=False))
            stuck = asyncio.run(round_of(port, stuck=True))
        finally:
            child.terminate()
            child.join(10)
    wanted = PER_SECOND * SECONDS
    without = [t for _, _, took in plain for t in took]
    beside = [t for _, _, took in stuck for t in took]
    return {
        "viewers": VIEWERS,
        "steps asked of each at 5 a second": wanted,
        "steps lost by the others": sum(wanted - shown for shown, _, _ in stuck),
        "frames apart between the others": len({frames for _, frames, _ in stuck}) - 1,
        "median step without a stuck viewer, ms": statistics.median(without),
        "median step beside one, ms": statistics.median(beside),
        "worst step beside one, ms": max(beside),
        "cost of the stuck viewer, ratio": statistics.median(beside)
        / statistics.median(without),
    }


def wait_for(port: int) -> None:
    """Wait until the server listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")
