"""Soil water of three landfill covers against the twin's bucket and RothC's deficit.

Run it: ``python docs/studies/landfill_cover.py SHARED`` with the folder of real data.
It prints the tables of landfill-cover.md.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.grid import Grid
from twin.process import Step
from twin.processes.pet_fao56 import PetFao56
from twin.processes.rothc import (
    cover_modifier,
    greatest_deficit,
    moisture_modifier,
    next_deficit,
    temperature_modifier,
)
from twin.processes.soil_water import SoilWater
from twin.processes.soil_water_storms import SoilWaterStorms

FOLDER = "data/sensors/landfill_cover"
GRID = Grid("EPSG:32618", "unknown", 0.0, 1.0, 1.0, (1, 1))
LATITUDE, ELEVATION = 45.82, 80.0  # degree, of the data's authors; m, unverified
CLAY = 7.7  # percent in the cover material, of the data's authors
TOPSOIL = 300.0  # mm
DRY = 90.0  # kPa, the driest that most samples were measured at
FREE = 1.0  # degC of soil: below it ice, which the sensors do not see
STORMS = 10.0  # days of 1 mm and more in a month, mean of the site's weather
POROSITY = 34.0  # percent, of the wettest sample; no reading above it is real
DAYS = 15  # usable days that make a month
SPLIT = np.datetime64("2020-01")  # fitted before, scored from here on
HOME = np.timedelta64(4, "h")  # local time behind UTC

Series = dict[np.datetime64, float]  # month -> mean
Array = np.ndarray


@dataclass(frozen=True)
class Weather:
    """Daily weather of the site, (days,) each."""

    day: Array
    columns: Mapping[str, Array]

    def mean(self, name: str, rows: Array) -> float:
        """Mean over some days."""
        return float(self.columns[name][rows].mean())


def table(shared: Path, name: str) -> list[dict[str, str]]:
    """Rows of a file of the data set."""
    with (shared / FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def weather(shared: Path) -> Weather:
    """Daily means, extremes of the hours, sums of rain."""
    rows = table(shared, "daily_meteo.csv")
    hours = table(shared, "saint_g_ERA5.csv")
    day = np.array([row["d_local"] for row in rows], dtype="datetime64[D]")
    names = {
        "air_temperature": ("Air temperature (°C)", 1.0),
        "relative_humidity": ("Relative humidity (%)", 1.0),
        "solar_radiation": ("Shortwave radiation (W.m-2)", 0.0864),  # MJ m-2 d-1
        "wind_speed": ("2m Wind speed (m.s-1)", 1.0),
        "precipitation": ("Precipitation (mm)", 1.0),
    }
    told = {
        key: factor * np.array([float(row[column]) for row in rows])
        for key, (column, factor) in names.items()
    }
    at = np.array([_hour(row["datetime_utc"]) for row in hours]) - HOME
    warm = np.array([float(row["Air temperature (degC)"]) for row in hours])
    place = (at.astype("datetime64[D]") - day[0]).astype(np.int64)
    within = (place >= 0) & (place < day.size)
    low, high = np.full(day.size, np.inf), np.full(day.size, -np.inf)
    np.minimum.at(low, place[within], warm[within])
    np.maximum.at(high, place[within], warm[within])
    return Weather(
        day, told | {"air_temperature_min": low, "air_temperature_max": high}
    )


def _hour(told: str) -> np.datetime64:
    date, clock = told.split()
    return np.datetime64(f"{date}T{clock.zfill(5)}")


def retention(shared: Path, suction: float) -> float:
    """Water that the cover material holds at a suction, percent; mean of samples.

    suction  kPa; samples that were not dried so far count with their last value
    """
    rows = table(shared, "hyprop_data.csv")
    held = []
    for key in (k for k in rows[0] if k.startswith("CM") and k.endswith("kPa")):
        other = key.replace("suction_kPa", "VWC_percent")
        pairs = np.array([(float(r[key]), float(r[other])) for r in rows if r[key]])
        pairs = pairs[np.argsort(pairs[:, 0])]
        held.append(np.interp(np.log(suction), np.log(pairs[:, 0]), pairs[:, 1]))
    return float(np.mean(held))


def measured(shared: Path) -> dict[str, Series]:
    """Mean water content by sensor and month without frost, percent of volume."""
    water: dict[str, Series] = defaultdict(dict)
    warmth: dict[str, Series] = defaultdict(dict)
    for row in table(shared, "state_vars_daily_20180701_20210630.csv"):
        if row["Value"] in ("", "NA", "NaN"):
            continue
        kind = water if "Water" in row["Variable"] else warmth
        sensor = f"{row['Experimental Plot']} {row['Sensor'].split()[0].lower()}"
        kind[sensor][np.datetime64(row["date"])] = float(row["Value"])
    found: dict[str, Series] = {}
    for sensor, days in water.items():
        months: dict[np.datetime64, list[float]] = defaultdict(list)
        for day, value in days.items():
            if warmth[sensor].get(day, -1.0) > FREE and value <= POROSITY:
                months[day.astype("datetime64[M]")].append(value)
        found[sensor] = {
            m: float(np.mean(v)) for m, v in months.items() if len(v) >= DAYS
        }
    return found


def together(sensors: Mapping[str, Series]) -> Series:
    """Mean of the sensors in months that at least two of them have."""
    months = sorted({m for series in sensors.values() for m in series})
    held = {m: [s[m] for s in sensors.values() if m in s] for m in months}
    return {m: float(np.mean(v)) for m, v in held.items() if len(v) >= 2}


@dataclass(frozen=True)
class Water:
    """A modelled store: its filling by month, 0 to 1, and its balance a year, mm."""

    filling: Series
    balance: Mapping[str, float]


def bucket(
    told: Weather, water: SoilWater, capacity: float, *, daily: bool = False
) -> Water:
    """A process of soil water on level ground in grass, that sheds no water.

    capacity  available water, mm
    daily     steps of a day instead of a month
    """
    month = told.day.astype("datetime64[M]")
    steps = told.day if daily else month
    pet = PetFao56(latitude=LATITUDE)
    state = {"soil_water": np.array([capacity]), "snow_water": np.zeros(1)}
    held: dict[np.datetime64, list[float]] = defaultdict(list)
    sums: dict[str, float] = defaultdict(float)
    for step in np.unique(steps):
        rows = np.flatnonzero(steps == step)
        see = _see(told, rows) | state | _ground(capacity)
        when = Step(*_year_month(month[rows[0]]), rows.size, GRID)
        see |= pet.step(see, when)
        made = water.step(see, when)
        before = state["soil_water"]
        state = {name: state[name] + made[name] for name in state}
        middle = 0.5 * (before + state["soil_water"])[0]
        held[month[rows[0]]].append(middle / capacity)
        sums["pet"] += float(see["potential_evapotranspiration"][0])
        for name in ("precipitation", "evapotranspiration", "runoff", "recharge"):
            sums[name] += float(made[f"{name}_total"][0])
    years = told.day.size / 365.25
    filling = {m: float(np.mean(v)) for m, v in held.items()}
    return Water(filling, {name: value / years for name, value in sums.items()})


def _see(told: Weather, rows: Array) -> dict[str, object]:
    """What the processes read of the weather."""
    means = {name: told.mean(name, rows) for name in told.columns}
    means["precipitation"] *= rows.size
    return {**means, "elevation": np.array([ELEVATION]), "radiation_factor": np.ones(1)}


def _ground(capacity: float) -> dict[str, Array]:
    """Grass on sand: good cover, hydrologic group A, TR-55."""
    return {
        "available_water_capacity": np.array([capacity]),
        "curve_number": np.array([39.0]),
        "vegetation_cover": np.zeros(1),  # the curve number counts it already
    }


def _year_month(month: np.datetime64) -> tuple[int, int]:
    year, number = str(month).split("-")
    return int(year), int(number)


@dataclass(frozen=True)
class Decay:
    """RothC on the site's weather.

    filling   of its deficit by month, 0 to 1
    warmth    mean temperature modifier; moisture  mean moisture modifier
    exposure  years of full decay in a year: the mean of both times that of cover
    """

    filling: Series
    warmth: float
    moisture: float
    exposure: float


def rothc(told: Weather) -> Decay:
    """Deficit of RothC-26.3 under grass in the topsoil, and what a year decays."""
    month = told.day.astype("datetime64[M]")
    clay, pet = np.array([CLAY]), PetFao56(latitude=LATITUDE)
    greatest = greatest_deficit(clay, depth=TOPSOIL / 1000.0)
    deficit, covered = np.zeros(1), np.ones(1)
    filling, rates = {}, []
    for step in np.unique(month):
        rows = np.flatnonzero(month == step)
        see = _see(told, rows)
        when = Step(*_year_month(step), rows.size, GRID)
        lost = pet.step(see, when)["potential_evapotranspiration"]
        before = deficit
        gain = see["precipitation"] - lost
        deficit = next_deficit(deficit, gain, greatest, cover=covered)
        filling[step] = float(1.0 - 0.5 * (before + deficit)[0] / greatest[0])
        moist = moisture_modifier(deficit, greatest)[0]
        rates.append((temperature_modifier(see["air_temperature"]), moist))
    a, b = np.array(rates, dtype=np.float64).T
    exposure = float(np.mean(a * b) * cover_modifier(covered)[0])
    return Decay(filling, float(a.mean()), float(b.mean()), exposure)


@dataclass(frozen=True)
class Skill:
    """A series beside the measured one, percent of volume."""

    months: int
    rmse: float
    bias: float
    nse: float

    @classmethod
    def of(cls, modelled: Series, seen: Series, within: Callable[..., bool]) -> Skill:
        """Score the months that ``within`` takes."""
        months = [m for m in sorted(seen) if within(m)]
        y = np.array([seen[m] for m in months])
        off = np.array([modelled[m] for m in months]) - y
        lost = float((off**2).sum() / ((y - y.mean()) ** 2).sum())
        rmse = float(np.sqrt(np.mean(off**2)))
        return cls(len(months), rmse, float(off.mean()), 1.0 - lost)


def early(month: np.datetime64) -> bool:
    """Whether a month is one of those that were fitted."""
    return bool(month < SPLIT)


def late(month: np.datetime64) -> bool:
    """Whether a month is one of those that nothing was fitted on."""
    return not early(month)


def between(filling: Series, empty: float, full: float) -> Series:
    """Water content from the filling of a store, percent."""
    return {m: empty + (full - empty) * s for m, s in filling.items()}


def fitted(filling: Series, seen: Series) -> Series:
    """Water content, its two ends by least squares on the early months."""
    months = [m for m in seen if early(m)]
    x = np.array([filling[m] for m in months])
    y = np.array([seen[m] for m in months])
    slope, empty = np.polyfit(x, y, 1)
    return between(filling, float(empty), float(empty + slope))


def seasons(seen: Series, months: Sequence[np.datetime64]) -> Series:
    """Early mean of each calendar month, or of all where it has none."""
    by: dict[str, list[float]] = defaultdict(list)
    for m in filter(early, seen):
        by[str(m)[5:]].append(seen[m])
    mean = float(np.mean([v for values in by.values() for v in values]))
    return {m: float(np.mean(by.get(str(m)[5:], [mean]))) for m in months}


@dataclass(frozen=True)
class Study:
    """Everything that the page tells.

    models    water content by month, percent, of each way to model it
    balances  mm a year, of each way to run the store
    """

    held: Mapping[float, float]
    seen: Series
    sensors: Mapping[str, Series]
    models: Mapping[str, Series]
    balances: Mapping[str, Mapping[str, float]]
    decay: Decay


def stores(told: Weather, capacity: float) -> dict[str, Water]:
    """Three ways to run one store."""
    return {
        "soil_water": bucket(told, SoilWater(storms=STORMS), capacity),
        "soil_water_storms": bucket(told, SoilWaterStorms(storms=STORMS), capacity),
        "soil_water in daily steps": bucket(
            told, SoilWater(storms=1.0), capacity, daily=True
        ),
    }


def run(shared: Path) -> Study:
    """Model the covers in each way; fit on the early months where that is said."""
    told = weather(shared)
    held = {kpa: retention(shared, kpa) for kpa in (0.3, 6.0, 10.0, 33.0, DRY)}
    sensors = measured(shared)
    seen, dry = together(sensors), held[DRY]
    models = {}
    for kpa in (33.0, 10.0):
        capacity = TOPSOIL / 100.0 * (held[kpa] - dry)
        filling = bucket(told, SoilWater(storms=STORMS), capacity).filling
        models[f"soil_water, full at {kpa:g} kPa"] = between(filling, dry, held[kpa])
    full = held[6.0]
    ways = stores(told, TOPSOIL / 100.0 * (full - dry))
    decay = rothc(told)
    fillings = {name: way.filling for name, way in ways.items()}
    fillings["deficit of RothC"] = decay.filling
    for name, filling in fillings.items():
        models[f"{name}, full at 6 kPa"] = between(filling, dry, full)
    for name, filling in fillings.items():
        models[f"{name}, fitted"] = fitted(filling, seen)
    months = list(decay.filling)
    whole = float(np.mean([v for m, v in seen.items() if early(m)]))
    models["early mean of the calendar month"] = seasons(seen, months)
    models["early mean"] = dict.fromkeys(months, whole)
    balances = {name: way.balance for name, way in ways.items()}
    return Study(held, seen, sensors, models, balances, decay)


def main() -> None:
    """Print the tables of the page."""
    study = run(Path(sys.argv[1]))
    print({kpa: round(v, 1) for kpa, v in study.held.items()}, "percent by kPa")
    for name, balance in study.balances.items():
        print(name, {k: round(v) for k, v in balance.items()}, "mm a year")
    print(study.decay.warmth, study.decay.moisture, study.decay.exposure)
    for name, series in study.models.items():
        parts = [Skill.of(series, study.seen, w) for w in (early, late)]
        cells = " | ".join(f"{s.rmse:.1f} | {s.bias:+.1f} | {s.nse:.2f}" for s in parts)
        print(f"| {name} | {cells} |")
    for sensor, series in study.sensors.items():
        cells = []
        for name in ("soil_water", "soil_water_storms"):
            s = Skill.of(study.models[f"{name}, full at 6 kPa"], series, lambda _: True)
            cells.append(f"{s.rmse:.1f} | {s.bias:+.1f} | {s.nse:.2f}")
        print(f"| {sensor} | {len(series)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
