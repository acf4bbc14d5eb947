"""How metals answer to pH: what water holds, what plants can take."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ..process import Array

TABLE = Path(__file__).with_name("metal-table.csv")


@dataclass(frozen=True)
class Chemistry:
    """One row of metal-table.csv."""

    kd_a: float
    kd_b: float
    availability: float
    uptake: float
    source: str
    verified: bool


@cache
def chemistry() -> dict[str, Chemistry]:
    """Rows of the table by metal."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {
        row["metal"]: Chemistry(
            float(row["kd_a"]), float(row["kd_b"]), float(row["availability"]),
            float(row["uptake"]), row["source"], row["checked"] == "yes",
        )
        for row in rows
    }  # fmt: skip


def distribution(metal: str, ph: Array) -> Array:
    """Kd of a metal's available part by pH, L kg-1: 10^(a + b pH)."""
    row = chemistry()[metal]
    made: Array = 10.0 ** (row.kd_a + row.kd_b * ph)
    return made


def available_after(metal: str, share: Array, change: Array) -> Array:
    """Available share after pH has changed by ``change``, 1, at most 1."""
    slope = chemistry()[metal].availability
    made: Array = np.minimum(share * 10.0 ** (slope * change), 1.0)
    return made
