"""Potential evapotranspiration from mean temperature and daylength (Hamon)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .solar import MID_MONTH, daylength


def hamon(mean: Array | float, *, hours: float) -> Array | float:
    """Compute potential evapotranspiration from temperature and daylength.

    PET = (N / 12)^2 exp(T / 16)

    mean   T, mean air temperature, degC
    hours  N, hours of daylight
    →      mm d-1

    The form that Oudin et al. 2005 give for Hamon 1961; other papers print other
    constants for saturated vapour.
    """
    made: Array = (hours / 12.0) ** 2 * np.exp(np.asarray(mean) / 16.0)
    return made


@dataclass(frozen=True)
class PetHamon:
    """Monthly potential evapotranspiration from daylength, by slope and aspect.

    Equation: PET = (N / 12)^2 exp(T / 16), N hours of daylight, times the days of the
    month and the sun that the slope gets against level ground.

    Validity: where only mean temperature is known; never 0, so too high in frost;
    blind to dry air, wind and clouds. The slope factor is ours: Hamon had level ground.
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

    name: ClassVar[str] = "pet_hamon"
    reads: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "radiation_factor",
    )
    writes: ClassVar[tuple[str, ...]] = ("potential_evapotranspiration",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Hamon 1961, in the form of Oudin et al. 2005"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the month's sum, taken at its middle day."""
        hours = daylength(self.latitude, MID_MONTH[when.month - 1])
        daily = hamon(see["air_temperature"], hours=hours)
        month = when.days * daily * see["radiation_factor"]
        return {"potential_evapotranspiration": month}
