"""Fan-out: every viewer has its own task and one slot per thing, never a queue.

An event replaces the older one of the same key in each viewer's outbox (the newest
reading of a sensor, the newest state of a feed), so a viewer that does not read costs
as much memory as there are sensors, and delays nobody. A send that does not finish
within ``send_timeout`` seconds ends that viewer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twin.errors import MinetwinError

from .failure import failure
from .protocol import PROTOCOL, ProtocolError
from .session import Held, Hello, Session, Want

log = logging.getLogger("minetwin.viewer")
KEPT_EVENTS = 4096
SEND_TIMEOUT = 10.0  # s; a viewer that takes longer for one frame is dropped
PING_EVERY = 10.0  # s of silence; a viewer learns from it that the server lives
MOST_FAULTS = 20  # messages that were no messages before a viewer is dropped

Message = Mapping[str, Any]


class Connection(Protocol):
    """What the hub needs of a socket."""

    async def receive(self) -> str:
        """Return the next text; raises ``Gone`` when the other side left."""

    async def send(self, data: str | bytes) -> None:
        """Hand one frame over; waits while the other side does not read."""


class Gone(Exception):
    """The other side left."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Frames that bring the views to a step, and what is told after them."""

    frames: tuple[bytes, ...]
    views: tuple[Message, ...]
    holds: tuple[Held | None, ...]


Show = Callable[[Want, int], Awaitable[Shown]]


@dataclass(eq=False)
class Viewer:
    """One connection: its session and the newest of each thing it was not told yet."""

    connection: Connection
    session: Session = field(default_factory=Session)
    outbox: dict[str, Message] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    faults: int = 0

    def put(self, key: str, message: Message) -> None:
        """Leave a message; it replaces the one of the same key."""
        self.outbox.pop(key, None)
        self.outbox[key] = message
        self.woken.set()


class Hub:
    """All viewers of a server, and the events of this epoch."""

    def __init__(
        self,
        show: Show,
        snapshot: Callable[[], Mapping[str, Message]],
        *,
        send_timeout: float = SEND_TIMEOUT,
        ping_every: float = PING_EVERY,
    ) -> None:
        self.epoch = secrets.token_hex(8)
        self.offset = 0
        self.viewers: set[Viewer] = set()
        self.dropped = 0
        self._events: deque[tuple[int, str, Message]] = deque(maxlen=KEPT_EVENTS)
        self._show = show
        self._snapshot = snapshot
        self._send_timeout = send_timeout
        self._ping_every = ping_every

    def publish(self, key: str, message: Message) -> None:
        """Tell every viewer; call it on the server's event loop."""
        self.offset += 1
        told = {**message, "offset": self.offset}
        self._events.append((self.offset, key, told))
        for viewer in self.viewers:
            viewer.put(key, told)

    def refresh_views(self) -> None:
        """Let every viewer's views be looked up anew: the runs changed."""
        for viewer in self.viewers:
            viewer.session.again()
            viewer.woken.set()

    async def attend(self, connection: Connection) -> None:
        """Serve one viewer until it leaves or is dropped."""
        viewer = Viewer(connection)
        reading = asyncio.create_task(self._read(viewer))
        writing = asyncio.create_task(self._write(viewer))
        try:
            done, _ = await asyncio.wait(
                {reading, writing}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                self._note_end(task)
        finally:
            self.viewers.discard(viewer)
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None or isinstance(error, Gone):
            return
        self.dropped += 1
        if isinstance(error, TimeoutError):
            log.warning("a viewer read nothing for %g s; dropped", self._send_timeout)
        else:
            log.warning("a viewer was dropped: %s", error, exc_info=error)

    async def _read(self, viewer: Viewer) -> None:
        while True:
            text = await viewer.connection.receive()
            try:
                message = viewer.session.receive(text)
            except ProtocolError as error:
                viewer.faults += 1
                told = {"type": "error", "error": failure(error, "/stream")}
                viewer.put("error", told)
                if viewer.faults >= MOST_FAULTS:
                    raise
                continue
            if isinstance(message, Hello):
                self._welcome(viewer, message)
            viewer.woken.set()

    def _welcome(self, viewer: Viewer, hello: Hello) -> None:
        missed, why = self._missed(hello)
        viewer.session.resumed = missed is not None
        welcome = {
            "type": "welcome",
            "protocol": PROTOCOL,
            "epoch": self.epoch,
            "offset": self.offset,
            "resumed": missed is not None,
            "why": why,
        }
        viewer.put("welcome", welcome)
        told = self._snapshot() if missed is None else missed
        for key, message in told.items():
            viewer.put(key, {"offset": self.offset, **message})
        self.viewers.add(viewer)

    def _missed(self, hello: Hello) -> tuple[Mapping[str, Message] | None, str]:
        """Newest event of each key since the viewer left, or why that is not known."""
        if hello.resume is None:
            return None, "first connection"
        if hello.resume.epoch != self.epoch:
            return None, "the server was restarted"
        since = hello.resume.offset
        if since > self.offset:
            return None, "the offset was never sent"
        oldest = self._events[0][0] if self._events else self.offset + 1
        if since < oldest - 1:
            return None, "it was away for too long"
        return {key: told for at, key, told in self._events if at > since}, ""

    async def _write(self, viewer: Viewer) -> None:
        while True:
            await self._awaken(viewer)
            viewer.woken.clear()
            while viewer.outbox:
                key = next(iter(viewer.outbox))
                await self._send(viewer, _text(viewer.outbox.pop(key)))
            want = viewer.session.want()
            if want is not None:
                await self._serve(viewer, want)
                viewer.woken.set()

    async def _awaken(self, viewer: Viewer) -> None:
        try:
            async with asyncio.timeout(self._ping_every):
                await viewer.woken.wait()
        except TimeoutError:
            if viewer in self.viewers:
                viewer.put("ping", {"type": "ping", "offset": self.offset})

    async def _serve(self, viewer: Viewer, want: Want) -> None:
        try:
            shown = await self._show(want, self.offset)
        except Exception as error:
            if not isinstance(error, MinetwinError):
                log.exception("showing %s failed", want)
            viewer.session.sent(want, want.held)
            told = {"type": "error", "error": failure(error, "/stream")}
            await self._send(viewer, _text(told))
            return
        for frame in shown.frames:
            await self._send(viewer, frame)
        viewer.session.sent(want, shown.holds)
        done = {
            "type": "shown",
            "step": want.step,
            "offset": self.offset,
            "views": shown.views,
        }
        await self._send(viewer, _text(done))

    async def _send(self, viewer: Viewer, data: str | bytes) -> None:
        async with asyncio.timeout(self._send_timeout):
            await viewer.connection.send(data)


def _text(message: Message) -> str:
    return json.dumps(message, ensure_ascii=False, allow_nan=False)
