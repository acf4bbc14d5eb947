"""Weather tables, daily or monthly, turned into the monthly forcings of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, UnitMismatch
from twin.site_config import Climate
from twin.units import conversion
from twin.vocabulary import VOCABULARY

from .audit import Audit, note
from .erosive_rain import add_erosivity
from .month_means import Record, monthly_values
from .monthly import SUMS, Monthly, Months, read_monthly, write_monthly
from .table import Table, days, numbers, parse_table
from .text import read_text

__all__ = ["Monthly", "read_climate", "read_monthly", "write_monthly"]

NEEDED = ("air_temperature", "precipitation")
WIND_HEIGHT = 2.0  # m; FAO-56
SCALED_UNIT = re.compile(r"\s*(\d*\.?\d+(?:[eE][+-]?\d+)?)\s+(\S.*)")


def read_climate(path: Path, told: Climate) -> Monthly:
    """Read a weather table as site.yaml describes it.

    Returns months that follow each other, in the vocabulary's units, with the audit of
    what was read, dropped, repaired and assumed. Raises InputError or one of its kinds
    with line, column and what to do.
    """
    audit = Audit()
    record = _record(path, told, audit)
    start, months = monthly_values(record, told.fill, audit)
    count = len(next(iter(months.values())))
    _mean_temperature(months, str(path), audit)
    _stand_ins(months, told, start, str(path), audit)
    for name in NEEDED:
        if name not in months:
            raise InputError(
                f"{path}: there is no {name}, without which nothing can be run; name "
                "its column under climate: columns:, or state 12 monthly normals "
                f"(normals: {{{name}: [...]}}) or a constant in site.yaml"
            )
    add_erosivity(months, record, start, audit)
    audit.read.append(note(f"months from {start[0]}-{start[1]:02d}", str(path), count))
    return Monthly(start, months, audit)


def _record(path: Path, told: Climate, audit: Audit) -> Record:
    """Read the table: days in order, each once, values in the vocabulary's units."""
    text = read_text(path, told.encoding)
    if text.assumed:
        audit.assumed.append(note(text.assumed, str(path)))
    table = parse_table(text.content, path, told.columns["time"], told.delimiter)
    audit.read.append(note("rows", str(path), len(table.rows)))
    when, monthly = days(table, told.columns["time"], told.time_format)
    _check_units(told, path)
    values = {
        name: _values(table, name, told, audit, monthly=monthly)
        for name in told.columns
        if name != "time"
    }
    kept = _once_each(table, when, values, audit)
    monthly = monthly or _one_a_month([when[i] for i in kept])
    return Record(
        str(path),
        [when[i] for i in kept],
        {name: column[kept] for name, column in values.items()},
        monthly,
    )


def _check_units(told: Climate, path: Path) -> None:
    known = {*told.columns, *told.columns.values()}
    for name in told.units:
        if name not in known:
            raise InputError(
                f"{path}: units: '{name}' is neither a variable nor a column named "
                f"under columns: ({', '.join(sorted(known))})"
            )


def _values(
    table: Table, name: str, told: Climate, audit: Audit, *, monthly: bool
) -> NDArray[np.float64]:
    """Return one variable in the vocabulary's unit, checked against its range."""
    column, var = told.columns[name], VOCABULARY[name]
    raw = numbers(table, column, missing=told.missing, replace=told.replace.get(column))
    unit = told.units.get(name) or told.units.get(column)
    if unit is None:
        audit.assumed.append(note(f"unit of {column} is {var.unit}", str(table.path)))
        unit = var.unit
    where = f"{table.path}: column '{column}'"
    factor, offset = _conversion(unit, name, where, monthly=monthly)
    values: NDArray[np.float64] = raw * factor + offset
    if name == "wind_speed":
        values = values * _at_two_metres(told.wind_height, str(table.path), audit)
    wrong = np.flatnonzero((values < var.low) | (values > var.high))
    if wrong.size:
        i = int(wrong[0])
        raise InputError(
            f"{table.path}, line {table.lines[i]}: {name} {raw[i]:g} {unit} lies "
            f"outside {var.low:g} to {var.high:g} {var.unit} ({wrong.size} such rows); "
            f"state its unit under units:, or, if it is a code, missing: or replace: "
            f"{{{column}: …}} under climate: in site.yaml"
        )
    return values


def _conversion(
    unit: str, name: str, where: str, *, monthly: bool
) -> tuple[float, float]:
    """Return factor and offset; sums may be told per day or per month, or plain."""
    scaled = SCALED_UNIT.fullmatch(unit)
    scale, plain = (float(scaled[1]), scaled[2]) if scaled else (1.0, unit)
    wanted = VOCABULARY[name].unit
    rate = f"{wanted} {'month-1' if monthly else 'd-1'}"
    try:
        factor, offset = conversion(plain, wanted, where)
    except UnitMismatch:
        if name not in SUMS:
            raise
        factor, offset = conversion(plain, rate, where)
    return factor * scale, offset


def _at_two_metres(height: float | None, where: str, audit: Audit) -> float:
    """Factor from wind at ``height`` to wind at 2 m, FAO-56 eq. 47.

    u2 = uz * 4.87 / ln(67.8 z - 5.42); the equation is from memory (unverified), the
    tests hold it against u2 of FAO-56 example 18.
    """
    if height is None:
        audit.assumed.append(note("wind was measured at 2 m", where))
        return 1.0
    return 1.0 if height == WIND_HEIGHT else 4.87 / float(np.log(67.8 * height - 5.42))


def _once_each(
    table: Table,
    when: Sequence[date],
    values: Mapping[str, NDArray[np.float64]],
    audit: Audit,
) -> list[int]:
    """Return the rows in order of time; the same day twice must say the same."""
    first: dict[date, int] = {}
    for i, day in enumerate(when):
        known = first.setdefault(day, i)
        if known == i:
            continue
        if any(
            not np.array_equal(column[i], column[known], equal_nan=True)
            for column in values.values()
        ):
            raise InputError(
                f"{table.path}, lines {table.lines[known]} and {table.lines[i]}: "
                f"{day.isoformat()} occurs twice with other values; the table must "
                "have one row a day or a month, so take one out (or average hours)"
            )
    if len(first) < len(when):
        repeated = len(when) - len(first)
        audit.dropped.append(note("repeated rows", str(table.path), repeated))
    ordered = sorted(first)
    if list(first) != ordered:
        audit.repaired.append(note("rows put in order of time", str(table.path)))
    return [first[day] for day in ordered]


def _one_a_month(when: Sequence[date]) -> bool:
    """Return whether dates in full still are months: one each, two at least."""
    return len(when) > 1 and len({(d.year, d.month) for d in when}) == len(when)


def _mean_temperature(months: dict[str, Months], where: str, audit: Audit) -> None:
    low, high = (months.get(f"air_temperature_{end}") for end in ("min", "max"))
    if "air_temperature" not in months and low is not None and high is not None:
        months["air_temperature"] = (low + high) / 2.0
        told = "air_temperature is the mean of minimum and maximum"
        audit.assumed.append(note(told, where))


def _stand_ins(
    months: dict[str, Months],
    told: Climate,
    start: tuple[int, int],
    where: str,
    audit: Audit,
) -> None:
    """Fill variables without a column from the stated normals and constants."""
    count = len(next(iter(months.values())))
    calendar = (start[1] - 1 + np.arange(count)) % 12
    for name, normals in told.normals.items():
        months[name] = np.array(normals, dtype=np.float64)[calendar]
        told_ = f"{name} from 12 stated normals, the same every year"
        audit.assumed.append(note(told_, where, count))
    for name, constant in told.constants.items():
        months[name] = np.full(count, float(constant))
        unit = VOCABULARY[name].unit
        audit.assumed.append(
            note(f"{name} is {constant:g} {unit} always", where, count)
        )
    for name in (*told.normals, *told.constants):
        var = VOCABULARY[name]
        if months[name].min() < var.low or months[name].max() > var.high:
            raise InputError(
                f"site.yaml: climate: {name} must lie within {var.low:g} and "
                f"{var.high:g} {var.unit}; mend its normals or constant"
            )
