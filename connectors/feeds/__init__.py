"""Live feeds: where readings come from while a site is served."""

from .feed import Feed, open_feeds
from .status import FeedStatus

__all__ = ["Feed", "FeedStatus", "open_feeds"]
