"""Carbon below the topsoil: fed by dead roots, decaying ever slower with depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from ..soil.constituents import below
from ..soil.slots import TOPSOIL_DEPTH
from .rothc import (
    RATE_BIO,
    RATE_DPM,
    RATE_HUM,
    RATE_RPM,
    TO_BIO,
    TO_HUM,
    co2_ratio,
)

RATES = {  # year-1
    "soil_carbon_dpm": RATE_DPM,
    "soil_carbon_rpm": RATE_RPM,
    "soil_carbon_bio": RATE_BIO,
    "soil_carbon_hum": RATE_HUM,
}
DEEP = tuple(below(name) for name in RATES)
LITTER = ("subsoil_litter_dpm", "subsoil_litter_rpm")
CENTIMETRES = 100.0  # in a metre


def slowing(depth: Array, *, per_cm: float) -> Array:
    """Rate modifier of depth, exp(-k (z - z0)), z0 the middle of the topsoil.

    depth   z, of a layer's middle, m
    per_cm  k, cm-1

    Beyond RothC-26.3, which ends with the topsoil; k 0.02 to 0.05 in use with it
    (science.md section 1).
    """
    below_middle = CENTIMETRES * (depth - 0.5 * TOPSOIL_DEPTH)
    made: Array = np.exp(-per_cm * below_middle)
    return made


@dataclass(frozen=True)
class DeepCarbon:
    """A year of RothC in subsoil and spoil, under the topsoil's warmth and moisture.

    The year's modifiers are those of the topsoil's months, slowed with depth. Pools
    decay for a year at once; what BIO and HUM gain decays from the next year on. Dead
    roots enter after decay, into the subsoil; where there is none, into the topsoil.

    Validity: not for waterlogged ground; pools of a year or longer.

    Equation: C' = C exp(-k x sum(a b c) x exp(-d z)), with z the depth of the slot's
    middle below the topsoil's.
    """

    depth_decay: float = parameter(
        0.03,
        unit="cm-1",
        label="decline of decay with depth",
        source="0.02 to 0.05: science.md section 1",
        low=0.0,
        high=0.1,
    )

    name: ClassVar[str] = "deep_carbon"
    reads: ClassVar[tuple[str, ...]] = (
        "decay_exposure",
        "soil_mass_below",
        "bulk_density_below",
        "clay_content_below",
        *LITTER,
        *DEEP,
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (
        "decay_exposure",
        "soil_carbon_dpm",
        "soil_carbon_rpm",
        "carbon_respired_total",
        *LITTER,
        *DEEP,
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Coleman & Jenkinson, RothC-26.3; Jackson et al. 1996"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return a year's decay, transfer, respiration and root litter."""
        thickness = see["soil_mass_below"] / see["bulk_density_below"]
        top = TOPSOIL_DEPTH + np.stack([np.zeros_like(thickness[0]), thickness[0]])
        modifier = slowing(top + 0.5 * thickness, per_cm=self.depth_decay)
        years = see["decay_exposure"] * modifier
        added: dict[str, Array] = {}
        gone: Array = np.zeros_like(years)
        for name, rate in RATES.items():
            lost = -np.expm1(-rate * years) * see[below(name)]
            added[below(name)] = -lost
            gone += lost
        stays = gone / (1.0 + co2_ratio(see["clay_content_below"]))
        added[below("soil_carbon_bio")] += TO_BIO * stays
        added[below("soil_carbon_hum")] += TO_HUM * stays
        air = gone - stays
        rooted = see["soil_mass_below"][0] > 0.0
        for name, pool in zip(LITTER, ("dpm", "rpm"), strict=True):
            fallen = see[name]
            added[f"soil_carbon_{pool}"] = np.where(rooted, 0.0, fallen)
            added[below(f"soil_carbon_{pool}")][0] += np.where(rooted, fallen, 0.0)
            added[name] = -fallen
        return {
            **added,
            "decay_exposure": -see["decay_exposure"],
            "carbon_respired_total": air[0] + air[1],
        }
