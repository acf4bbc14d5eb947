"""Factor of safety of each slope at the year's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..landform.stability import (
    GRAVITY,
    Root,
    factor_of_safety,
    root_cohesion,
    steady_wetness,
)
from ..process import Array, Every, Scope, Step, parameter
from ..soil.column import Column
from ..soil.constituents import DENSITY, SOIL_MASS, stocks_of
from .carbon_pools import sum_in_order
from .plant_types import CARBON_FRACTION

SAFE = 10.0  # no slope is called safer
LEAST_SLOPE = 0.1  # degrees
LEAST_DEPTH = 0.01  # m
DAYS = 365.25
METRE = 1e-3  # of a millimetre


@dataclass(frozen=True)
class SlopeStability:
    """Infinite-slope safety of the loose mantle, with its water and its roots.

    The slip plane lies at the foot of the soil column, or at ``deepest_slip`` where the
    column is thicker. Water stands on it as recharge of the last twelve months, in its
    wettest time, drains along the slope. Roots lend cohesion there. Diagnostic: moves
    nothing.

    Validity: for shallow slides on long slopes; not for rotational failure of benches
    and pit walls, cracks, toes, piping, quakes or single storms.

    Equation: FS = (c + c_r + (g z rho - m g z rho_w) cos^2 t tan phi) / (g z rho sin t
    cos t).
    """

    cohesion: float = parameter(
        5.0,
        unit="kPa",
        label="effective cohesion of the soil",
        source="order of magnitude for loess cover and spoil; a site's to give",
        low=0.0,
        high=200.0,
    )
    friction: float = parameter(
        30.0,
        unit="degree",
        label="effective angle of friction",
        source="order of magnitude for spoil; a site's to give",
        low=5.0,
        high=60.0,
    )
    deepest_slip: float = parameter(
        2.0,
        unit="m",
        label="greatest depth of the slip plane",
        source="shallow slides; a site's to give",
        low=0.1,
        high=20.0,
    )
    conductivity: float = parameter(
        1.0,
        unit="m day-1",
        label="saturated conductivity along the slope",
        source="order of magnitude for spoil",
        low=1e-4,
        high=1000.0,
    )
    wet_season: float = parameter(
        3.0,
        unit="1",
        label="recharge of the wettest time over that of the year",
        source="order of magnitude for a monsoon climate",
        low=1.0,
        high=50.0,
    )
    root_reach: float = parameter(
        0.97,
        unit="1",
        label="b of the share b^d of roots deeper than d cm",
        source="Jackson et al. 1996, Oecologia 108:389; trees",
        low=0.8,
        high=0.999,
    )
    root_strength: float = parameter(
        10_000.0,
        unit="kPa",
        label="tensile strength of roots",
        source="order of magnitude of fine roots",
        low=0.0,
        high=100_000.0,
    )
    root_density: float = parameter(
        500.0,
        unit="kg m-3",
        label="dry density of roots",
        source="order of magnitude of wood",
        low=100.0,
        high=1500.0,
    )

    name: ClassVar[str] = "slope_stability"
    reads: ClassVar[tuple[str, ...]] = (
        "slope",
        "specific_catchment_area",
        *stocks_of(()),
        "biomass_carbon_below",
        "recharge_total",
        "recharge_counted",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "factor_of_safety",
        "slope_wetness",
        "root_cohesion",
    )
    adds: ClassVar[tuple[str, ...]] = ("recharge_counted",)
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = (
        "Skempton & DeLory 1957; Montgomery & Dietrich 1994; Wu et al. 1979"
    )

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write safety, wetness and root cohesion (n,)."""
        column = Column({name: see[name] for name in stocks_of(())})
        depth = np.minimum(column.depth, self.deepest_slip)
        stands = (see["slope"] < LEAST_SLOPE) | (depth < LEAST_DEPTH)
        steep = np.maximum(see["slope"], LEAST_SLOPE)
        deep = np.maximum(depth, LEAST_DEPTH)
        fresh = see["recharge_total"] - see["recharge_counted"]
        wetness = steady_wetness(
            np.maximum(fresh, 0.0) * (METRE / DAYS * self.wet_season),
            see["specific_catchment_area"],
            steep,
            self.conductivity * deep,
        )
        roots = sum_in_order(*see["biomass_carbon_below"]) / CARBON_FRACTION
        held = root_cohesion(
            roots,
            deep,
            reach=self.root_reach,
            root=Root(self.root_strength, self.root_density),
        )
        safety = factor_of_safety(
            steep,
            deep,
            self.cohesion + held,
            weight=GRAVITY * _mean_density(column),
            friction=self.friction,
            wetness=wetness,
        )
        return {
            "factor_of_safety": np.where(stands, SAFE, np.minimum(safety, SAFE)),
            "slope_wetness": np.where(depth < LEAST_DEPTH, 0.0, wetness),
            "root_cohesion": np.where(depth < LEAST_DEPTH, 0.0, held),
            "recharge_counted": fresh,
        }


def _mean_density(column: Column) -> Array:
    """Bulk density of the whole column, dry, kg m-3, (n,)."""
    mass = sum_in_order(*column.see[SOIL_MASS][None], *column.see[f"{SOIL_MASS}_below"])
    deep = column.depth
    made: Array = np.where(
        deep > 0.0, mass / np.where(deep > 0.0, deep, 1.0), column.see[DENSITY]
    )
    return made
