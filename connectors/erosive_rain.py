"""Rain erosivity of each month: from daily rain, or by a fallback that is told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.processes.erosivity import daily_erosivity, fournier_erosivity

from .audit import Audit, note
from .month_means import Record, monthly_values
from .monthly import Months

NAME, RAIN = "rainfall_erosivity", "precipitation"


def add_erosivity(
    months: dict[str, Months], record: Record, start: tuple[int, int], audit: Audit
) -> None:
    """Add ``rainfall_erosivity`` to ``months`` where the table has no such column."""
    if NAME in months:
        return
    if RAIN in record.values and not record.monthly:
        months[NAME] = _from_days(record, start, months[RAIN].size)
        return
    months[NAME] = from_months(months[RAIN], start[1])
    told = f"{NAME} from monthly rain (Fournier index), wrong by a factor 2 at times"
    audit.assumed.append(note(told, record.where, months[NAME].size))


def _from_days(record: Record, start: tuple[int, int], count: int) -> Months:
    """Sum the erosivity of days; lacking days are like the others of their month."""
    rain = record.values[RAIN]
    calendar = record.index % 12 + 1
    made = np.where(np.isfinite(rain), daily_erosivity(rain, calendar), np.nan)
    days = Record(record.where, record.when, {NAME: made}, monthly=False)
    (year, month), summed = monthly_values(days, "climatology", Audit())
    skip = (start[0] - year) * 12 + start[1] - month
    return summed[NAME][skip : skip + count]


def from_months(rain: Months, first: int) -> NDArray[np.float64]:
    """Return the erosivity of each month from monthly rain; ``first`` is 1 to 12.

    Years that the record does not hold in full are completed with the mean of the
    lacking calendar months.
    """
    calendar = (first - 1 + np.arange(rain.size)) % 12
    counts = np.bincount(calendar, minlength=12)
    totals = np.bincount(calendar, weights=rain, minlength=12)
    known = totals[counts > 0] / counts[counts > 0]
    normal = np.full(12, known.mean())
    normal[counts > 0] = known
    years = -(-(first - 1 + rain.size) // 12)
    whole = np.tile(normal, years)
    whole[first - 1 : first - 1 + rain.size] = rain
    made: NDArray[np.float64] = fournier_erosivity(whole.reshape(years, 12)).ravel()
    return made[first - 1 : first - 1 + rain.size]
