"""The table of curve numbers by cover, condition and hydrologic soil group."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import unknown_name

TABLE = Path(__file__).with_name("curve-numbers.csv")
GROUPS = ("A", "B", "C", "D")
SEEN = "seen"


@dataclass(frozen=True, slots=True)
class CurveNumbers:
    """One row of curve-numbers.csv.

    numbers   CN of soil groups A to D, 1
    verified  whether a copy of the source was read
    """

    cover: str
    condition: str
    numbers: tuple[float, float, float, float]
    source: str
    verified: bool


@cache
def curve_numbers() -> dict[tuple[str, str], CurveNumbers]:
    """Every row, by cover and condition."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        made = [
            CurveNumbers(
                row["cover"],
                row["condition"],
                (float(row["a"]), float(row["b"]), float(row["c"]), float(row["d"])),
                row["source"],
                row["mark"] == SEEN,
            )
            for row in rows
        ]
    return {(row.cover, row.condition): row for row in made}


def curve_number(cover: str, condition: str, group: str) -> float:
    """CN of average wetness, 1.

    cover, condition  of the table, "pasture" and "good"
    group             hydrologic soil group, A (fast) to D (slow)

    United States, mostly small agricultural catchments; mine spoil is in none of its
    groups, compacted spoil behaves as C or D. NRCS TR-55 and NEH-4.
    """
    known = curve_numbers()
    if (cover, condition) not in known:
        names = sorted(f"{c} {k}" for c, k in known)
        raise unknown_name("cover", f"{cover} {condition}", names, TABLE.name)
    if group not in GROUPS:
        raise unknown_name("hydrologic soil group", group, GROUPS, TABLE.name)
    return known[cover, condition].numbers[GROUPS.index(group)]
