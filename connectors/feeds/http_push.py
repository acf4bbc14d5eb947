"""Readings pushed over HTTP: a request's body turned into readings, without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from twin.errors import BadReading
from twin.observation import Reading, Sensor

from .message import parse_json, reading_of

MOST_BYTES = 1 << 20
MOST_READINGS = 10_000
WHERE = "POST /api/readings"


def parse_body(
    body: bytes, sensors: Mapping[str, Sensor], *, now: datetime | None = None
) -> list[Reading]:
    """Turn a JSON object, or a list of them, into checked readings.

    All or nothing: BadReading names the first thing wrong and its place in the list.
    """
    if len(body) > MOST_BYTES:
        raise BadReading(
            f"{WHERE}: the body has {len(body)} bytes, at most {MOST_BYTES} are read; "
            "send the readings in several requests"
        )
    told = parse_json(body, WHERE)
    items = told if isinstance(told, list) else [told]
    if len(items) > MOST_READINGS:
        raise BadReading(
            f"{WHERE}: {len(items)} readings, at most {MOST_READINGS} are taken at "
            "once; send them in several requests"
        )
    if not items:
        raise BadReading(f"{WHERE}: the list holds no reading; send at least one")
    if not isinstance(told, list):
        return [reading_of(told, sensors, WHERE, source="http", now=now)]
    return [
        reading_of(item, sensors, f"{WHERE}: reading {i}", source="http", now=now)
        for i, item in enumerate(items, start=1)
    ]
