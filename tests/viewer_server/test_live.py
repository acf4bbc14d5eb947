"""Readings and feeds: refused clearly, stored, and pushed within a second."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from running_server import Running, running
from stream_client import viewer

from twin.site import Site

pytestmark = pytest.mark.system
NOW = "2026-05-04T08:00:00+08:00"


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ('{"sensor": "sm-01", "time": "NOW", "value": NaN}', "NaN"),
        ('{"sensor": "sm-01", "time": "NOW", "value": 1e999}', "finite"),
        ('{"sensor": "sm-01", "time": "2026-05-04T08:00:00", "value": 1}', "zone"),
        ('{"sensor": "sm-10", "time": "NOW", "value": 1}', "sm-0"),
        ('{"sensor": "sm-01", "time": "NOW", "value": "1"}', "number"),
        ('{"sensor": "sm-01", "time": "NOW"}', "value"),
        ('{"sensor": "sm-01", "time": "soon", "value": 1}', "ISO"),
        ("{", "JSON"),
        ("[" * 200_000, "JSON"),
        ("[]", "no reading"),
        ("", "JSON"),
    ],
)
def test_a_reading_that_cannot_be_kept_is_refused_with_one_message(
    server: Running, body: str, part: str
) -> None:
    """4xx, what, where, why and how to mend; the server stays up."""
    with server.client as client:
        reply = client.post("/api/readings", content=body.replace("NOW", NOW))
        alive = client.get("/healthz")

    assert reply.status_code == 422
    error = reply.json()["error"]
    assert set(error) == {"what", "where", "why", "mend"}
    assert part in error["why"] + error["mend"]
    assert alive.status_code == 200


def test_a_list_is_stored_whole_or_not_at_all(fresh: Site) -> None:
    """The second reading is refused, so the first is not stored either."""
    good = {"sensor": "sm-01", "time": NOW, "value": 0.2}
    bad = {"sensor": "sm-99", "time": NOW, "value": 0.2}

    with running(fresh) as server, server.client as client:
        refused = client.post("/api/readings", json=[good, bad])
        first = client.post("/api/readings", json=[good]).json()
        again = client.post("/api/readings", json=[good]).json()

    assert refused.status_code == 422
    assert "reading 2" in refused.json()["error"]["why"]
    assert first == {"stored": 1, "repeated": 0}
    assert again == {"stored": 0, "repeated": 1}


def test_a_posted_reading_reaches_every_viewer_within_a_second(fresh: Site) -> None:
    """Committed, pushed, in /api/site and in the series."""

    async def run(server: Running) -> None:
        async with viewer(server) as one, viewer(server) as two:
            for client in (one, two):
                await client.hello()
            posted = time.monotonic()
            await asyncio.to_thread(push, server, datetime.now(UTC), 0.25)
            for client in (one, two):
                told = await client.until("reading", value=0.25, seconds=1)
                assert told["sensor"] == "sm-01"
                assert 0 <= told["age_s"] < 1
            assert time.monotonic() - posted < 1

            late = datetime.now(UTC) - timedelta(hours=1)
            await asyncio.to_thread(push, server, late, 0.9)
            await asyncio.to_thread(push, server, datetime.now(UTC), 0.26)
            await one.until("reading", value=0.26)
            assert 0.9 not in one.values()

    with running(fresh) as server:
        asyncio.run(run(server))
        with server.client as client:
            site = client.get("/api/site").json()
            series = client.get("/api/sensors/sm-01/readings").json()
            unknown = client.get("/api/sensors/sm-9/readings")

    latest = {s["id"]: s["latest"] for s in site["sensors"]}
    assert latest["sm-01"]["value"] == 0.26
    assert latest["sm-02"] is None
    assert series["values"] == [0.9, 0.25, 0.26]
    assert unknown.status_code == 404


def push(server: Running, time: datetime, value: float) -> None:
    """Post one reading."""
    body = {"sensor": "sm-01", "time": time.isoformat(), "value": value}
    with server.client as client:
        client.post("/api/readings", json=body).raise_for_status()


def test_a_replayed_feed_is_started_pushed_told_and_stopped(fresh: Site) -> None:
    """Its readings and its state reach the viewer; stopping the server stops it."""
    rows = "".join(
        f"sm-02,2026-05-04T08:00:{i:02d}+08:00,0.{i + 10}\n" for i in range(9)
    )
    (fresh.folder / "day.csv").write_text(
        "sensor,time,value\n" + rows, encoding="utf-8"
    )
    config = fresh.folder / "site.yaml"
    feed = "feeds:\n  - {kind: replay, file: day.csv, speed: 3}\n"
    config.write_text(config.read_text(encoding="utf-8") + feed, encoding="utf-8")

    async def run(server: Running) -> None:
        async with viewer(server) as client:
            await client.hello()
            await client.until("reading", sensor="sm-02", value=0.18, seconds=8)

    with running(Site.open(fresh.folder)) as server:
        asyncio.run(run(server))
        with server.client as client:
            (told,) = client.get("/api/site").json()["feeds"]

    assert (told["kind"], told["id"]) == ("replay", "replay-1")
    assert told["status"] in ("live", "stale")


def test_a_feed_that_cannot_work_is_told_and_stops_nothing(fresh: Site) -> None:
    """A file that is not there: the feed says failed, the site is served."""
    config = fresh.folder / "site.yaml"
    feed = "feeds:\n  - {kind: replay, file: nowhere.csv}\n"
    config.write_text(config.read_text(encoding="utf-8") + feed, encoding="utf-8")

    async def run(server: Running) -> dict[str, object]:
        async with viewer(server) as client:
            await client.hello()
            return await client.until("feed", status="failed", seconds=5)

    with running(Site.open(fresh.folder)) as server:
        told = asyncio.run(run(server))

    assert "nowhere.csv" in str(told["message"])
