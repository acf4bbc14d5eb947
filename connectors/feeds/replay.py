"""Recorded readings played again at any speed, as if they came in now."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from twin.errors import MinetwinError
from twin.observation import Reading
from twin.readings import ReadingStore
from twin.site_config import ReplayFeed

from ..text import read_text
from .record import Refused, record
from .status import FeedStatus, Health, OnStatus

BATCH = 5000  # readings a transaction
TICK = 0.5  # s; longest wait before the state is looked at again


class Replay:
    """Feed of one recorded table, in order of its event times."""

    def __init__(
        self, name: str, told: ReplayFeed, folder: Path, *, stale_after_s: float
    ) -> None:
        self.id, self.kind = name, told.kind
        self._told, self._path = told, folder / told.file
        self._health = Health(
            name, "replay", owner=told.owner, stale_after_s=stale_after_s
        )
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> FeedStatus:
        """State, since when, last error."""
        return self._health.status

    def start(self, store: ReadingStore, on_status: OnStatus | None = None) -> None:
        """Begin to play; returns at once."""
        self._health.listen(on_status)
        self._stopping.clear()
        self._thread = threading.Thread(
            target=self._health.guard,
            args=(lambda: self._work(store),),
            name=f"feed {self.id}",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """End the replay."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end of the record; True when it was reached."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _work(self, store: ReadingStore) -> None:
        try:
            readings = self._read(store)
            self._health.connected()
            self._play(readings, store)
            while self._told.loop and not self._stopping.is_set():
                self._play(readings, store)
        except (MinetwinError, OSError) as error:
            self._health.to("failed", str(error))
            return
        if not self._stopping.is_set():
            refused = self._health.status.refused
            told = f"; {refused} rows refused" if refused else ""
            self._health.to("stale", f"the record was played to its end{told}")

    def _read(self, store: ReadingStore) -> Sequence[Reading]:
        text = read_text(self._path, self._told.encoding)
        sensors = {sensor.id: sensor for sensor in store.sensors()}
        readings: list[Reading] = []
        refused: list[Refused] = []
        rows = record(
            text.content,
            sensors,
            str(self._path),
            source=self.id,
            zone=self._told.timezone,
        )
        for row in rows:
            if isinstance(row, Refused):
                refused.append(row)
            else:
                readings.append(row)
        for row in refused:
            store.quarantine(self.id, row.row.encode(), row.reason)
        if refused:
            self._health.received(0, None, len(refused))
            self._health.remark(f"{len(refused)} rows refused: {refused[0].reason}")
        return sorted(readings, key=lambda reading: reading.time)

    def _play(self, readings: Sequence[Reading], store: ReadingStore) -> None:
        """Append each reading when it is due; those due together in one batch."""
        begin = datetime.now(UTC)
        at = 0
        while at < len(readings) and not self._stopping.is_set():
            now = datetime.now(UTC)
            end = at
            while (
                end < len(readings)
                and end - at < BATCH
                and self._due(readings, end, begin) <= now
            ):
                end += 1
            if end > at:
                self._append(readings, at, end, begin, store)
                at = end
            else:
                wait = (self._due(readings, at, begin) - now).total_seconds()
                self._stopping.wait(min(max(wait, 0.0), TICK))
                self._health.tick()

    def _due(
        self, readings: Sequence[Reading], index: int, begin: datetime
    ) -> datetime:
        passed = (readings[index].time - readings[0].time).total_seconds()
        return begin + timedelta(seconds=passed / self._told.speed)

    def _append(
        self,
        readings: Sequence[Reading],
        first: int,
        end: int,
        begin: datetime,
        store: ReadingStore,
    ) -> None:
        batch = list(readings[first:end])
        if self._told.shift_to_now:
            times = (self._due(readings, i, begin) for i in range(first, end))
            batch = [replace(r, time=t) for r, t in zip(batch, times, strict=True)]
        receipt = store.append(batch)
        self._health.received(
            receipt.stored + receipt.repeated, batch[-1].time, len(receipt.refused)
        )
