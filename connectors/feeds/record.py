"""Recorded readings in a CSV table, row by row, without I/O."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from twin.errors import BadReading, UnreadableFile
from twin.observation import Reading, Sensor, checked
from twin.zone import localise

NEEDED = ("sensor", "time", "value")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that no reading could be made of."""

    row: str
    reason: str


def record(
    content: str,
    sensors: Mapping[str, Sensor],
    where: str,
    *,
    source: str,
    zone: str | None = None,
) -> Iterator[Reading | Refused]:
    """Yield a reading, or what was refused, for each row of a table.

    content  CSV with columns sensor, time, value and, if wanted, unit
    zone     of times without offset; without it such rows are refused
    """
    rows = csv.DictReader(io.StringIO(content, newline=None), skipinitialspace=True)
    lacking = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if lacking:
        raise UnreadableFile(
            f"{where}: no column '{lacking[0]}'; the first line must name the columns "
            f"sensor, time, value (it is: {', '.join(rows.fieldnames or ())})"
        )
    for row in rows:
        told = f"{where}, line {rows.line_num}"
        try:
            yield checked(_reading(row, zone, told, source), sensors, told)
        except BadReading as error:
            plain = ",".join(str(value) for value in row.values())
            yield Refused(plain, str(error))


def _reading(
    row: Mapping[str, str | None], zone: str | None, where: str, source: str
) -> Reading:
    """Turn the texts of a row into a reading that is not checked yet."""
    text, value = (row["time"] or "").strip(), (row["value"] or "").strip()
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None and zone is not None:
            time = localise(time, zone)
        number = float(value)
    except ValueError as error:
        raise BadReading(f"{where}: {error}; mend the row") from error
    sensor, unit = (row["sensor"] or "").strip(), (row.get("unit") or "").strip()
    return Reading(sensor, time, number, unit, source)
