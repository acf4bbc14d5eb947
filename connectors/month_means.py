"""Days gathered into months; a month with too few days is told, never made up."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError

from .audit import Audit, note
from .monthly import SUMS, Months

ENOUGH = 0.8  # share of a month's days that must have a value; WMO-No. 1203 asks for
# at most 10 days lacking, so this is stricter


@dataclass(frozen=True)
class Record:
    """A weather record as read: one row a day, or one a month.

    when    days in order; the first of the month for months
    values  variable -> (rows,), NaN where there is none
    """

    where: str
    when: Sequence[date]
    values: Mapping[str, NDArray[np.float64]]
    monthly: bool

    @property
    def index(self) -> NDArray[np.int64]:
        """Month of each row, counted from year 0."""
        return np.array([d.year * 12 + d.month - 1 for d in self.when], dtype=np.int64)


def monthly_values(
    record: Record, fill: Literal["refuse", "climatology"], audit: Audit
) -> tuple[tuple[int, int], dict[str, Months]]:
    """Return the first month and one value a month for each variable.

    Means, and for precipitation sums. A month with at least 80 % of its days counts;
    lacking days are taken as the mean of the others. Incomplete months at either end
    are dropped; within the record they are refused, or filled with the mean of the same
    calendar month of other years, as ``fill`` says.
    """
    index = record.index
    first, last = int(index[0]), int(index[-1])
    count = last - first + 1
    months = {
        name: _gathered(name, column, index - first, count, record, audit)
        for name, column in record.values.items()
    }
    complete = np.isfinite(np.stack(list(months.values()))).all(axis=0)
    if not complete.any():
        raise InputError(_none_complete(record, months))
    begin, end = (int(i) for i in np.flatnonzero(complete)[[0, -1]])
    if begin or end < count - 1:
        dropped = count - (end + 1 - begin)
        what = "incomplete months at the ends of the record"
        audit.dropped.append(note(what, record.where, dropped))
    months = {name: values[begin : end + 1] for name, values in months.items()}
    first += begin
    for name, values in months.items():
        _close_gaps(name, values, first, fill, audit=audit, where=record.where)
    return (first // 12, first % 12 + 1), months


def _none_complete(record: Record, months: Mapping[str, Months]) -> str:
    empty = [name for name, v in months.items() if not np.isfinite(v).any()]
    about = f"{', '.join(empty)} has no value" if empty else "no month is complete"
    return (
        f"{record.where}: {about}: a month needs values on 80 % of its days; take the "
        "variable out of columns: or give a longer record"
    )


def _gathered(
    name: str,
    column: NDArray[np.float64],
    month: NDArray[np.int64],
    count: int,
    record: Record,
    audit: Audit,
) -> Months:
    """Return mean or sum of each month, NaN where too few days have a value."""
    there = np.isfinite(column)
    present = np.bincount(month[there], minlength=count).astype(np.float64)
    total = np.bincount(month[there], weights=column[there], minlength=count)
    first = int(record.index[0])
    days = np.array([_days(first + i) for i in range(count)], dtype=np.float64)
    needed = np.ones(count) if record.monthly else days
    enough = present >= ENOUGH * needed
    mean: Months = np.divide(total, present, out=np.full(count, np.nan), where=enough)
    partial = int((enough & (present < needed)).sum())
    if partial:
        told = f"lacking days of {name} are like the others of their month"
        audit.assumed.append(note(told, record.where, partial))
    return mean * needed if name in SUMS else mean


def _days(month: int) -> int:
    return monthrange(month // 12, month % 12 + 1)[1]


def _close_gaps(
    name: str,
    values: Months,
    first: int,
    fill: str,
    *,
    audit: Audit,
    where: str,
) -> None:
    """Fill months without value in place, or refuse them."""
    gaps = np.flatnonzero(~np.isfinite(values))
    if not gaps.size:
        return
    month = first + int(gaps[0])
    label = f"{month // 12}-{month % 12 + 1:02d}"
    if fill == "refuse":
        raise InputError(
            f"{where}: {name} has values on less than 80 % of the days of "
            f"{gaps.size} months, the first is {label}; complete the record, or set "
            "fill: climatology under climate: in site.yaml"
        )
    calendar = (first + np.arange(values.size)) % 12
    for i in gaps:
        same = values[(calendar == calendar[i]) & np.isfinite(values)]
        if not same.size:
            raise InputError(
                f"{where}: {name} has no value in {label}, nor in that month of any "
                "other year; complete the record"
            )
        values[i] = same.mean()
    told = f"{name} filled with the mean of that calendar month, first {label}"
    audit.repaired.append(note(told, where, int(gaps.size)))
