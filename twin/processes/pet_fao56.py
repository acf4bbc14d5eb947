"""Potential evapotranspiration by FAO-56 Penman-Monteith, where the drivers allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp, vlog
from ..process import Array, Every, Scope, Step, parameter
from .solar import MID_MONTH, extraterrestrial_radiation

Value = Array | float
STEFAN_BOLTZMANN = 4.903e-9  # MJ K-4 m-2 d-1; FAO-56 eq. 39
ALBEDO = 0.23  # of the reference grass; FAO-56
PSYCHROMETRIC = 0.665e-3  # degC-1; FAO-56 eq. 8


@compiled
def _pressure(elevation: Array) -> Array:
    made = np.zeros(elevation.size)
    for i in range(elevation.size):
        made[i] = 101.3 * vexp(5.26 * vlog(1.0 - 0.0065 * elevation[i] / 293.0))
    return made


def air_pressure(elevation: Array) -> Array:
    """Air pressure, P = 101.3 ((293 - 0.0065 z) / 293)^5.26, kPa; FAO-56 eq. 7.

    elevation  z, m, (n,)
    """
    made: Array = _pressure(np.ascontiguousarray(elevation, dtype=np.float64))
    return made


def saturation_pressure(temperature: Value) -> Value:
    """Vapour pressure at saturation, 0.6108 exp(17.27 T / (T + 237.3)), kPa; eq. 11."""
    made: Array = 0.6108 * np.exp(
        17.27 * np.asarray(temperature) / (np.asarray(temperature) + 237.3)
    )
    return made


def saturation_slope(temperature: Value) -> Value:
    """Slope of the saturation curve, 4098 es / (T + 237.3)^2, kPa degC-1; eq. 13."""
    return 4098.0 * saturation_pressure(temperature) / (temperature + 237.3) ** 2


def net_longwave(low: Value, high: Value, *, vapour: Value, clearness: Value) -> Value:
    """Net outgoing long-wave radiation, MJ m-2 d-1; FAO-56 eq. 39.

    low, high  Tmin, Tmax, degC
    vapour     actual vapour pressure ea, kPa
    clearness  Rs / Rso, 1, at most 1
    """
    kelvin = 273.16
    emitted = (np.add(high, kelvin) ** 4 + np.add(low, kelvin) ** 4) / 2.0
    moist = 0.34 - 0.14 * np.sqrt(vapour)
    made: Array = (
        STEFAN_BOLTZMANN * emitted * moist * (1.35 * np.asarray(clearness) - 0.35)
    )
    return made


def penman_monteith(
    temperature: Value, *, deficit: Value, wind: Value, net: Value, pressure: Value
) -> Value:
    """Compute reference evapotranspiration of grass, soil heat flux 0.

    ET0 = (0.408 D Rn + g 900 / (T + 273) u2 (es - ea)) / (D + g (1 + 0.34 u2))

    temperature  T, degC
    deficit      es - ea, kPa
    wind         u2, wind speed at 2 m, m s-1
    net          Rn, net radiation, MJ m-2 d-1
    pressure     air pressure, kPa; g = 0.665e-3 P
    →            mm d-1, not below 0

    Allen et al. 1998, FAO-56 eq. 6.
    """
    slope = saturation_slope(temperature)
    gamma = PSYCHROMETRIC * np.asarray(pressure)
    drying = gamma * (900.0 / (np.asarray(temperature) + 273.0) * wind * deficit)
    raw = (0.408 * slope * net + drying) / (slope + gamma * (1.0 + 0.34 * wind))
    made: Array = np.maximum(raw, 0.0)
    return made


def grass_energy(
    see: Mapping[str, Any], latitude: float, month: int
) -> tuple[Value, Value, Value]:
    """Net radiation of grass on the slope, and its vapour pressures, mean of a month.

    Rn = (1 - 0.23) Rs radiation_factor - long-wave loss of level ground

    see       drivers and the cells: Tmin, Tmax, humidity, Rs, elevation
    latitude  degree
    →         Rn, MJ m-2 d-1; es and ea, kPa.  FAO-56 eqs. 12, 19, 37 to 40
    """
    low, high = see["air_temperature_min"], see["air_temperature_max"]
    saturated = 0.5 * (saturation_pressure(low) + saturation_pressure(high))
    vapour = saturated * see["relative_humidity"] / 100.0
    top = extraterrestrial_radiation(latitude, MID_MONTH[month - 1])
    clear_sky = (0.75 + 2e-5 * see["elevation"]) * top
    sun = see["solar_radiation"]
    clearness = np.minimum(sun / np.maximum(clear_sky, 1e-9), 1.0)
    lost = net_longwave(low, high, vapour=vapour, clearness=clearness)
    return (1.0 - ALBEDO) * sun * see["radiation_factor"] - lost, saturated, vapour


@dataclass(frozen=True)
class PetFao56:
    """Monthly potential evapotranspiration by FAO-56 Penman-Monteith, by slope.

    Equation: Penman-Monteith for 0.12 m of grass, r_s = 70 s m-1; FAO-56 eq. 6, times
    the days of the month and the sun that the slope gets against level ground.

    Validity: reference grass with enough water; wind at 2 m.
    """

    latitude: float = parameter(
        39.5,
        unit="degree",
        label="latitude of the site",
        source="site",
        low=-90.0,
        high=90.0,
        verified=True,
    )

    name: ClassVar[str] = "pet_fao56"
    reads: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "air_temperature_min",
        "air_temperature_max",
        "relative_humidity",
        "wind_speed",
        "solar_radiation",
        "elevation",
        "radiation_factor",
    )
    writes: ClassVar[tuple[str, ...]] = ("potential_evapotranspiration",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Allen et al. 1998, FAO-56"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the month's sum, from its mean weather."""
        net, saturated, vapour = grass_energy(see, self.latitude, when.month)
        daily = penman_monteith(
            see["air_temperature"],
            deficit=saturated - vapour,
            wind=see["wind_speed"],
            net=net,
            pressure=air_pressure(see["elevation"]),
        )
        return {"potential_evapotranspiration": np.asarray(when.days * daily)}
