"""Potential evapotranspiration from mean temperature and the sun's height (Oudin)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .solar import MID_MONTH, extraterrestrial_radiation


def oudin(mean: Array | float, *, top: float) -> Array | float:
    """Compute potential evapotranspiration for rainfall-runoff models.

    PET = Ra / lambda (T + 5) / 100 where T > -5 degC, else 0

    mean  T, mean air temperature, degC
    top   Ra, radiation at the top of the air, MJ m-2 d-1
    →     mm d-1

    lambda = 2.501 - 0.002361 T, MJ kg-1. Fitted so that four rainfall-runoff models
    gave the best flow of 308 catchments, not on lysimeters. Oudin et al. 2005.
    """
    warm = np.maximum(np.asarray(mean) + 5.0, 0.0)
    latent = 2.501 - 0.002361 * np.asarray(mean)
    made: Array = top / latent * warm / 100.0
    return made


@dataclass(frozen=True)
class PetOudin:
    """Monthly potential evapotranspiration from mean temperature, by slope and aspect.

    Equation: PET = Ra / lambda (T + 5) / 100 above -5 degC, times the days of the month
    and the sun that the slope gets against level ground.

    Validity: where only mean temperature is known; blind to dry air, wind and clouds.
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

    name: ClassVar[str] = "pet_oudin"
    reads: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "radiation_factor",
    )
    writes: ClassVar[tuple[str, ...]] = ("potential_evapotranspiration",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Oudin et al. 2005, J. Hydrol. 303:290"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the month's sum, taken at its middle day."""
        top = extraterrestrial_radiation(self.latitude, MID_MONTH[when.month - 1])
        daily = oudin(see["air_temperature"], top=top)
        month = when.days * daily * see["radiation_factor"]
        return {"potential_evapotranspiration": month}
