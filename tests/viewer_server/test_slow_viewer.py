"""Twenty viewers, one of which never reads: the others lose nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
from running_server import Running, running
from small_site import STEPS, write_run, write_site
from stream_client import viewer

pytestmark = pytest.mark.system
NOISY = {"run": "noisy", "layer": "soil_organic_carbon"}
SHOWN = 15
EVERY = 0.2  # s: five steps a second


@dataclass
class Seen:
    """What one good viewer was shown and told, and how long each step took."""

    frames: int = 0
    took: list[float] = field(default_factory=list)
    readings: set[float] = field(default_factory=set)


async def good(server: Running, start: asyncio.Event) -> Seen:
    """Play 15 steps at five a second; every one must be shown before the next."""
    seen = Seen()
    async with viewer(server) as client:
        await client.hello()
        await client.subscribe(NOISY)
        await start.wait()
        began = time.monotonic()
        for i in range(SHOWN):
            await asyncio.sleep(max(0, began + i * EVERY - time.monotonic()))
            asked = time.monotonic()
            await client.say(type="cursor", step=i % STEPS)
            await client.until("shown", step=i % STEPS, seconds=3)
            seen.took.append(time.monotonic() - asked)
        async with asyncio.timeout(3):
            while len(client.values()) < SHOWN:
                await client.hear()
        seen.frames, seen.readings = client.frames, client.values()
    return seen


async def never_reads(server: Running, start: asyncio.Event) -> None:
    """Ask for jumps, 54 kB each, until the server gives up."""
    async with viewer(server) as client:
        client.socket.transport.pause_reading()
        await client.say(type="hello", protocol=1)
        await client.subscribe(NOISY)
        start.set()
        for i in range(100_000):
            await client.say(type="cursor", step=3 * (i % 2))
            await asyncio.sleep(0.002)


async def readings(server: Running, start: asyncio.Event) -> set[float]:
    """Post one reading with each step."""
    await start.wait()
    values = {round(0.2 + 0.001 * i, 3) for i in range(SHOWN)}
    async with httpx.AsyncClient(base_url=server.base, headers=server.bearer) as http:
        for value in sorted(values):
            body = {"sensor": "sm-01", "time": datetime.now(UTC).isoformat()}
            reply = await http.post("/api/readings", json={**body, "value": value})
            reply.raise_for_status()
            await asyncio.sleep(EVERY)
    return values


def test_a_viewer_that_never_reads_costs_the_others_nothing(tmp_path: Path) -> None:
    """19 viewers see all 15 steps and all 15 readings; the twentieth is dropped."""
    site = write_site(tmp_path / "mine")
    rng = np.random.default_rng(7)
    write_run(site, "noisy", gain=0.0, noise=rng)

    async def run(server: Running) -> tuple[list[Seen], set[float]]:
        start = asyncio.Event()
        stuck = asyncio.create_task(never_reads(server, start))
        posting = asyncio.create_task(readings(server, start))
        seen = await asyncio.gather(*(good(server, start) for _ in range(19)))
        posted = await posting
        hub = server.app.state.served.hub
        async with asyncio.timeout(10):
            while hub.viewers:
                await asyncio.sleep(0.05)
        assert hub.dropped == 1
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)
        return seen, posted

    with running(site, send_timeout=1.0) as server:
        seen, posted = asyncio.run(run(server))

    assert all(len(one.took) == SHOWN for one in seen)
    assert all(one.readings == posted for one in seen)
    assert len({one.frames for one in seen}) == 1
    worst = max(took for one in seen for took in one.took)
    assert worst < 1.0
