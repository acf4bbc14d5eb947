"""Replay of recorded readings: in order, at any speed, honest about times."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.feeds.replay import Replay
from connectors.feeds.status import FeedStatus
from twin.readings import ReadingStore
from twin.site_config import ReplayFeed

Wait = Callable[[Callable[[], bool]], None]


def played(
    folder: Path,
    store: ReadingStore,
    text: str,
    encoding: str = "utf-8",
    **more: object,
) -> tuple[Replay, list[FeedStatus]]:
    """Write a record, play it to its end."""
    (folder / "记录.csv").write_text(text, encoding=encoding)
    told = ReplayFeed.model_validate(
        {"kind": "replay", "file": "记录.csv", "speed": 1e6} | more
    )
    feed = Replay("replay-1", told, folder, stale_after_s=60)
    states: list[FeedStatus] = []
    feed.start(store, states.append)
    assert feed.join(20)
    return feed, states


def test_a_record_is_played_to_its_end(store: ReadingStore, tmp_path: Path) -> None:
    feed, states = played(
        tmp_path,
        store,
        "sensor,time,value,unit\n"
        "sm-01,2026-05-04T08:10:00+08:00,21,percent\n"
        "sm-01,2026-05-04T08:00:00+08:00,0.2,\n",
    )

    assert [r.value for r in store.series("sm-01")] == pytest.approx([0.2, 0.21])
    assert [s.state for s in states] == ["live", "stale"]
    assert "to its end" in feed.status.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_encodings_of_loggers_are_read(
    store: ReadingStore, tmp_path: Path, encoding: str
) -> None:
    played(
        tmp_path,
        store,
        "sensor,time,value,备注\r\nsm-01,2026-05-04T08:00:00Z,0.2,正常\r\n",
        encoding,
    )

    assert store.latest()["sm-01"].value == 0.2


def test_a_naive_time_is_refused_until_its_zone_is_stated(
    store: ReadingStore, tmp_path: Path
) -> None:
    """08:00 in Shanghai is midnight UTC; without a zone it is nothing."""
    text = "sensor,time,value\nsm-01,2026-05-04 08:00,0.2\n"

    refused, _ = played(tmp_path, store, text)
    assert refused.status.refused == 1
    assert "no time zone" in store.quarantined()[0].reason

    played(tmp_path, store, text, timezone="Asia/Shanghai")
    assert store.latest()["sm-01"].time == datetime(2026, 5, 4, tzinfo=UTC)


def test_the_hour_that_occurs_twice_is_refused(
    store: ReadingStore, tmp_path: Path
) -> None:
    """On 2025-11-02 clocks in Toronto went back from 2:00 to 1:00."""
    played(
        tmp_path,
        store,
        "sensor,time,value\nsm-01,2025-11-02 01:30,0.2\nsm-01,2025-03-09 02:30,0.2\n"
        "sm-01,2025-11-02 03:30,0.2\n",
        timezone="America/Toronto",
    )

    reasons = [q.reason for q in store.quarantined()]
    assert "occurs twice" in reasons[0]
    assert "does not exist" in reasons[1]
    assert store.latest()["sm-01"].time == datetime(2025, 11, 2, 8, 30, tzinfo=UTC)


def test_rows_that_cannot_be_kept_are_kept_apart(
    store: ReadingStore, tmp_path: Path
) -> None:
    feed, _ = played(
        tmp_path,
        store,
        "sensor,time,value\nsm-01,2026-05-04T08:00:00Z,nan\n"
        "sm-1,2026-05-04T08:00:00Z,0.2\nsm-01,soon,0.2\nsm-01,2026-05-04T08:00:00Z\n"
        "sm-01,2026-05-04T09:00:00Z,0.3\n",
    )

    assert (feed.status.stored, feed.status.refused) == (1, 4)
    assert all("line" in q.reason for q in store.quarantined())
    assert "4 rows refused" in feed.status.message


def test_speed_is_kept(store: ReadingStore, tmp_path: Path) -> None:
    """30 minutes at 3600 times last half a second."""
    begin = time.monotonic()

    played(
        tmp_path,
        store,
        "sensor,time,value\nsm-01,2026-05-04T08:00:00Z,0.1\n"
        "sm-01,2026-05-04T08:30:00Z,0.2\n",
        speed=3600,
    )

    assert 0.45 < time.monotonic() - begin < 5.0


def test_shifted_readings_are_of_now(store: ReadingStore, tmp_path: Path) -> None:
    """What is replayed for a drill bears the instant at which it was replayed."""
    played(
        tmp_path,
        store,
        "sensor,time,value\nsm-01,2020-05-04T08:00:00Z,0.1\n"
        "sm-01,2020-05-04T08:05:00Z,0.2\n",
        shift_to_now=True,
        speed=600,
    )

    age = datetime.now(UTC) - store.latest()["sm-01"].time
    assert timedelta(0) <= age < timedelta(seconds=5)


def test_a_long_replay_stops_when_asked(store: ReadingStore, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "sensor,time,value\nsm-01,2026-05-04T08:00:00Z,0.1\n"
        "sm-01,2026-05-04T09:00:00Z,0.2\n",
        encoding="utf-8",
    )
    feed = Replay(
        "r", ReplayFeed(kind="replay", file="r.csv"), tmp_path, stale_after_s=60
    )
    feed.start(store)

    begin = time.monotonic()
    feed.stop()

    assert time.monotonic() - begin < 2.0


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), ("sensor;time;value\n", "no column 'sensor'")],
)
def test_a_record_that_cannot_be_read_is_a_failure(
    store: ReadingStore, tmp_path: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    told = ReplayFeed(kind="replay", file="r.csv")
    feed = Replay("r", told, tmp_path, stale_after_s=60)

    feed.start(store)
    assert feed.join(10)

    assert feed.status.state == "failed"
    assert said in feed.status.message
