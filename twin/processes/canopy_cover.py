"""Cover of the ground by plants, from the foliage that stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp
from ..process import Array, Every, Scope, Step, parameter
from .plant_types import DEFAULT_TYPES, check_types, column, full_foliage
from .vegetation_kernel import leaves


@compiled
def _canopy(
    stocking: Array, above: Array, table: tuple[Array, Array, Array], extinction: float
) -> Array:
    leaf, full, young = table
    types, cells = stocking.shape
    cover = np.zeros(cells)
    for k in range(types):
        if stocking[k].max() > 0.0:
            leafy = leaves(above[k], stocking[k], full[k], young[k])
            for i in range(cells):
                share = stocking[k, i]
                index = leaf[k] * leafy[i] / max(share, 1e-9)
                cover[i] += share * (1.0 - vexp(-extinction * index))
    for i in range(cells):
        cover[i] = min(cover[i], 1.0)
    return cover


def canopy_cover(
    stocking: Array, above: Array, *, table: tuple[Array, Array, Array],
    extinction: float
) -> Array:  # fmt: skip
    """Share of the ground under leaves, sum over types of f (1 - exp(-K LAI / f)).

    stocking    f, share of the ground that a type stands on, 1, (k, n)
    above       carbon above ground per ground area, kg m-2, (k, n)
    table       by type (k,): leaf area by foliage carbon, m2 kg-1; foliage of a full
                stand, kg m-2; share of foliage in seedlings, 1
    extinction  K, 1
    →           1, (n,), in [0, 1]

    Beer-Lambert closure over the ground that each type stands on. Leafless seasons,
    litter and stones are not counted. Monsi & Saeki 1953.
    """
    made: Array = _canopy(stocking, above, table, extinction)
    return made


@dataclass(frozen=True)
class CanopyCover:
    """Cover by plants from last month's foliage, by Beer-Lambert closure.

    Equation: cover = 1 - exp(-k LAI) by stand, LAI = leaf area x foliage carbon; stands
    side by side, by stocking.

    Validity: leaves spread at random over the stand's ground; no clumps, no litter
    cover.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant_types.py",
    )
    extinction: float = parameter(
        0.5,
        unit="1",
        label="extinction of light by leaves",
        source="Monsi & Saeki 1953, usual value",
        low=0.2,
        high=1.0,
    )

    name: ClassVar[str] = "canopy_cover"
    reads: ClassVar[tuple[str, ...]] = ("stocking", "biomass_carbon_above")
    writes: ClassVar[tuple[str, ...]] = ("vegetation_cover",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Monsi & Saeki 1953"

    @cached_property
    def _table(self) -> tuple[Array, Array, Array]:
        """Leaf area, foliage of a full stand and of seedlings, (k,) each."""
        types = self.plant_types
        young = column(types, "foliage_young")
        return column(types, "leaf_area"), full_foliage(types), young

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the cover."""
        check_types(self.plant_types, see["stocking"], self.name)
        cover = canopy_cover(
            see["stocking"],
            see["biomass_carbon_above"],
            table=self._table,
            extinction=self.extinction,
        )
        return {"vegetation_cover": cover}
