"""Readings of a site in SQLite: nothing is overwritten, and what is told is on disk.

Late, repeated and out-of-order readings give the same content as readings in order.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BadReading, StoreError, unknown_name
from .observation import Reading, Sensor, checked
from .units import conversion

__all__ = ["Quarantined", "Reading", "ReadingStore", "Receipt", "Sensor"]

log = logging.getLogger("minetwin.readings")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Listener = Callable[[Sequence[Reading]], None]

SCHEMA = """
CREATE TABLE IF NOT EXISTS sensors (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
    label_zh TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL, var TEXT NOT NULL,
    unit TEXT NOT NULL, stale_after_s REAL NOT NULL, owner TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS readings (
    number INTEGER PRIMARY KEY, sensor INTEGER NOT NULL REFERENCES sensors(number),
    time_us INTEGER NOT NULL, arrival_us INTEGER NOT NULL, value REAL NOT NULL,
    unit TEXT NOT NULL, source TEXT NOT NULL, quality INTEGER NOT NULL,
    UNIQUE (sensor, time_us, value)
);
CREATE TABLE IF NOT EXISTS quarantine (
    number INTEGER PRIMARY KEY, arrival_us INTEGER NOT NULL, source TEXT NOT NULL,
    payload BLOB NOT NULL, reason TEXT NOT NULL
);
"""
ADD_SENSOR = """
INSERT INTO sensors (id, label, label_zh, x, y, var, unit, stale_after_s, owner)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET label = excluded.label, label_zh = excluded.label_zh,
    x = excluded.x, y = excluded.y, var = excluded.var, unit = excluded.unit,
    stale_after_s = excluded.stale_after_s, owner = excluded.owner
"""
ADD_READING = """
INSERT INTO readings (sensor, time_us, arrival_us, value, unit, source, quality)
SELECT number, ?, ?, ?, ?, ?, ? FROM sensors WHERE id = ?
ON CONFLICT DO NOTHING
"""
# Of several values at one instant the one that came last is shown; none is deleted.
COLUMNS = "s.id, r.time_us, r.value, r.unit, r.source, r.quality, r.arrival_us"
LATEST = f"""
SELECT {COLUMNS} FROM sensors s JOIN readings r ON r.number = (
    SELECT number FROM readings WHERE sensor = s.number
    ORDER BY time_us DESC, number DESC LIMIT 1)
"""
SERIES = f"""
SELECT {COLUMNS} FROM readings r JOIN sensors s ON s.number = r.sensor
WHERE s.id = ? AND r.time_us >= ? AND r.time_us <= ? ORDER BY r.time_us, r.number
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch: on disk, known before, or refused with the reason."""

    stored: int
    repeated: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that no reading could be made of, kept as it came."""

    arrival: datetime
    source: str
    payload: bytes
    reason: str


class ReadingStore:
    """Sensors and readings of one site; may be used from many threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._writing, self._reading = threading.RLock(), threading.Lock()
        self._listeners: list[Listener] = []
        try:
            self._writer = _connect(path)
            self._writer.executescript(SCHEMA)
            self._reader = _connect(path)
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{path}: cannot be used as the store of readings ({error}); "
                "move it away, then run minetwin build"
            ) from error
        self._known = {sensor.id: sensor for sensor in self._load_sensors()}

    def close(self) -> None:
        """Release the file."""
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()

    def __enter__(self) -> ReadingStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add_sensors(self, sensors: Iterable[Sensor]) -> None:
        """Register sensors, or change what is known of them; readings stay."""
        with self._transaction() as add:
            for sensor in sensors:
                add(ADD_SENSOR, astuple(sensor))
        self._known = {sensor.id: sensor for sensor in self._load_sensors()}

    def sensors(self) -> list[Sensor]:
        """Return the registered sensors in the order they were added."""
        return list(self._known.values())

    def _load_sensors(self) -> list[Sensor]:
        columns = "id, label, label_zh, x, y, var, unit, stale_after_s, owner"
        rows = self._rows(f"SELECT {columns} FROM sensors ORDER BY number")
        return [Sensor(*row) for row in rows]

    def append(self, readings: Iterable[Reading]) -> Receipt:
        """Store a batch in one transaction; return after it is on disk.

        The same sensor, time and value again counts as repeated. A reading that
        ``twin.observation.checked`` refuses is told in the receipt, the rest is kept.
        """
        good: list[Reading] = []
        refused: list[str] = []
        for reading in readings:
            try:
                good.append(checked(reading, self._known, "readings"))
            except BadReading as error:
                refused.append(str(error))
        fresh = self._insert(good)
        self._tell(fresh)
        return Receipt(len(fresh), len(good) - len(fresh), tuple(refused))

    def _insert(self, readings: Sequence[Reading]) -> list[Reading]:
        """Insert in one transaction; return those that were not there yet."""
        arrival = datetime.now(UTC)
        arrival_us = _microseconds(arrival)
        fresh = []
        with self._transaction() as add:
            for r in readings:
                when = _microseconds(r.time)
                row = (when, arrival_us, r.value, r.unit, r.source, r.quality, r.sensor)
                if add(ADD_READING, row).rowcount:
                    fresh.append(replace(r, arrival=arrival))
        return fresh

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """Commit what is executed within, or nothing of it; StoreError says why."""
        try:
            with self._writing, self._writer:
                yield self._writer.execute
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path}: readings cannot be stored ({error}); see whether the "
                "disk is full or the file is in use or write-protected"
            ) from error

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with the new readings after each commit.

        It is called in the thread that appended. Returns what ends the subscription.
        """
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def _tell(self, fresh: Sequence[Reading]) -> None:
        for listener in tuple(self._listeners) if fresh else ():
            try:
                listener(fresh)
            except Exception:  # a viewer's fault must not lose readings
                log.exception("a listener of readings failed; the readings are stored")

    def latest(self) -> dict[str, Reading]:
        """Return the newest reading of each sensor by event time, not by arrival."""
        found = (self._reading_of(row) for row in self._rows(LATEST))
        return {reading.sensor: reading for reading in found}

    def series(
        self,
        sensor: str,
        since: datetime | None = None,
        until: datetime | None = None,
        max_points: int | None = None,
    ) -> list[Reading]:
        """Return the readings of a sensor in order of event time, both ends included.

        With ``max_points`` a longer series is thinned to the lowest and highest value
        of each of max_points / 2 equal spans of time, so that no peak is lost.
        """
        if sensor not in self._known:
            raise unknown_name("sensor", sensor, self._known, str(self.path))
        first = _microseconds(since) if since else -(2**62)
        last = _microseconds(until) if until else 2**62
        rows = _one_per_instant(self._rows(SERIES, (sensor, first, last)))
        if max_points is not None and len(rows) > max_points:
            times = np.array([row[1] for row in rows], dtype=np.int64)
            values = np.array([row[2] for row in rows], dtype=np.float64)
            rows = [rows[i] for i in thinned(times, values, max_points)]
        return [self._reading_of(row) for row in rows]

    def quarantine(self, source: str, payload: bytes, reason: str) -> None:
        """Keep a message that cannot be read, with the reason."""
        row = (_microseconds(datetime.now(UTC)), source, payload, reason)
        with self._transaction() as add:
            add(
                "INSERT INTO quarantine (arrival_us, source, payload, reason) "
                "VALUES (?, ?, ?, ?)",
                row,
            )

    def quarantined(self) -> list[Quarantined]:
        """Return the kept messages, oldest first."""
        rows = self._rows(
            "SELECT arrival_us, source, payload, reason FROM quarantine ORDER BY number"
        )
        return [Quarantined(_instant(row[0]), *row[1:]) for row in rows]

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._reading:
            return self._reader.execute(query, values).fetchall()

    def _reading_of(self, row: tuple[Any, ...]) -> Reading:
        """Turn a row into a reading in the unit that its sensor has today."""
        sensor, time_us, value, unit, source, quality, arrival_us = row
        wanted = self._known[sensor].unit if sensor in self._known else unit
        if unit != wanted:
            factor, offset = conversion(unit, wanted, f"{self.path}: sensor {sensor}")
            value = value * factor + offset
        return Reading(
            sensor, _instant(time_us), value, wanted, source, quality,
            _instant(arrival_us),
        )  # fmt: skip

    def __repr__(self) -> str:
        count = self._rows("SELECT count(*) FROM readings")[0][0]
        return f"ReadingStore {self.path}: {len(self._known)} sensors, {count} readings"


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _microseconds(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND


def _instant(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND


def _one_per_instant(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Keep the last row of each event time; rows are in order of time and arrival."""
    return list({row[1]: row for row in rows}.values())


def thinned(
    times: NDArray[np.int64], values: NDArray[np.float64], points: int
) -> NDArray[np.int64]:
    """Return where the lowest and highest value of points // 2 spans of time stand.

    times   ascending, (n,)
    values  (n,)
    →       ascending indices, at most ``points``
    """
    spans = max(1, points // 2)
    edges = np.linspace(times[0], times[-1], spans + 1)
    span = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, spans - 1)
    by_value = np.lexsort((values, span))
    starts = np.flatnonzero(np.diff(span[by_value], prepend=-1))
    ends = np.append(starts[1:], len(values)) - 1
    kept: NDArray[np.int64] = np.unique(by_value[np.concatenate([starts, ends])])
    return kept
