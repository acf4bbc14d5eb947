"""State of a feed, told honestly: live, stale, reconnecting or failed, and since."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

log = logging.getLogger("minetwin.feeds")
FeedState = Literal["live", "stale", "reconnecting", "failed"]


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What is known of a feed.

    state         live          connected, and readings come
                  stale         connected, but nothing came for ``stale_after_s``
                  reconnecting  the source is away; tried again with growing pauses
                  failed        cannot work as configured; ``message`` says why
    since         when this state began, aware
    message       last error or remark, "" when there is none
    last_arrival  when the last reading was stored, aware; None before the first
    latency_s     age of that reading when it was stored, s
    stored, refused  readings kept, and messages put into quarantine, since the start
    """

    id: str
    kind: str
    state: FeedState
    since: datetime
    owner: str = ""
    message: str = ""
    last_arrival: datetime | None = None
    latency_s: float | None = None
    stored: int = 0
    refused: int = 0


OnStatus = Callable[[FeedStatus], None]


class Health:
    """Keeps the status of one feed; logs one line when it goes down, one when up."""

    def __init__(
        self, feed: str, kind: str, *, owner: str = "", stale_after_s: float = 3600.0
    ) -> None:
        self._lock = threading.Lock()
        self._on_status: OnStatus | None = None
        self._stale_after_s = stale_after_s
        now = datetime.now(UTC)
        self._status = FeedStatus(
            feed, kind, "reconnecting", now, owner, "not connected yet"
        )
        self._heard = now

    @property
    def status(self) -> FeedStatus:
        """Return the status as it is now."""
        with self._lock:
            return self._status

    def listen(self, on_status: OnStatus | None) -> None:
        """Call ``on_status`` whenever the state changes."""
        self._on_status = on_status

    def to(self, state: FeedState, message: str = "") -> None:
        """Enter a state; nothing happens when it is the present one."""
        with self._lock:
            before = self._status
            if before.state == state and before.message == message:
                return
            since = before.since if before.state == state else datetime.now(UTC)
            after = replace(before, state=state, since=since, message=message)
            self._status = after
        if before.state != state:
            _log(before, after)
        if self._on_status is not None:
            self._on_status(after)

    def connected(self) -> None:
        """Tell that the source is there."""
        self._heard = datetime.now(UTC)
        self.to("live")

    def received(self, stored: int, newest: datetime | None, refused: int = 0) -> None:
        """Count what came; a feed that was stale is live again."""
        now = self._heard = datetime.now(UTC)
        with self._lock:
            known = self._status
            age = None if newest is None else (now - newest).total_seconds()
            self._status = replace(
                known,
                stored=known.stored + stored,
                refused=known.refused + refused,
                last_arrival=now if stored else known.last_arrival,
                latency_s=known.latency_s if age is None else age,
            )
        if stored:
            self.to("live", self.status.message if refused else "")

    def remark(self, message: str) -> None:
        """Tell something without a change of state."""
        self.to(self.status.state, message)

    def guard(self, work: Callable[[], None]) -> None:
        """Run the thread of a feed; one that dies says so instead of seeming live."""
        try:
            work()
        except Exception as error:
            log.exception("feed %s ended by a fault of minetwin", self.status.id)
            self.to("failed", f"ended by a fault of minetwin: {error!r}; see the log")

    def tick(self) -> None:
        """Become stale when nothing came for too long."""
        silent = (datetime.now(UTC) - self._heard).total_seconds()
        if self.status.state == "live" and silent > self._stale_after_s:
            self.to("stale", f"no reading for {silent:.0f} s")


def _log(before: FeedStatus, after: FeedStatus) -> None:
    """Write one line down and one up; first connection and staleness are quieter."""
    if after.state in ("reconnecting", "failed") and before.state in ("live", "stale"):
        log.warning("feed %s is %s: %s", after.id, after.state, after.message)
    elif after.state == "failed":
        log.warning("feed %s failed: %s", after.id, after.message)
    elif after.state == "live":
        log.info("feed %s is live", after.id)
    else:
        log.info("feed %s is %s: %s", after.id, after.state, after.message)
