"""Parameters of 3-PG by species, as ``three-pg-table/species.csv`` tells them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from ..errors import unknown_name
from .three_pg import Species

TABLE = Path(__file__).with_name("three-pg-table") / "species.csv"
NOTES = ("parameter", "unit", "meaning")  # columns that are no species
WHOLE = ("leaf_grow", "leaf_fall")  # months


@cache
def species(name: str = "beech") -> Species:
    """Parameters of a species of the table."""
    with TABLE.open(encoding="utf-8-sig", newline="") as lines:
        rows = [*csv.DictReader(line for line in lines if not line.startswith("#"))]
    known = [column for column in rows[0] if column not in NOTES]
    if name not in known:
        raise unknown_name("species of 3-PG", name, known, "species")
    told = {row["parameter"]: float(row[name]) for row in rows}
    months = {key: int(told.pop(key)) for key in WHOLE}
    return Species(**told, **months)  # type: ignore[arg-type]
