"""The table of drain linings: how rough they are and what they stand."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("linings.csv")


@dataclass(frozen=True, slots=True)
class Lining:
    """One row of linings.csv.

    roughness  Manning's n, s m-1/3
    fastest    mean velocity that it stands, m s-1
    """

    name: str
    label_zh: str
    roughness: float
    fastest: float
    source: str
    verified: bool


@cache
def linings() -> dict[str, Lining]:
    """Every lining by name."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {
        row["lining"]: Lining(
            row["lining"],
            row["label_zh"],
            float(row["roughness"]),
            float(row["fastest"]),
            row["source"],
            row["mark"] == "seen",
        )
        for row in rows
    }
