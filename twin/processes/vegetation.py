"""Plants by functional type: growth in effective age, turnover, death, recovery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from ..soil.slots import TOPSOIL_DEPTH
from .cell_arrays import spread
from .growth import effective_months
from .plant_types import (
    CARBON_FRACTION,
    DEFAULT_TYPES,
    KG_M2,
    SITE_FACTOR,
    check_types,
    column,
    full_foliage,
)
from .vegetation_kernel import (
    DEEP_QUICK,
    DEEP_SLOW,
    FIXED,
    FLOWS,
    LITTER,
    QUALITY_SUM,
    ROOT_LITTER,
    WOOD,
    grow_month,
    mean_quality,
    wetness,
)

COLUMNS = (  # in the order of the kernel's table
    "asymptote",
    "rate",
    "shape",
    "root_share",
    "foliage_share",
    "foliage_turnover",
    "wood_turnover",
    "root_turnover",
    "dpm_rpm",
    "mortality",
    "senescence",
    "spread",
    "root_reach",
    "foliage_young",
)
STAND = ("stocking", "effective_age", "biomass_carbon_above", "biomass_carbon_below")
CENTIMETRES = 100.0  # in a metre
GROWTH_LIMIT = "growth_limit"  # of growth_limits
NO_LIMITS = np.zeros((0, 1))
NO_LIMITS.flags.writeable = False  # as held values are, so that one kernel serves both
NO_LITTER_QUALITY = 0.67 / 1.67  # of scrub, where nothing falls; RothC description


def water_modifier(actual: Array, potential: Array, *, enough: float) -> Array:
    """Growth modifier of water, f_W = min(1, (AET / PET) / enough).

    actual, potential  AET, PET of the month, mm, (n,)
    enough             ratio from which water does not limit, 1
    →                  1, (n,), in [0, 1]; 1 where PET is 0

    Unverified (science.md section 2).
    """
    return wetness(actual, potential, enough)


@dataclass(frozen=True)
class Vegetation:
    """Stand carbon by plant type: Chapman-Richards in effective age, with turnover.

    A stand's biomass is net of what it sheds, so shed carbon is fixed anew: NPP is net
    growth plus turnover, and with modifiers 1 the closed curve is followed exactly.
    ``pioneer`` (types with a spread) takes free ground slowly by itself.

    Equation: B(a) = A (1 - exp(-k a))^p in effective age; da = max(T - base, 0) /
    season x f_W, f_W = min(1, (AET / PET) / enough).

    Validity: ages within those of the fitted plots; closed stands; no thinning, no
    grazing.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant_types.py",
    )
    site_factor: float = parameter(
        SITE_FACTOR,
        unit="1",
        label="growth of the site relative to native ground",
        source="science.md section 2: 0.5 to 0.7 on raw dumps",
        low=0.1,
        high=1.5,
    )
    base_temperature: float = parameter(
        5.0,
        unit="degC",
        label="temperature below which nothing grows",
        source="science.md section 2",
        low=0.0,
        high=12.0,
    )
    warmth_of_year: float = parameter(
        50.0,
        unit="degC month",
        label="sum over an average year of monthly temperature above the base, times "
        "the water modifier on native ground",
        source="set from the site's climate",
        low=0.5,
        high=300.0,
    )
    enough_water: float = parameter(
        0.6,
        unit="1",
        label="AET / PET from which water does not limit growth",
        source="science.md section 2",
        low=0.1,
        high=1.0,
    )
    limits: tuple[str, ...] = parameter(
        (),
        unit="",
        label="what of the soil limits growth; then growth_limits says how much",
        source="what the site states",
    )

    name: ClassVar[str] = "vegetation"
    reads: ClassVar[tuple[str, ...]] = (
        "air_temperature",
        "actual_evapotranspiration",
        "potential_evapotranspiration",
        "stocking",
        "effective_age",
        "biomass_carbon_above",
        "biomass_carbon_below",
    )
    writes: ClassVar[tuple[str, ...]] = ("litter_quality", "wood_fall", "root_litter")
    adds: ClassVar[tuple[str, ...]] = (
        "stocking",
        "effective_age",
        "biomass_carbon_above",
        "biomass_carbon_below",
        "litter_carbon",
        "dead_wood_carbon",
        "subsoil_litter_dpm",
        "subsoil_litter_rpm",
        "net_primary_production_total",
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Richards 1959; IPCC 2006 vol. 4; libcbm 2.10.2 (turnover)"

    def __post_init__(self) -> None:
        """Read what the soil allows where anything of it limits growth."""
        if self.limits:
            # the declaration of one run's process; the class keeps that of the base
            object.__setattr__(self, "reads", (*type(self).reads, GROWTH_LIMIT))

    @cached_property
    def _table(self) -> Array:
        """Values of the types (k, values), ready for the kernel."""
        table = np.array([column(self.plant_types, key) for key in COLUMNS])
        table[0] *= CARBON_FRACTION * KG_M2 * self.site_factor
        ratio = table[COLUMNS.index("dpm_rpm")]
        table[COLUMNS.index("dpm_rpm")] = ratio / (1.0 + ratio)
        table[COLUMNS.index("foliage_share")] = full_foliage(self.plant_types)
        reach = COLUMNS.index("root_reach")
        table[reach] **= CENTIMETRES * TOPSOIL_DEPTH  # share of roots that lie deeper
        return np.ascontiguousarray(table.T)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return growth, turnover and recovery of the month."""
        stocking = see["stocking"]
        check_types(self.plant_types, stocking, self.name)
        types, cells = stocking.shape
        ageing = self._ageing(see)
        out, flows = np.empty((4, types, cells)), np.empty((FLOWS, cells))
        grow_month(
            tuple(see[name] for name in STAND),
            spread(ageing, cells),
            self._table,
            out,
            flows,
            see[GROWTH_LIMIT] if self.limits else NO_LIMITS,
        )
        litter = flows[LITTER]
        return {
            "litter_quality": mean_quality(
                flows[QUALITY_SUM], litter, NO_LITTER_QUALITY
            ),
            "wood_fall": flows[WOOD],
            "root_litter": flows[ROOT_LITTER],
            **dict(zip(STAND, out, strict=True)),
            "litter_carbon": litter,
            "dead_wood_carbon": flows[WOOD],
            "subsoil_litter_dpm": flows[DEEP_QUICK],
            "subsoil_litter_rpm": flows[DEEP_SLOW],
            "net_primary_production_total": flows[FIXED],
        }

    def _ageing(self, see: Mapping[str, Any]) -> Array | float:
        """Effective years of the month."""
        water = water_modifier(
            see["actual_evapotranspiration"],
            see["potential_evapotranspiration"],
            enough=self.enough_water,
        )
        return effective_months(
            see["air_temperature"],
            water,
            base=self.base_temperature,
            season=self.warmth_of_year,
        )
