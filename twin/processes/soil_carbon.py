"""Soil organic carbon by RothC-26.3, fed from the litter that plants dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import expm1
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .cell_arrays import spread
from .rothc import temperature_modifier
from .rothc_kernel import (
    BIO,
    CO2,
    DEFICIT,
    DPM,
    EXPOSURE,
    HUM,
    RPM,
    feed,
    rothc_month,
    soil_constants,
)


def wood_decay(temperature: Array | float, *, rate: float, warming: float) -> Array:
    """Share of dead wood that decays in a month, 1 - exp(-k Q10^((T - 10) / 10) / 12).

    temperature  T, mean of the month, degC
    rate         k at 10 degC, year-1
    warming      Q10, 1
    →            1

    Kurz et al. 2009 (CBM-CFS3).
    """
    t = np.asarray(temperature, dtype=np.float64)
    made: Array = -np.expm1(-rate / 12.0 * warming ** ((t - 10.0) / 10.0))
    return made


@dataclass(frozen=True)
class SoilCarbon:
    """RothC-26.3 in the topsoil; inputs come after decay, from litter and dead wood.

    PET stands for 0.75 of open-pan evaporation. Cover between 0 and 1 counts by area.

    Validity: not for peat, waterlogged or permanently frozen ground, nor below the
    topsoil.

    Equation: dC/dt = -k a b c C for DPM, RPM, BIO, HUM with k = 10, 0.3, 0.66, 0.02
    year-1; a temperature, b moisture, c cover; CO2 / (BIO + HUM) = 1.67 (1.85 + 1.60
    exp(-0.0786 clay)).
    """

    depth: float = parameter(
        0.30,
        unit="m",
        label="depth of the topsoil",
        source="calibrated at 0.23 m, used to 0.30 m (RothC description)",
        low=0.1,
        high=0.5,
    )
    litter_incorporation: float = parameter(
        2.0,
        unit="year-1",
        label="rate at which litter and dead roots enter the soil",
        source="order of magnitude",
        low=0.1,
        high=24.0,
    )
    wood_decay_rate: float = parameter(
        0.0374,
        unit="year-1",
        label="decay of dead wood at 10 degC",
        source="libcbm 2.10.2, medium pool",
        low=0.001,
        high=0.5,
        verified=True,
    )
    wood_warming: float = parameter(
        2.0,
        unit="1",
        label="Q10 of the decay of dead wood",
        source="libcbm 2.10.2, medium pool",
        low=1.0,
        high=4.0,
        verified=True,
    )
    wood_to_air: float = parameter(
        0.83,
        unit="1",
        label="share of decayed dead wood that becomes CO2",
        source="libcbm 2.10.2",
        low=0.0,
        high=1.0,
        verified=True,
    )

    name: ClassVar[str] = "soil_carbon"
    reads: ClassVar[tuple[str, ...]] = (
        "soil_carbon_dpm",
        "soil_carbon_rpm",
        "soil_carbon_bio",
        "soil_carbon_hum",
        "soil_moisture_deficit",
        "litter_carbon",
        "dead_wood_carbon",
        "litter_quality",
        "vegetation_cover",
        "clay_content",
        "air_temperature",
        "precipitation",
        "potential_evapotranspiration",
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (
        "soil_carbon_dpm",
        "soil_carbon_rpm",
        "soil_carbon_bio",
        "soil_carbon_hum",
        "soil_moisture_deficit",
        "litter_carbon",
        "dead_wood_carbon",
        "carbon_respired_total",
        "decay_exposure",
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Coleman & Jenkinson, RothC-26.3; Kurz et al. 2009 (wood)"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the month's decay, transfer, respiration and inputs."""
        out = self._decay(see)
        litter, wood = see["litter_carbon"], see["dead_wood_carbon"]
        decays = wood_decay(
            see["air_temperature"], rate=self.wood_decay_rate, warming=self.wood_warming
        )
        enters = -expm1(-self.litter_incorporation / 12.0)
        shares = (spread(decays, wood.size), enters, self.wood_to_air)
        taken = np.empty((2, wood.size))
        feed(litter, wood, see["litter_quality"], shares, out, taken)
        return {
            "soil_carbon_dpm": out[DPM],
            "soil_carbon_rpm": out[RPM],
            "soil_carbon_bio": out[BIO],
            "soil_carbon_hum": out[HUM],
            "soil_moisture_deficit": out[DEFICIT],
            "decay_exposure": out[EXPOSURE],
            "litter_carbon": taken[0],
            "dead_wood_carbon": taken[1],
            "carbon_respired_total": out[CO2],
        }

    def _decay(self, see: Mapping[str, Any]) -> Array:
        """Decay and transfer, (7, n)."""
        return decayed(see, self.depth)


def decayed(see: Mapping[str, Any], depth: float) -> Array:
    """Decay and transfer of RothC-26.3 in a month, as ``rothc_month`` adds it, (7, n).

    depth  of the topsoil, m
    """
    deficit: Array = see["soil_moisture_deficit"]
    gain = see["precipitation"] - see["potential_evapotranspiration"]
    warmth = spread(temperature_modifier(see["air_temperature"]), deficit.size)
    out = np.empty((7, deficit.size))
    rothc_month(
        (
            see["soil_carbon_dpm"],
            see["soil_carbon_rpm"],
            see["soil_carbon_bio"],
            see["soil_carbon_hum"],
        ),
        deficit,
        (warmth, spread(gain, deficit.size)),
        (soil_constants(see["clay_content"], depth), see["vegetation_cover"]),
        out,
    )
    return out
