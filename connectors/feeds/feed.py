"""What a feed is, and the feeds that a site.yaml asks for."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from twin.readings import ReadingStore

from .status import FeedStatus, OnStatus

if TYPE_CHECKING:
    from twin.site import Site

QUIET = 3600.0  # s; a feed of no declared sensor is stale after it


class Feed(Protocol):
    """A live source of readings; works in a thread of its own."""

    @property
    def id(self) -> str:
        """Name of the feed, the source of its readings."""

    @property
    def kind(self) -> str:
        """Way in: "replay" or "mqtt"."""

    @property
    def status(self) -> FeedStatus:
        """State, since when, last error."""

    def start(self, store: ReadingStore, on_status: OnStatus | None = None) -> None:
        """Begin to append readings to the store; returns at once."""

    def stop(self) -> None:
        """End; returns when nothing is written any more."""


def open_feeds(site: Site) -> dict[str, Feed]:
    """Make the feeds of site.yaml by id; none is started."""
    from twin.site_config import ReplayFeed

    from .mqtt import MqttSource
    from .replay import Replay

    quiet = min((s.stale_after_s for s in site.sensors()), default=QUIET)
    feeds: dict[str, Feed] = {}
    for name, told in zip(site.config.feed_ids, site.config.feeds, strict=True):
        if isinstance(told, ReplayFeed):
            feeds[name] = Replay(name, told, site.folder, stale_after_s=quiet)
        else:
            place = sha256(str(site.folder.resolve()).encode()).hexdigest()[:12]
            client = f"minetwin-{place}-{name}"  # the same after a restart
            feeds[name] = MqttSource(name, told, client, stale_after_s=quiet)
    return feeds
