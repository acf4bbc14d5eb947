"""Monthly weather of a site: values by variable, and the table that holds them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, UnreadableFile
from twin.units import conversion
from twin.vocabulary import VOCABULARY, lookup

from .audit import Audit

Months = NDArray[np.float64]
SUMS = ("precipitation", "rainfall_erosivity")  # of the month; others are means


@dataclass(frozen=True)
class Monthly:
    """Forcings month by month, in the vocabulary's units.

    start   year and month of the first value
    values  variable -> (months,)
    """

    start: tuple[int, int]
    values: Mapping[str, Months] = field(repr=False)
    audit: Audit = field(default_factory=Audit, repr=False)

    @property
    def months(self) -> int:
        """How many months there are."""
        return min((len(v) for v in self.values.values()), default=0)

    def labels(self) -> list[str]:
        """Return the ISO months."""
        first = self.start[0] * 12 + self.start[1] - 1
        numbers = range(first, first + self.months)
        return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in numbers]

    def __repr__(self) -> str:
        labels = self.labels()
        span = f"{labels[0]} to {labels[-1]}" if labels else "empty"
        lines = [f"Monthly weather, {self.months} months, {span}"]
        for name, values in self.values.items():
            unit = VOCABULARY[name].unit
            lines.append(f"├── {name}: mean {values.mean():.4g} {unit}")
        lines[-1] = lines[-1].replace("├", "└")
        return "\n".join(lines)


def write_monthly(path: Path, monthly: Monthly) -> None:
    """Write a CSV with names and units in its first two lines, and a JSON beside it.

    ``pandas.read_csv(path, header=[0, 1], index_col=0)`` opens it. Values are written
    so that reading them gives the same bits.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(monthly.values)
    units = [VOCABULARY[name].unit for name in names]
    columns = [monthly.values[name].tolist() for name in names]
    body = zip(monthly.labels(), *columns, strict=True)
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            _table(["time", *names], ["month", *units], body)
        )
    about = {
        "start": f"{monthly.start[0]:04d}-{monthly.start[1]:02d}",
        "months": monthly.months,
        "variables": {name: _about(name) for name in names},
        "audit": monthly.audit.to_json(),
    }
    text = json.dumps(about, indent=2, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    draft.replace(path)


def _table(
    names: list[str], units: list[str], body: Iterable[tuple[Any, ...]]
) -> Iterable[Iterable[Any]]:
    yield names
    yield units
    for label, *values in body:
        yield [label, *map(repr, values)]


def _about(name: str) -> dict[str, str]:
    var = VOCABULARY[name]
    return {
        "unit": var.unit,
        "long_name": var.label,
        "long_name_zh": var.label_zh,
        "standard_name": var.standard_name,
        "cell_methods": f"time: {'sum' if name in SUMS else 'mean'}",
        "source": var.source,
    }


def read_monthly(path: Path) -> Monthly:
    """Read what ``write_monthly`` wrote; the units row is honoured."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, units, *rows = csv.reader(file)
        values = np.array([row[1:] for row in rows], dtype=np.float64)
        year, month = rows[0][0].split("-")
        start = (int(year), int(month))
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise UnreadableFile(
            f"{path}: no table of monthly weather ({error}); run minetwin build again"
        ) from error
    if values.ndim != 2 or values.shape[1] != len(names) - 1:
        raise UnreadableFile(f"{path}: rows of unlike length; run minetwin build again")
    columns = {}
    for i, (name, unit) in enumerate(zip(names[1:], units[1:], strict=True)):
        wanted = lookup(name, str(path)).unit
        columns[name] = np.ascontiguousarray(values[:, i])
        if unit != wanted:
            factor, offset = conversion(unit, wanted, f"{path}: {name}")
            columns[name] = columns[name] * factor + offset
    monthly = Monthly(start, columns)
    _refuse_gaps(monthly, path, [row[0] for row in rows])
    return monthly


def _refuse_gaps(monthly: Monthly, path: Path, labels: list[str]) -> None:
    for told, wanted in zip(labels, monthly.labels(), strict=True):
        if told != wanted:
            raise UnreadableFile(
                f"{path}: {wanted} is missing, {told} stands in its place; a run needs "
                "every month: run minetwin build again"
            )
    for name, values in monthly.values.items():
        if not np.isfinite(values).all():
            at = labels[int(np.flatnonzero(~np.isfinite(values))[0])]
            raise InputError(f"{path}: {name} has no value in {at}; fill it in")
