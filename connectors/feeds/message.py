"""One reading as JSON, whatever brought it: checked and turned into a Reading.

``{"sensor": "sm-01", "time": "2026-05-04T08:00:00+08:00", "value": 0.21, "unit": "1"}``
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from twin.errors import BadReading, unknown_name
from twin.observation import Reading, Sensor, checked, printable

KEYS = ("sensor", "time", "value", "unit")


def parse_json(body: bytes, where: str) -> Any:
    """Decode strict JSON in UTF-8; BadReading for NaN, Infinity and what is no JSON."""

    def refuse(constant: str) -> NoReturn:
        raise BadReading(
            f"{where}: {constant} is no number of JSON; a reading needs a finite "
            "value, so leave out what was not measured"
        )

    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise BadReading(
            f"{where}: this is not JSON in UTF-8 ({error}); send an object such as "
            '{"sensor": "sm-01", "time": "2026-05-04T08:00:00+08:00", "value": 0.21}'
        ) from error


def reading_of(
    item: Any,
    sensors: Mapping[str, Sensor],
    where: str,
    *,
    source: str,
    now: datetime | None = None,
) -> Reading:
    """Turn one decoded object into a checked Reading; BadReading says what is wrong."""
    if not isinstance(item, Mapping):
        raise BadReading(
            f"{where}: a reading is an object with sensor, time and value, "
            f"not {type(item).__name__}"
        )
    for key in item:
        if key not in KEYS:
            raise BadReading(str(unknown_name("key", printable(str(key)), KEYS, where)))
    for key in KEYS[:3]:
        if key not in item:
            raise BadReading(f"{where}: the reading has no '{key}'; add it")
    sensor, unit = item["sensor"], item.get("unit") or ""
    if not isinstance(sensor, str) or not isinstance(unit, str):
        raise BadReading(f"{where}: sensor and unit are texts; put them in quotes")
    reading = Reading(
        sensor, _time(item["time"], where), _value(item["value"], where), unit, source
    )
    return checked(reading, sensors, where, now=now)


def _time(given: Any, where: str) -> datetime:
    try:
        return datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise BadReading(
            f"{where}: time {printable(repr(given))} is not ISO 8601; write it with "
            'its offset, such as "2026-05-04T08:00:00+08:00"'
        ) from error


def _value(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise BadReading(
            f"{where}: value {printable(repr(given))} is not a number; write it "
            "without quotes"
        )
    try:
        return float(given)
    except OverflowError as error:
        raise BadReading(
            f"{where}: the value is too large to be a measurement"
        ) from error
