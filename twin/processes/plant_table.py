"""The table of plant functional types on disk: values with source, mark and prior.

Code, validation and the documentation's page all read the files of ``plant-table``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DeclarationError
from ..process import Array

FOLDER = Path(__file__).resolve().parent / "plant-table"
NORMAL_95 = 1.959964  # standard deviations to either side
PRIORS = ("lognormal", "logitnormal", "normal")


@dataclass(frozen=True, slots=True)
class Known:
    """A value, where it comes from, whether that was read, and what else it may be.

    low, high  hold 95 % of the prior; equal where the value is certain by definition
    prior      lognormal, logitnormal (shares) or normal
    """

    value: float
    source: str
    verified: bool
    low: float
    high: float
    prior: str

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Values (count,) that it may have; their median is its value."""
        return self.at(rng.standard_normal(count))

    def at(self, z: Array) -> Array:
        """Values (n,) of the prior at standard normal scores (n,)."""
        if self.low == self.high:
            return np.full(z.size, self.value)
        if self.prior == "normal":
            wide = (self.high - self.low) / (2.0 * NORMAL_95)
            return self.value + wide * z
        if self.prior == "lognormal":
            wide = np.log(self.high / self.low) / (2.0 * NORMAL_95)
            made: Array = self.value * np.exp(wide * z)
            return made
        wide = (_logit(self.high) - _logit(self.low)) / (2.0 * NORMAL_95)
        share: Array = 1.0 / (1.0 + np.exp(-(_logit(self.value) + wide * z)))
        return share


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a type is told by: unit, range, kind of prior, labels."""

    name: str
    unit: str
    low: float
    high: float
    prior: str
    label: str
    label_zh: str


def _logit(share: float) -> float:
    return float(np.log(share / (1.0 - share)))


def rows(name: str, folder: Path = FOLDER) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each row stands and its cells; lines that begin with # are notes."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as lines:
        told = (line for line in lines if not line.startswith("#"))
        for number, row in enumerate(csv.DictReader(told), start=1):
            yield f"{name}, row {number}", row


def read_parameters(folder: Path = FOLDER) -> dict[str, Parameter]:
    """Parameters by name, in their order."""
    made = {}
    for where, row in rows("parameters.csv", folder):
        if row["prior"] not in PRIORS:
            raise DeclarationError(
                f"{where}: prior '{row['prior']}'; known are {', '.join(PRIORS)}"
            )
        low, high = float(row["low"]), float(row["high"])
        made[row["parameter"]] = Parameter(
            row["parameter"], row["unit"], low, high, row["prior"], row["label"],
            row["label_zh"],
        )  # fmt: skip
    return made


def read_values(
    parameters: Mapping[str, Parameter], folder: Path = FOLDER
) -> dict[str, dict[str, Known]]:
    """Type -> parameter -> what is known, within its range and told once."""
    made: dict[str, dict[str, Known]] = {}
    for where, row in rows("values.csv", folder):
        kind, key = row["type"], row["parameter"]
        if key not in parameters:
            raise DeclarationError(f"{where}: '{key}' is not in parameters.csv")
        if key in made.setdefault(kind, {}):
            raise DeclarationError(f"{where}: {kind} has '{key}' already; keep one row")
        about = parameters[key]
        known = _known(row, about.prior)
        within = about.low <= known.value <= about.high
        if not (within and known.low <= known.value <= known.high and known.source):
            raise DeclarationError(
                f"{where}: {kind}, {key} = {known.value:g} {about.unit} with "
                f"{known.low:g} to {known.high:g}; it must lie between its low and "
                f"high, within {about.low:g} to {about.high:g}, and name a source"
            )
        made[kind][key] = known
    return made


def read_metals(folder: Path = FOLDER) -> dict[str, Known]:
    """Metal -> available content up to which growth is not limited, mg kg-1."""
    found = rows("metals.csv", folder)
    return {row["metal"]: _known(row, "lognormal") for _, row in found}


def _known(row: Mapping[str, str], prior: str) -> Known:
    low, high = float(row["low"]), float(row["high"])
    verified = row["checked"] == "yes"
    return Known(float(row["value"]), row["source"], verified, low, high, prior)
