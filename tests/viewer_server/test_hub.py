"""Fan-out without sockets: one slot a thing, resume, and viewers that do not read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from viewer.hub import Gone, Hub, Shown
from viewer.session import Held, Want


class FakeConnection:
    """A viewer that says what it is told to and may stop reading."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[str | None] = asyncio.Queue()
        self.got: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()

    def say(self, **message: Any) -> None:
        self.said.put_nowait(json.dumps(message))

    def leave(self) -> None:
        self.said.put_nowait(None)

    async def receive(self) -> str:
        text = await self.said.get()
        if text is None:
            raise Gone
        return text

    async def send(self, data: str | bytes) -> None:
        await self.reads.wait()
        self.got.append(json.loads(data) if isinstance(data, str) else data)

    def types(self) -> list[str]:
        return [m["type"] if isinstance(m, dict) else "frame" for m in self.got]


async def show(want: Want, _offset: int) -> Shown:
    """One frame that names its step."""
    await asyncio.sleep(0)
    return Shown(
        (f"step {want.step}".encode(),),
        ({"step": want.step},),
        (Held(0, 0, want.step),),
    )


def no_snapshot() -> Mapping[str, Mapping[str, Any]]:
    return {}


async def until(true: Callable[[], object], seconds: float = 2.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.002)


def reading(sensor: str, value: float) -> tuple[str, dict[str, Any]]:
    return f"reading:{sensor}", {"type": "reading", "sensor": sensor, "value": value}


def test_a_viewer_gets_the_steps_it_asks_for_and_the_readings() -> None:
    """Welcome, frames, shown; then what is published."""

    async def run() -> None:
        hub, viewer = Hub(show, no_snapshot), FakeConnection()
        task = asyncio.create_task(hub.attend(viewer))
        viewer.say(type="hello", protocol=1)
        viewer.say(type="subscribe", views=[{"run": "a", "layer": "b"}], level=0)
        viewer.say(type="cursor", step=3)
        await until(lambda: "shown" in viewer.types())
        hub.publish(*reading("s", 0.5))
        await until(lambda: "reading" in viewer.types())

        assert viewer.types() == ["welcome", "frame", "shown", "reading"]
        assert viewer.got[0]["resumed"] is False
        assert viewer.got[3]["offset"] == 1

        viewer.leave()
        await task
        assert hub.viewers == set()
        assert hub.dropped == 0

    asyncio.run(run())


def test_a_viewer_that_does_not_read_gets_the_newest_and_delays_nobody() -> None:
    """100 readings of 2 sensors: it later gets one of each; the other got all."""

    async def run() -> None:
        hub = Hub(show, no_snapshot, send_timeout=5)
        slow, quick = FakeConnection(), FakeConnection()
        tasks = [asyncio.create_task(hub.attend(v)) for v in (slow, quick)]
        for viewer in (slow, quick):
            viewer.say(type="hello", protocol=1)
        await until(lambda: slow.got and quick.got)
        slow.reads.clear()

        for i in range(100):
            hub.publish(*reading(f"s{i % 2}", i))
            await until(lambda i=i: quick.got[-1].get("value") == i, 0.5)
        slow.reads.set()
        await until(lambda: slow.got[-1].get("value") == 99)

        assert len(quick.got) == 1 + 100
        assert len(slow.got) <= 1 + 2 + 2  # and what was under way
        for viewer in (slow, quick):
            viewer.leave()
        await asyncio.gather(*tasks)

    asyncio.run(run())


def test_a_viewer_that_never_reads_is_dropped_after_the_stated_time() -> None:
    """Its task ends; the hub forgets it."""

    async def run() -> None:
        hub, stuck = Hub(show, no_snapshot, send_timeout=0.05), FakeConnection()
        stuck.reads.clear()
        stuck.say(type="hello", protocol=1)

        async with asyncio.timeout(2):
            await hub.attend(stuck)

        assert (hub.dropped, hub.viewers) == (1, set())

    asyncio.run(run())


@pytest.mark.parametrize(
    ("epoch", "offset", "resumed", "why"),
    [
        ("own", 2, True, ""),
        ("own", 4, True, ""),
        ("own", 9, False, "the offset was never sent"),
        ("old", 2, False, "the server was restarted"),
    ],
)
def test_a_reconnect_resumes_or_says_plainly_why_not(
    epoch: str, offset: int, resumed: bool, why: str
) -> None:
    """Missed events follow, newest of each key; otherwise a snapshot."""

    async def run() -> None:
        snapshot = {"reading:s": {"type": "reading", "sensor": "s", "value": -1}}
        hub, viewer = Hub(show, lambda: snapshot), FakeConnection()
        for i in range(4):
            hub.publish(*reading("s" if i < 3 else "t", i))
        task = asyncio.create_task(hub.attend(viewer))
        at = hub.epoch if epoch == "own" else epoch
        viewer.say(type="hello", protocol=1, resume={"epoch": at, "offset": offset})
        await until(lambda: viewer.got)
        await asyncio.sleep(0.02)

        welcome, *events = viewer.got
        assert (welcome["resumed"], welcome["why"]) == (resumed, why)
        expected = {2: [2, 3], 4: []}[offset] if resumed else [-1]
        assert [e["value"] for e in events] == expected
        viewer.leave()
        await task

    asyncio.run(run())


def test_events_that_are_no_longer_kept_cannot_be_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The log is bounded; being away for too long is said."""
    monkeypatch.setattr("viewer.hub.KEPT_EVENTS", 3)

    async def run() -> None:
        hub, viewer = Hub(show, no_snapshot), FakeConnection()
        for i in range(9):
            hub.publish(*reading("s", i))
        task = asyncio.create_task(hub.attend(viewer))
        resume = {"epoch": hub.epoch, "offset": 5}
        viewer.say(type="hello", protocol=1, resume=resume)
        await until(lambda: viewer.got)

        assert viewer.got[0]["why"] == "it was away for too long"
        viewer.leave()
        await task

    asyncio.run(run())


def test_nonsense_is_answered_and_at_last_ends_the_viewer() -> None:
    """A few faults are told; twenty end the connection, the hub lives on."""

    async def run() -> None:
        hub, viewer = Hub(show, no_snapshot), FakeConnection()
        task = asyncio.create_task(hub.attend(viewer))
        viewer.say(type="dance")
        await until(lambda: viewer.got)
        assert set(viewer.got[0]["error"]) == {"what", "where", "why", "mend"}

        for _ in range(30):
            viewer.say(type="dance")
        async with asyncio.timeout(2):
            await task
        assert hub.dropped == 1

    asyncio.run(run())


def test_a_view_that_cannot_be_shown_is_told_and_the_stream_goes_on() -> None:
    """An error of a view is no error of the connection."""

    async def failing(want: Want, offset: int) -> Shown:
        if want.step == 0:
            raise ZeroDivisionError
        return await show(want, offset)

    async def run() -> None:
        hub, viewer = Hub(failing, no_snapshot), FakeConnection()
        task = asyncio.create_task(hub.attend(viewer))
        viewer.say(type="hello", protocol=1)
        viewer.say(type="subscribe", views=[{"run": "a", "layer": "b"}], level=0)
        viewer.say(type="cursor", step=0)
        await until(lambda: "error" in viewer.types())
        viewer.say(type="cursor", step=1)
        await until(lambda: "shown" in viewer.types())
        viewer.leave()
        await task

    asyncio.run(run())


def test_silence_is_filled_with_pings() -> None:
    """So that a page can tell a quiet server from a dead one."""

    async def run() -> None:
        hub, viewer = Hub(show, no_snapshot, ping_every=0.02), FakeConnection()
        task = asyncio.create_task(hub.attend(viewer))
        viewer.say(type="hello", protocol=1)
        await until(lambda: viewer.types().count("ping") >= 2)
        viewer.leave()
        await task

    asyncio.run(run())
