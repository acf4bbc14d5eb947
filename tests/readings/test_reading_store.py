"""The store of readings: nothing lost, nothing twice, old never shown as new."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan
from pathlib import Path

import pytest

from twin.errors import StoreError, UnknownName
from twin.observation import FAIL, Reading
from twin.readings import ReadingStore

START = datetime(2026, 5, 4, tzinfo=UTC)


def reading(minute: float, value: float, sensor: str = "sm-01") -> Reading:
    """A value so many minutes after the start."""
    return Reading(sensor, START + timedelta(minutes=minute), value)


def test_a_reading_is_stored_once(store: ReadingStore) -> None:
    """The same sensor, time and value again is a repetition, whenever it comes."""
    first = store.append([reading(0, 0.2), reading(1, 0.3)])
    second = store.append([reading(1, 0.3), reading(0, 0.2), reading(2, 0.4)])

    assert (first.stored, first.repeated) == (2, 0)
    assert (second.stored, second.repeated) == (1, 2)
    assert [r.value for r in store.series("sm-01")] == [0.2, 0.3, 0.4]


def test_late_and_shuffled_readings_give_the_same_store(
    store: ReadingStore, tmp_path: Path
) -> None:
    """Order of arrival does not matter for what is shown."""
    day = [reading(i, (i % 17) / 20) for i in range(500)]
    shuffled = day + day[::3]
    random.Random(7).shuffle(shuffled)
    store.append(day)
    with ReadingStore(tmp_path / "other.sqlite") as other:
        other.add_sensors(store.sensors())
        for at in range(0, len(shuffled), 70):
            other.append(shuffled[at : at + 70])

        def plain(opened: ReadingStore) -> list[Reading]:
            return [replace(r, arrival=None) for r in opened.series("sm-01")]

        assert plain(store) == plain(other)
        assert other.latest()["sm-01"].time == day[-1].time


def test_latest_goes_by_event_time(store: ReadingStore) -> None:
    """A late old value is never shown as new."""
    store.append([reading(60, 0.5)])
    store.append([reading(0, 0.1)])

    assert store.latest()["sm-01"].value == 0.5


def test_a_correction_is_shown_and_the_first_value_kept(store: ReadingStore) -> None:
    """Raw values are never overwritten; the one that came last is shown."""
    store.append([reading(0, 0.5)])
    store.append([reading(0, 0.4)])

    assert [r.value for r in store.series("sm-01")] == [0.4]
    assert store.latest()["sm-01"].value == 0.4
    with sqlite3.connect(store.path) as plain:
        assert plain.execute("SELECT count(*) FROM readings").fetchone() == (2,)
    plain.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (reading(0, nan), "needs a finite number"),
        (reading(0, inf), "needs a finite number"),
        (Reading("sm-01", datetime(2026, 5, 4), 0.2), "no time zone"),
        (reading(0, 0.2, sensor="sm-1"), "did you mean 'sm-01'?"),
        (Reading("sm-01", datetime.now(UTC) + timedelta(days=2), 0.2), "day ahead"),
        (Reading("sm-01", START, 0.2, "degC"), "cannot be turned into"),
    ],
)
def test_what_cannot_be_kept_is_told_and_the_rest_is_stored(
    store: ReadingStore, wrong: Reading, said: str
) -> None:
    receipt = store.append([reading(0, 0.2), wrong])

    assert receipt.stored == 1
    assert len(receipt.refused) == 1
    assert said in receipt.refused[0]


def test_units_are_converted_and_impossible_values_flagged(store: ReadingStore) -> None:
    """20 % is 0.2; a moisture of 1.7 is kept as it came, with the flag of failure."""
    store.append([Reading("sm-01", START, 20.0, "percent"), reading(1, 1.7)])

    found = store.series("sm-01")
    assert found[0].value == pytest.approx(0.2)
    assert found[0].quality != FAIL
    assert (found[1].value, found[1].quality) == (1.7, FAIL)


def test_a_changed_unit_of_a_sensor_does_not_change_old_readings(
    store: ReadingStore,
) -> None:
    """0 degC of last year is 273.15 K when the sensor reports K from now on."""
    store.append([reading(0, 0.0, sensor="ta-01")])
    air = next(s for s in store.sensors() if s.id == "ta-01")

    store.add_sensors([replace(air, unit="K")])

    assert store.latest()["ta-01"].value == pytest.approx(273.15)
    assert store.latest()["ta-01"].unit == "K"


def test_a_thinned_series_keeps_every_peak(store: ReadingStore) -> None:
    """Lowest and highest of each span: one spike among 10 000 values is not lost."""
    values = [0.2] * 10_000
    values[3333], values[7777] = 0.9, 0.01
    store.append([reading(i / 60, v) for i, v in enumerate(values)])

    found = store.series("sm-01", max_points=200)

    assert len(found) <= 200
    assert max(r.value for r in found) == 0.9
    assert min(r.value for r in found) == 0.01
    assert [r.time for r in found] == sorted(r.time for r in found)


def test_series_are_cut_by_time_with_both_ends(store: ReadingStore) -> None:
    store.append([reading(i, i / 10) for i in range(10)])

    found = store.series(
        "sm-01", START + timedelta(minutes=3), START + timedelta(minutes=5)
    )

    assert [r.value for r in found] == [0.3, 0.4, 0.5]
    with pytest.raises(UnknownName, match="did you mean 'sm-01'"):
        store.series("sm-02")


def test_listeners_hear_of_new_readings_after_the_commit(store: ReadingStore) -> None:
    """At the call a stranger with his own connection already sees the rows."""
    heard: list[tuple[int, int]] = []

    def listener(fresh: object) -> None:
        plain = sqlite3.connect(store.path)
        seen = plain.execute("SELECT count(*) FROM readings").fetchone()[0]
        plain.close()
        heard.append((len(fresh), seen))  # type: ignore[arg-type]

    end = store.subscribe(listener)
    store.append([reading(0, 0.2), reading(1, 0.3)])
    store.append([reading(1, 0.3)])
    end()
    store.append([reading(2, 0.4)])

    assert heard == [(2, 2)]


def test_a_failing_listener_loses_no_reading(
    store: ReadingStore, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("viewer is gone")

    store.subscribe(broken)

    assert store.append([reading(0, 0.2)]).stored == 1
    assert "the readings are stored" in caplog.text


def test_threads_share_a_store(store: ReadingStore) -> None:
    """Four writers and a reader: each reading once, none lost."""
    failures: list[Exception] = []

    def write(first: int) -> None:
        try:
            for i in range(20):
                store.append([reading(first + i, 0.2), reading(i, 0.1)])
                store.latest()
        except Exception as error:  # noqa: BLE001 -- shown by the main thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(1000 * k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(store.series("sm-01")) == 4 * 20 + 20


def test_what_was_stored_is_there_after_reopening(
    store: ReadingStore, tmp_path: Path
) -> None:
    path = tmp_path / "r.sqlite"
    with ReadingStore(path) as one:
        one.add_sensors(store.sensors())
        one.append([reading(0, 0.2)])
        one.quarantine("mqtt-1", b"\xff", "no JSON")
    with ReadingStore(path) as two:
        assert two.latest()["sm-01"].value == 0.2
        assert two.quarantined()[0].payload == b"\xff"
        assert "2 sensors, 1 readings" in repr(two)


def test_the_file_is_in_the_mode_that_survives_a_power_cut(store: ReadingStore) -> None:
    connection = store._writer
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "readings.sqlite"
    path.write_bytes(b"this is a text, not a database" * 50)

    with pytest.raises(StoreError, match="cannot be used as the store of readings"):
        ReadingStore(path)


def test_a_batch_is_fast(store: ReadingStore) -> None:
    """At least 20 000 readings a second; a shared machine gets three attempts."""
    rates = []
    for turn in range(3):
        batch = [reading(turn * 1e5 + i / 60, 0.2) for i in range(20_000)]
        begin = time.perf_counter()
        assert store.append(batch).stored == len(batch)
        rates.append(len(batch) / (time.perf_counter() - begin))
    print(f"{max(rates):.0f} readings a second")
    assert max(rates) > 20_000
