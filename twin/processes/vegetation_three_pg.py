"""Trees by 3-PG, from light, water and warmth; shrubs and herbs as in vegetation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..process import Array, Step, parameter
from ..vocabulary.alternatives import FOLIAGE
from . import vegetation_kernel as kernel
from .plant_types import column, plant_type
from .three_pg import YEAR, Month, Soil, Species
from .three_pg_species import species
from .three_pg_stand import Growth, Trees, begun, grow
from .vegetation import (
    COLUMNS,
    GROWTH_LIMIT,
    NO_LITTER_QUALITY,
    STAND,
    Vegetation,
    water_modifier,
)

BEECH = species("beech")
DECIDUOUS = 0.9  # turnover of foliage, year-1, from which leaves last one summer
GROWN_BY_CURVE = ("asymptote", "foliage_turnover", "wood_turnover", "root_turnover")
WEATHER = (
    "air_temperature_min",
    "air_temperature_max",
    "air_temperature",
    "precipitation",
    "solar_radiation",
)
Cells = NDArray[np.intp]
ABOVE_AND_BELOW = (("biomass_carbon_above", "above"), ("biomass_carbon_below", "below"))
HALF_YEAR, MONTHS = 6, 12
LEAST_WATER = 1.0  # mm, of a soil that holds nothing
SOURCE = "trotsiuk/r3PG e39bd8e: Fagus sylvatica; unverified for others"


@dataclass(frozen=True)
class VegetationThreePg(Vegetation):
    """Trees by 3-PG on the run's soil water; other plants grow as in ``vegetation``.

    Growth follows light that leaves catch, not a yield curve: a site's sun, drought,
    frost and vapour deficit say how fast. Trees with leaves of one summer lose them in
    autumn and pay those of spring back from growth; what is not paid by autumn is taken
    off their stems. Drought is that of the run: f_W of ``vegetation`` stands for the
    response to soil water, and 3-PG's own water balance only limits the month. Stands
    that the site states begin with the foliage of the plant table.

    Equation: GPP = alpha f_nutr f_T f_frost min(f_vpd, f_W) f_age x caught light; NPP =
    Y GPP to foliage, roots, stems (``three_pg``). Frost days = days x Phi(-Tmin /
    spread).

    Validity: even-aged stands of one rotation; no branch fall; all trees have the
    parameters of one species, checked for Fagus sylvatica alone; canopy_cover keeps the
    leaf area of the plant table; CO2 as today.
    """

    latitude: float = parameter(
        40.0,
        unit="degrees",
        label="latitude",
        source="centre of the site's grid",
        low=-66.0,
        high=66.0,
    )
    stems: float = parameter(
        1111.0,
        unit="ha-1",
        label="trees on a hectare of stand",
        source="3 m by 3 m, usual planting",
        low=50.0,
        high=20_000.0,
    )
    fertility: float = parameter(
        0.5,
        unit="1",
        label="fertility rating FR",
        source="site; 0.5 in the case of r3PG",
        low=0.0,
        high=1.0,
    )
    alpha: float = parameter(
        BEECH.alpha,
        unit="mol mol-1",
        label="canopy quantum efficiency",
        source=SOURCE,
        low=0.01,
        high=0.1,
    )
    t_min: float = parameter(
        BEECH.t_min,
        unit="degC",
        label="least temperature of growth",
        source=SOURCE,
        low=-15.0,
        high=10.0,
    )
    t_opt: float = parameter(
        BEECH.t_opt,
        unit="degC",
        label="best temperature of growth",
        source=SOURCE,
        low=11.0,
        high=24.0,
    )
    t_max: float = parameter(
        BEECH.t_max,
        unit="degC",
        label="highest temperature of growth",
        source=SOURCE,
        low=25.0,
        high=50.0,
    )
    max_age: float = parameter(
        BEECH.max_age,
        unit="year",
        label="longest life, by which growth slows",
        source=SOURCE,
        low=20.0,
        high=1000.0,
    )
    coeff_conductance: float = parameter(
        BEECH.coeff_conductance,
        unit="mbar-1",
        label="response of conductance to vapour pressure deficit",
        source=SOURCE,
        low=0.01,
        high=0.2,
    )
    frost_spread: float = parameter(
        4.0,
        unit="degC",
        label="standard deviation of daily minima within a month",
        source="order of magnitude",
        low=0.5,
        high=10.0,
    )
    leaf_grow: float = parameter(
        float(BEECH.leaf_grow),
        unit="month",
        label="month in which leaves come, as of the northern half of the Earth",
        source=SOURCE,
        low=3.0,
        high=6.0,
    )
    leaf_fall: float = parameter(
        float(BEECH.leaf_fall),
        unit="month",
        label="month in which leaves fall, as of the northern half of the Earth",
        source=SOURCE,
        low=9.0,
        high=12.0,
    )

    name: ClassVar[str] = "vegetation_three_pg"
    instead_of: ClassVar[tuple[str, ...]] = ("vegetation",)
    reads: ClassVar[tuple[str, ...]] = (
        *Vegetation.reads,
        *FOLIAGE,
        "air_temperature_min",
        "air_temperature_max",
        "precipitation",
        "solar_radiation",
        "radiation_factor",
        "soil_water",
        "available_water_capacity",
    )
    adds: ClassVar[tuple[str, ...]] = (*Vegetation.adds, *FOLIAGE)
    source: ClassVar[str] = "Landsberg & Waring 1997; Sands & Landsberg 2002; r3PG"

    @cached_property
    def _table(self) -> Array:
        """As that of the base; of trees nothing grows or falls by it, but they die."""
        table = super()._table.copy()
        for k in self._trees:
            for key in (*GROWN_BY_CURVE, "spread"):
                table[k, COLUMNS.index(key)] = 0.0
        return table

    @cached_property
    def _trees(self) -> tuple[int, ...]:
        kinds = [plant_type(told).form for told in self.plant_types]
        return tuple(k for k, form in enumerate(kinds) if form == "tree")

    @cached_property
    def _species(self) -> Species:
        return replace(
            BEECH,
            t_min=self.t_min,
            t_opt=self.t_opt,
            t_max=self.t_max,
            max_age=self.max_age,
            coeff_conductance=self.coeff_conductance,
        )

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return growth, turnover and recovery of the month."""
        made = dict(super().step(see, when))
        made |= {name: np.zeros_like(see["stocking"]) for name in FOLIAGE}
        for k in self._trees:
            stands = see["stocking"][k] > 0.0
            made["effective_age"][k] = np.where(stands, YEAR, 0.0)
            cells = np.flatnonzero(stands)
            if cells.size:
                self._add(made, see, k, cells, self._month(see, when, cells))
        return made

    def _month(self, see: Mapping[str, Any], when: Step, cells: Cells) -> Month:
        """Weather on some cells. South of the equator the year is half a year off."""
        south = self.latitude < 0.0
        number = (when.month + HALF_YEAR - 1) % MONTHS + 1 if south else when.month
        low, high, mean, rain, solar = (_on(see[name], cells) for name in WEATHER)
        frost = when.days * ndtr(-np.asarray(low) / self.frost_spread)
        light = solar * see["radiation_factor"][cells]
        place = abs(self.latitude)
        return Month(number, when.days, place, low, high, mean, rain, light, frost)

    def _kind(self, see: Mapping[str, Any], k: int, cells: Cells) -> Species:
        """Parameters of a type: habit by the life of its leaves, light use by soil."""
        told = self.plant_types[k]
        lasting = column((told,), "foliage_turnover")[0] < DECIDUOUS
        grow, fall = (0, 0) if lasting else (self.leaf_grow, self.leaf_fall)
        fed = see[GROWTH_LIMIT][k, cells] if self.limits else 1.0
        return replace(
            self._species,
            alpha=self.alpha * fed,
            leaf_grow=int(grow),
            leaf_fall=int(fall),
        )

    def _grown(
        self, see: Mapping[str, Any], k: int, cells: Cells, month: Month
    ) -> Growth:
        """Growth of a type where it stands."""
        share, age, above, below = (see[name][k, cells] for name in STAND)
        leafy = (see[name][k, cells] * above for name in FOLIAGE)
        kind, row = self._kind(see, k, cells), self._table[k]
        full, young = row[kernel.FOLIAGE], row[kernel.YOUNG]
        trees = Trees(share, age, above, below, *leafy)
        trees = begun(trees, kernel.leaves(above, share, full, young), month, kind)
        capacity = np.maximum(see["available_water_capacity"][cells], LEAST_WATER)
        rated = np.full(cells.size, self.fertility)
        wet = water_modifier(
            see["actual_evapotranspiration"][cells],
            see["potential_evapotranspiration"][cells],
            enough=self.enough_water,
        )
        soil = Soil(capacity, rated, response=wet)
        return grow(
            trees, see["soil_water"][cells], month, soil, kind, stems=self.stems
        )

    def _add(
        self, made: dict[str, Array], see: Mapping[str, Any], k: int, cells: Cells,
        month: Month,
    ) -> None:  # fmt: skip
        """Add the month of a type; of trees that die in it nothing grows."""
        growth, row = self._grown(see, k, cells, month), self._table[k]
        old = see["effective_age"][k, cells] > row[kernel.SENESCENCE]
        kept = np.where(old, 1.0 - row[kernel.MORTALITY] * YEAR, 1.0)
        before = see["biomass_carbon_above"][k, cells]
        for name, more in ABOVE_AND_BELOW:
            amount = made[name][k, cells] + kept * getattr(growth, more)
            made[name][k, cells] = np.maximum(amount, -see[name][k, cells])
        made["net_primary_production_total"][cells] += kept * growth.fixed
        _drop(made, cells, kept * growth.leaf_fall, kept * growth.root_fall, row)
        now = before + growth.above
        for name, leafy in zip(FOLIAGE, (growth.foliage, growth.debt), strict=True):
            ratio = np.divide(leafy, now, out=np.zeros_like(now), where=now > 0.0)
            made[name][k, cells] = ratio - see[name][k, cells]


def _on(values: Array | float, cells: Cells) -> Array | float:
    """Weather on some cells, where it is not the same on all."""
    return values[cells] if isinstance(values, np.ndarray) else values


def _drop(
    made: dict[str, Array], cells: Cells, fallen: Array, dead: Array, row: Array
) -> None:
    """Put dead leaves and roots where they go, with the quality of their type."""
    deep = row[kernel.DEEP] * dead
    shallow = dead - deep
    more, quick = fallen + shallow, row[kernel.QUALITY] * deep
    before = made["litter_carbon"][cells]
    rich = made["litter_quality"][cells] * before + row[kernel.QUALITY] * more
    made["litter_carbon"][cells] = total = before + more
    mean = np.divide(rich, total, out=np.zeros_like(rich), where=total > 0.0)
    made["litter_quality"][cells] = np.where(total > 0.0, mean, NO_LITTER_QUALITY)
    made["root_litter"][cells] += shallow
    made["subsoil_litter_dpm"][cells] += quick
    made["subsoil_litter_rpm"][cells] += deep - quick
