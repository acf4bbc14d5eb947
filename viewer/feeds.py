"""The feeds of a site while it is served: started, watched, stopped; readings pushed.

Feeds and the HTTP route commit to the same store, which calls back after each commit;
so however a reading came, every viewer learns of it the same way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.feeds import Feed, FeedStatus, open_feeds
from twin.readings import Reading, ReadingStore
from twin.site import Site

from .hub import Hub

log = logging.getLogger("minetwin.viewer")


class FeedRegister:
    """Feeds of site.yaml by id, with what each last said of itself."""

    def __init__(self, site: Site, readings: ReadingStore) -> None:
        self._site = site
        self._readings = readings
        self._feeds: dict[str, Feed] = {}
        self._newest = dict(readings.latest())
        self._end: Callable[[], None] | None = None

    def start(self, hub: Hub) -> None:
        """Start all feeds and push what they and the store say; on the event loop."""
        loop = asyncio.get_running_loop()

        def on_loop(work: Callable[[], None]) -> None:
            try:
                loop.call_soon_threadsafe(work)
            except RuntimeError:
                log.debug("a reading came while the server ended; it is stored")

        def stored(readings: Sequence[Reading]) -> None:
            on_loop(lambda: self._push(hub, readings))

        self._end = self._readings.subscribe(stored)

        def said(status: FeedStatus) -> None:
            on_loop(lambda: self._note(hub, status))

        self._feeds = dict(open_feeds(self._site))
        for feed in self._feeds.values():
            try:
                feed.start(self._readings, said)
            except Exception:
                log.exception("feed %s did not start", feed.id)

    def stop(self) -> None:
        """Stop all feeds; waits for what they are storing."""
        if self._end is not None:
            self._end()
        for name, feed in self._feeds.items():
            try:
                feed.stop()
            except Exception:
                log.exception("feed %s did not stop", name)

    def _push(self, hub: Hub, readings: Sequence[Reading]) -> None:
        """Publish the newest of each sensor; what came late is not news for a pin."""
        fresh = {}
        for reading in readings:
            known = self._newest.get(reading.sensor)
            if known is None or reading.time >= known.time:
                self._newest[reading.sensor] = fresh[reading.sensor] = reading
        for sensor, reading in fresh.items():
            hub.publish(f"reading:{sensor}", reading_message(reading))

    def _note(self, hub: Hub, status: FeedStatus) -> None:
        told = {"type": "feed", **feed_message(status)}
        hub.publish(f"feed:{status.id}", told)

    def told(self) -> list[dict[str, Any]]:
        """State of every feed, for /api/site."""
        return [
            {**feed_message(status), **_health(status)}
            for status in (feed.status for feed in self._feeds.values())
        ]

    def snapshot(self) -> Mapping[str, Mapping[str, Any]]:
        """Newest reading of each sensor and state of each feed, as stream messages.

        From memory: a query here would hold up the event loop, and so every viewer.
        """
        told: dict[str, Mapping[str, Any]] = {
            f"reading:{sensor}": reading_message(reading)
            for sensor, reading in self._newest.items()
        }
        for feed in self._feeds.values():
            status = feed_message(feed.status)
            told[f"feed:{feed.id}"] = {"type": "feed", **status}
        return told


def reading_message(reading: Reading) -> dict[str, Any]:
    """Tell a reading as the stream does."""
    age = (datetime.now(UTC) - reading.time).total_seconds()
    return {
        "type": "reading",
        "sensor": reading.sensor,
        "time": reading.time.isoformat(),
        "value": reading.value,
        "unit": reading.unit,
        "age_s": round(age, 3),
    }


def feed_message(status: FeedStatus) -> dict[str, Any]:
    """Tell the state of a feed as the stream does."""
    return {
        "id": status.id,
        "status": status.state,
        "since": status.since.isoformat(),
        "message": status.message,
    }


def _health(status: FeedStatus) -> dict[str, Any]:
    last = status.last_arrival
    return {
        "kind": status.kind,
        "owner": status.owner,
        "last_arrival": None if last is None else last.isoformat(),
        "latency_s": status.latency_s,
        "stored": status.stored,
        "refused": status.refused,
    }
