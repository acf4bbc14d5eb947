"""The feeds of a site while it is served: started, watched, stopped; readings pushed.

Feeds and the HTTP route commit to the same store, which calls back after each commit;
so however a reading came, every viewer learns of it the same way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.feeds import Feed
from twin.readings import Reading, ReadingStore

from .hub import Hub

log = logging.getLogger("minetwin.viewer")


def reading_message(reading: Reading, unit: str) -> dict[str, Any]:
    """Tell a reading as the stream does."""
    age = (datetime.now(UTC) - reading.time).total_seconds()
    return {
        "type": "reading",
        "sensor": reading.sensor,
        "time": reading.time.isoformat(),
        "value": reading.value,
        "unit": unit,
        "age_s": round(age, 3),
    }
