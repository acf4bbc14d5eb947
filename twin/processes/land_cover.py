"""What stands on a cell, as one class: bare, herbs, shrubs or trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from .canopy_cover import canopy_cover
from .plant_types import (
    DEFAULT_TYPES,
    FORMS,
    check_types,
    column,
    full_foliage,
    plant_type,
)

BARE, HERBS, SHRUBS, TREES = 1.0, 2.0, 3.0, 4.0
CLASSES = {1: "bare", 2: "herbs", 3: "shrubs", 4: "trees"}
CLASS_OF = dict(zip(FORMS, (HERBS, SHRUBS, TREES), strict=True))


@dataclass(frozen=True)
class LandCover:
    """One class a cell at the end of the year, by the cover of each form of plant.

    Equation: trees where their crowns cover ``wooded`` of the ground; else shrubs where
    they do; else herbs where all plants cover ``vegetated``; else bare.

    Validity: what the state holds; no water, roads or buildings, which a site draws as
    parcels. Cells should be smaller than the patches that matter.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant-table/types.csv",
    )
    wooded: float = parameter(
        0.1,
        unit="1",
        label="cover of crowns from which ground is wooded",
        source="forest: more than 10 %, FAO FRA 2020; for shrubs alike",
        low=0.01,
        high=1.0,
    )
    vegetated: float = parameter(
        0.15,
        unit="1",
        label="cover of plants below which ground is bare",
        source="sparse vegetation is below 15 %: FAO LCCS; unverified",
        low=0.01,
        high=1.0,
    )
    extinction: float = parameter(
        0.5,
        unit="1",
        label="extinction of light by leaves",
        source="as canopy_cover",
        low=0.2,
        high=1.0,
    )

    name: ClassVar[str] = "land_cover"
    reads: ClassVar[tuple[str, ...]] = ("stocking", "biomass_carbon_above")
    writes: ClassVar[tuple[str, ...]] = ("land_cover_class",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "FAO FRA 2020; FAO LCCS (di Gregorio & Jansen 2000)"

    @cached_property
    def _forms(self) -> Array:
        """Class of each type, (k,)."""
        return np.array([CLASS_OF[plant_type(t).form] for t in self.plant_types])

    @cached_property
    def _table(self) -> tuple[Array, Array, Array]:
        types = self.plant_types
        young = column(types, "foliage_young")
        return column(types, "leaf_area"), full_foliage(types), young

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the class."""
        stocking = see["stocking"]
        check_types(self.plant_types, stocking, self.name)
        by_class = {c: self._cover(see, self._forms == c) for c in CLASS_OF.values()}
        whole = np.minimum(by_class[HERBS] + by_class[SHRUBS] + by_class[TREES], 1.0)
        made = np.where(whole >= self.vegetated, HERBS, BARE)
        made = np.where(by_class[SHRUBS] >= self.wooded, SHRUBS, made)
        made = np.where(by_class[TREES] >= self.wooded, TREES, made)
        return {"land_cover_class": made}

    def _cover(self, see: Mapping[str, Any], own: Array) -> Array:
        """Cover by the types of one form, (n,)."""
        rows = np.flatnonzero(own)
        return canopy_cover(
            np.ascontiguousarray(see["stocking"][rows]),
            np.ascontiguousarray(see["biomass_carbon_above"][rows]),
            table=tuple(part[rows] for part in self._table),  # type: ignore[arg-type]
            extinction=self.extinction,
        )
