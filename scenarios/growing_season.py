"""What an average year of the site's climate lets plants grow on native ground."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.process import Array, Process, Step
from twin.processes.growth import effective_months
from twin.processes.vegetation import water_modifier
from twin.processes.warm_up import ONE_CELL
from twin.vocabulary import VOCABULARY

POTENTIAL, ACTUAL = "potential_evapotranspiration", "actual_evapotranspiration"
NATIVE: Mapping[str, float] = {
    "available_water_capacity": 150.0,  # mm in 1 m of loam; FAO-56 table 19
    "curve_number": 86.0,  # of bare ground; cover takes its part from it
    "vegetation_cover": 1.0,
    "radiation_factor": 1.0,  # level ground
    "soil_water": 75.0,
    "slope": 0.0,
    "flow_receiver": 0.0,  # one cell, on which no other sheds
    "flow_order": 0.0,
}


def growing_season(
    processes: Iterable[Process],
    weather: Mapping[str, NDArray[np.float64]],
    start: tuple[int, int],
    *,
    base: float,
    enough: float,
) -> float:
    """Sum of max(T - base, 0) x f_W over the average year of a climate, degC month.

    processes  those of the run; the ones that write PET and AET are asked
    weather    forcings by month from ``start``; whole years of them count
    base       temperature below which nothing grows, degC
    enough     AET / PET from which water does not limit growth, 1

    Measured on level native ground with 150 mm of available water. Growth curves were
    fitted on stands that had their own climate's winters and droughts: divided by this
    sum, an average year on native ground is one year of the curve.
    """
    asked = [p for p in processes if {POTENTIAL, ACTUAL} & {*p.writes}]
    if {POTENTIAL, ACTUAL} - {name for p in asked for name in p.writes}:
        return _warm(weather, base)
    count = len(weather["air_temperature"]) // 12 * 12
    held = {name: np.array([value]) for name, value in NATIVE.items()}
    total = 0.0
    for index in range(-min(count, 24), count):  # two years to fill the soil
        year, month = divmod(start[0] * 12 + start[1] - 1 + index, 12)
        told = {name: float(series[index % count]) for name, series in weather.items()}
        days = monthrange(year, month + 1)[1]
        _month(asked, held, told, Step(year, month + 1, days, ONE_CELL))
        if index >= 0:
            wet = water_modifier(held[ACTUAL], held[POTENTIAL], enough=enough)
            warm = told["air_temperature"]
            grown = effective_months(warm, wet, base=base, season=1.0)
            total += float(np.sum(grown))
    return total * 12.0 / count


def _month(
    asked: Iterable[Process],
    held: dict[str, Array],
    told: Mapping[str, float],
    when: Step,
) -> None:
    """Let each process write, and add to what is held."""
    for process in asked:
        see: dict[str, Any] = {}
        for name in process.reads:
            see[name] = told[name] if name in told else held.get(name, np.zeros(1))
        for name, value in process.step(see, when).items():
            if VOCABULARY[name].kind == "stock":
                held[name] = held.get(name, np.zeros(1)) + value
            else:
                held[name] = np.asarray(value)


def _warm(weather: Mapping[str, NDArray[np.float64]], base: float) -> float:
    """Warmth alone, where no process of the run knows the water."""
    return float(12.0 * np.maximum(weather["air_temperature"] - base, 0.0).mean())
