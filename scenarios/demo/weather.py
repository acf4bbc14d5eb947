"""Ten years of daily weather of the loess plateau, drawn from a seed."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.terrain.radiation import MID_MONTH_DAYS

Array = NDArray[np.float64]

FIRST, YEARS = date(2015, 1, 1), 10
ANNUAL_RAIN = 415.0  # mm, the open site of science.md section 15
# Shape of the year, January to December; order of magnitude, synthetic.
RAIN_SHARE = (0.6, 1.2, 2.6, 5.2, 8.2, 13.0, 24.5, 23.0, 13.2, 5.4, 2.4, 0.7)  # %
RAIN_DAYS = (1.6, 2.2, 3.0, 3.8, 5.5, 9.0, 12.0, 11.0, 8.0, 4.6, 2.4, 1.5)
MEAN_TEMPERATURE = (
    -10.2,
    -6.4,
    0.6,
    8.6,
    15.4,
    19.6,
    21.6,
    19.7,
    14.0,
    7.2,
    -1.2,
    -8.0,
)
DAILY_RANGE = (13.4, 13.6, 13.8, 14.6, 14.6, 13.4, 11.6, 11.4, 12.2, 12.8, 12.8, 12.8)
HUMIDITY = (50.0, 47.0, 43.0, 40.0, 42.0, 55.0, 68.0, 72.0, 68.0, 60.0, 54.0, 51.0)
WIND = (2.2, 2.5, 2.9, 3.3, 3.0, 2.5, 2.1, 1.9, 1.9, 2.1, 2.3, 2.2)
RADIATION = (8.6, 11.6, 15.4, 19.0, 21.6, 21.8, 20.0, 18.2, 15.4, 12.6, 9.4, 7.8)


def write_climate(path: Path, seed: int) -> None:
    """Write the table: one row a day, units in the header's names' order.

    date, t, tmin, tmax degC; rain mm; rh %; wind m s-1; rs MJ m-2 d-1.
    """
    rng = np.random.default_rng(seed + 4)
    days = [
        FIRST + timedelta(k)
        for k in range((date(FIRST.year + YEARS, 1, 1) - FIRST).days)
    ]
    month = np.array([d.month - 1 for d in days])
    season = np.array([d.timetuple().tm_yday for d in days], dtype=np.float64)
    rain = _rain(month, rng)
    spell = _persistent(rng, len(days), 0.75)
    cloudy = rain > 1.0
    mean = _smooth(MEAN_TEMPERATURE, season) + 2.6 * spell - 1.8 * cloudy
    swing = _smooth(DAILY_RANGE, season) * rng.uniform(0.75, 1.25, len(days))
    swing *= np.where(cloudy, 0.6, 1.05)
    humid = _smooth(HUMIDITY, season) + 16.0 * cloudy - 6.0 * spell
    humid = np.clip(humid + rng.normal(0.0, 6.0, len(days)), 12.0, 99.0)
    wind = _smooth(WIND, season) * rng.gamma(6.0, 1.0 / 6.0, len(days))
    sun = _smooth(RADIATION, season) * np.where(cloudy, 0.55, 1.12)
    sun *= rng.uniform(0.85, 1.1, len(days))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("date", "t", "tmin", "tmax", "rain", "rh", "wind", "rs"))
        columns = (
            mean,
            mean - 0.48 * swing,
            mean + 0.52 * swing,
            rain,
            humid,
            wind,
            sun,
        )
        for day, *row in zip(days, *columns, strict=True):
            table.writerow((day.isoformat(), *(f"{v:.1f}" for v in row)))


def _rain(month: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """Rain of each day, mm; the mean of all years is ANNUAL_RAIN."""
    wet = rng.uniform(size=month.size) < np.array(RAIN_DAYS)[month] / 30.4
    each = np.array(RAIN_SHARE)[month] / np.array(RAIN_DAYS)[month]
    rain = np.where(wet, rng.gamma(0.75, 1.0, month.size) * each, 0.0)
    rain = np.where(rain < 0.02, 0.0, rain)
    scaled: Array = rain * (ANNUAL_RAIN * YEARS / rain.sum())
    return scaled


def _smooth(months: tuple[float, ...], season: Array) -> Array:
    """Value of each day between the middles of the months."""
    found: Array = np.interp(season, MID_MONTH_DAYS, months, period=365.0)
    return found


def _persistent(rng: np.random.Generator, count: int, memory: float) -> Array:
    """First-order autoregressive series of deviation 1."""
    from scipy.signal import lfilter

    shocks = rng.normal(0.0, np.sqrt(1.0 - memory**2), count)
    found: Array = lfilter([1.0], [1.0, -memory], shocks)
    return found
