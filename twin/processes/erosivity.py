"""Rainfall erosivity R from daily rain: what a month's storms could carry off.

Not a process: the climate import makes the forcing ``rainfall_erosivity`` from it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.float64]

EROSIVE_RAIN = 10.0  # mm d-1; Zhang et al. 2002, unverified (science.md section 4)
EXPONENT = 1.7265  # first national water census, unverified
WARM_ALPHA, COOL_ALPHA = 0.3937, 0.3101  # May to September; October to April
US_TO_SI = 17.02  # MJ mm ha-1 h-1 in 100 ft tonf in acre-1 h-1
WARM_MONTHS = (5, 6, 7, 8, 9)


def daily_erosivity(rain: Days, months: NDArray[np.integer]) -> Days:
    """Erosivity of each day, R = alpha P^1.7265 where P >= 10 mm, else 0.

    rain    mm d-1, (days,); NaN counts as dry
    months  calendar month of each day, 1 to 12, (days,)
    →       MJ mm ha-1 h-1, (days,)

    Half-month sums of the model are sums of days, so months are too. Not for single
    storms nor for snow. Zhang, Xie & Liu 2002; constants of the first national water
    census of China, not read in their source: unverified.
    """
    depth = np.nan_to_num(np.asarray(rain, dtype=np.float64), nan=0.0)
    alpha = np.where(np.isin(months, WARM_MONTHS), WARM_ALPHA, COOL_ALPHA)
    erosive = np.where(depth >= EROSIVE_RAIN, depth, 0.0)
    made: Days = alpha * erosive**EXPONENT
    return made


def rainfall_erosivity_month(
    daily_rain: Days, months: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Erosivity of each month of a daily record.

    daily_rain  mm d-1, (days,), in order of time
    months      calendar month of each day, 1 to 12, (days,); a month ends where the
                number changes
    →           MJ mm ha-1 h-1 a month, (months of the record,)
    """
    order = np.asarray(months)
    if order.size == 0:
        return np.zeros(0)
    starts = np.flatnonzero(np.diff(order, prepend=order[0] - 1))
    summed: NDArray[np.float64] = np.add.reduceat(
        daily_erosivity(daily_rain, order), starts
    )
    return summed


def fournier_erosivity(rain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Erosivity of each month of a year from monthly rain alone.

    R_m = 17.02 x 1.735 x 10^(1.5 log10(F_m) - 0.8188) with F_m = P_m^2 / P_year; the
    regression is in US units (hundreds of foot ton-force inch per acre and hour).

    rain    mm a month, (..., 12) with the months of a year last
    →       MJ mm ha-1 h-1, (..., 12)

    A fallback where no daily record exists; errors of a factor 2 are usual.
    Wischmeier & Smith 1978, unverified; the unit factor is that of Foster et al. 1981.
    On De Bilt 1980-2019 it gives 1.3 times the daily model.
    """
    year = rain.sum(axis=-1, keepdims=True)
    index = np.divide(rain**2, year, out=np.zeros_like(rain), where=year > 0.0)
    made: NDArray[np.float64] = US_TO_SI * 1.735 * 10.0**-0.8188 * index**1.5
    return made
