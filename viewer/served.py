"""What a server serves: one site with its catalogue, streams, readings and feeds."""

from __future__ import annotations

from dataclasses import dataclass

from twin.readings import ReadingStore
from twin.site import Site

from .catalogue import Catalogue
from .feeds import FeedRegister
from .hub import Hub
from .local import LocalFrame
from .streamer import Streamer


@dataclass(frozen=True)
class Served:
    """Handed to every route."""

    site: Site
    catalogue: Catalogue
    local: LocalFrame
    streamer: Streamer
    hub: Hub
    readings: ReadingStore
    feeds: FeedRegister
