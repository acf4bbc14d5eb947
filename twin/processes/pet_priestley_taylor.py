"""Potential evapotranspiration from net radiation, no wind (Priestley & Taylor)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .pet_fao56 import PSYCHROMETRIC, air_pressure, grass_energy, saturation_slope

Value = Array | float


def priestley_taylor(
    temperature: Value, *, net: Value, pressure: Value, alpha: float
) -> Value:
    """Compute evapotranspiration of wet ground, soil heat flux 0.

    PET = alpha D / (D + g) Rn / lambda

    temperature  T, degC
    net          Rn, net radiation, MJ m-2 d-1
    pressure     air pressure, kPa; g = 0.665e-3 P
    alpha        1.26 over wet ground and open water
    →            mm d-1, not below 0

    lambda = 2.501 - 0.002361 T, MJ kg-1. Priestley & Taylor 1972.
    """
    slope = saturation_slope(temperature)
    gamma = PSYCHROMETRIC * np.asarray(pressure)
    latent = 2.501 - 0.002361 * np.asarray(temperature)
    raw = alpha * slope / (slope + gamma) * net / latent
    made: Array = np.maximum(raw, 0.0)
    return made


@dataclass(frozen=True)
class PetPriestleyTaylor:
    """Monthly potential evapotranspiration from net radiation, by slope and aspect.

    Equation: PET = alpha D / (D + g) Rn / lambda, times the days of the month; D slope
    of the saturation curve, g psychrometric constant, Rn of grass on the
    slope (FAO-56).

    Validity: wet ground in moist climates and open water; too low where dry wind brings
    heat. Needs humidity and solar radiation, no wind.
    """

    alpha: float = parameter(
        1.26,
        unit="1",
        label="ratio to the energy-limited rate",
        source="Priestley & Taylor 1972",
        low=1.0,
        high=2.0,
        verified=True,
    )
    latitude: float = parameter(
        39.5,
        unit="degree",
        label="latitude of the site",
        source="site",
        low=-90.0,
        high=90.0,
        verified=True,
    )

    name: ClassVar[str] = "pet_priestley_taylor"
    reads: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "air_temperature_min",
        "air_temperature_max",
        "relative_humidity",
        "solar_radiation",
        "elevation",
        "radiation_factor",
    )
    writes: ClassVar[tuple[str, ...]] = ("potential_evapotranspiration",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Priestley & Taylor 1972; net radiation FAO-56"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the month's sum, from its mean weather."""
        net, _, _ = grass_energy(see, self.latitude, when.month)
        daily = priestley_taylor(
            see["air_temperature"],
            net=net,
            pressure=air_pressure(see["elevation"]),
            alpha=self.alpha,
        )
        return {"potential_evapotranspiration": np.asarray(when.days * daily)}
