"""When things happen: months, years of the run, outputs, events, checkpoints."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..grid import Grid
from ..process import Array, Step

Month = tuple[int, int]
YEAR = 12


class Event(Protocol):
    """A dated change; acts on the first of its month, before that month's processes."""

    @property
    def date(self) -> Month:
        """Year and month."""

    @property
    def name(self) -> str:
        """Cause in the ledger."""

    def apply(self, stocks: Mapping[str, Array], grid: Grid) -> Mapping[str, Array]:
        """Return amounts added to stocks and parameters, whole arrays."""


@dataclass(frozen=True, slots=True)
class Forcing:
    """Monthly drivers: name -> (months,) or (months, n), from ``start`` on."""

    start: Month
    values: Mapping[str, NDArray[np.float64]]

    def covers(self, month: Month) -> bool:
        """Whether every driver has a value for the month."""
        index = months_between(self.start, month)
        return all(0 <= index < len(series) for series in self.values.values())

    def at(self, month: Month) -> dict[str, Any]:
        """Values of one month: floats, or arrays (n,)."""
        index = months_between(self.start, month)
        found: dict[str, Any] = {}
        for name, series in self.values.items():
            if not 0 <= index < len(series):
                raise InputError(
                    f"forcing '{name}' has no value for {label(month)}; it covers "
                    f"{len(series)} months from {label(self.start)}: extend it"
                )
            value = series[index]
            found[name] = float(value) if np.ndim(value) == 0 else value
        return found


@dataclass(frozen=True, slots=True)
class Output:
    """What is kept: every month or every 12th, and which layers."""

    every: Literal["month", "year"] = "year"
    layers: tuple[str, ...] = ()

    @property
    def months(self) -> int:
        """Months between two outputs."""
        return 1 if self.every == "month" else YEAR

    def times(self, start: Month, until: Month) -> list[date]:
        """Instants of the outputs: the start, then the first day after each."""
        total = months_between(start, until)
        marks = [*range(0, total, self.months), total]
        return [date(*shift(start, k), 1) for k in marks]


def months_between(first: Month, second: Month) -> int:
    """Months from one to the other."""
    return (second[0] - first[0]) * YEAR + second[1] - first[1]


def shift(month: Month, by: int) -> Month:
    """Return the month ``by`` months later."""
    index = month[0] * YEAR + month[1] - 1 + by
    return index // YEAR, index % YEAR + 1


def label(month: Month) -> str:
    """ISO month."""
    return f"{month[0]:04d}-{month[1]:02d}"


def step_of(month: Month, grid: Grid) -> Step:
    """The step of a month."""
    return Step(month[0], month[1], monthrange(*month)[1], grid)


def boundaries(
    total: int, *, output: int, events: Sequence[int], checkpoint: int
) -> list[int]:
    """Months (counted from the start) at which the blocks have to stop."""
    marks = {total, *range(0, total, YEAR), *range(0, total, output)}
    marks |= {*range(0, total, checkpoint), *(e for e in events if 0 <= e < total)}
    return sorted(marks)
