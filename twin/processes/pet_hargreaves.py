"""Potential evapotranspiration from temperature alone (Hargreaves & Samani)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .solar import MID_MONTH, extraterrestrial_radiation


def hargreaves(
    mean: Array | float, low: Array | float, high: Array | float, *, top: float
) -> Array | float:
    """Compute reference evapotranspiration from temperature.

    ET0 = 0.0023 Ra / lambda (T + 17.8) sqrt(Tmax - Tmin)

    mean, low, high  T, Tmin, Tmax: air temperature, degC
    top              Ra, radiation at the top of the air, MJ m-2 d-1
    →                mm d-1, not below 0

    lambda = 2.501 - 0.002361 T is the latent heat, MJ kg-1. Means of five days and
    more; too low in strong wind, too high in moist air. Hargreaves & Samani 1985;
    FAO-56 eq. 52.
    """
    latent = 2.501 - 0.002361 * np.asarray(mean)
    spread = np.sqrt(np.maximum(np.subtract(high, low), 0.0))
    raw = 0.0023 * top / latent * (np.asarray(mean) + 17.8) * spread
    made: Array = np.maximum(raw, 0.0)
    return made


@dataclass(frozen=True)
class PetHargreaves:
    """Monthly potential evapotranspiration from temperature, by slope and aspect.

    Equation: PET = 0.0023 Ra / lambda (T + 17.8) sqrt(Tmax - Tmin), times the days of
    the month and the sun that the slope gets against level ground.

    Validity: means of a week or more; errors of 15 to 20 % in dry or windy climates.
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

    name: ClassVar[str] = "pet_hargreaves"
    reads: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "air_temperature_min",
        "air_temperature_max",
        "radiation_factor",
    )
    writes: ClassVar[tuple[str, ...]] = ("potential_evapotranspiration",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Hargreaves & Samani 1985; FAO-56 eq. 52"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the month's sum, taken at its middle day."""
        top = extraterrestrial_radiation(self.latitude, MID_MONTH[when.month - 1])
        daily = hargreaves(
            see["air_temperature"],
            see["air_temperature_min"],
            see["air_temperature_max"],
            top=top,
        )
        month = when.days * daily * see["radiation_factor"]
        return {"potential_evapotranspiration": month}
