"""Plants take the ground that crowns leave open, and low ones yield as these close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from ..soil.slots import TOPSOIL_DEPTH
from .canopy_cover import canopy_cover
from .plant_types import (
    DEFAULT_TYPES,
    FORMS,
    check_types,
    column,
    full_foliage,
    plant_type,
)
from .seed_dispersal import TINY, Seeds, arrival, recruits, seeds_of, younger
from .vegetation import GROWTH_LIMIT
from .vegetation_kernel import leaves

CENTIMETRES = 100.0  # in a metre
HEIGHT = {form: rank for rank, form in enumerate(FORMS)}  # herb, shrub, tree
DEAD = ("litter_carbon", "dead_wood_carbon", "subsoil_litter_dpm", "subsoil_litter_rpm")


class Light(NamedTuple):
    """Who has light on a cell.

    open      ground that no crown covers, (n,), 1
    room      ground that stands of a type's form leave each other, (k, n), 1
    shaded    share of each type that has ground and no light, (k, n), 1
    """

    open: Array
    room: Array
    shaded: Array


def light_of(stocking: Array, crowns: Array, heights: Array) -> Light:
    """Open ground, room and shade by stocking f and ground under crowns c, (k, n) each.

    heights  rank of each type's form, (k,): the higher shades the lower
    """
    room, shaded = np.empty_like(stocking), np.empty_like(stocking)
    for height in np.unique(heights):
        own = heights == height
        held = stocking[own].sum(axis=0)
        shade = crowns[heights > height].sum(axis=0)
        surplus = np.maximum(held + shade - 1.0, 0.0)
        room[own] = np.maximum(1.0 - held, 0.0)
        shaded[own] = _within(held, surplus)
    return Light(np.maximum(1.0 - crowns.sum(axis=0), 0.0), room, shaded)


@dataclass(frozen=True)
class Understory:
    """Competition for light as ground under crowns; in place of ``seed_dispersal``.

    Without it a stand keeps all of its ground, however small its crowns. Here ground
    is free that no crown covers, in a young or open stand too, and stands of one form
    (trees, shrubs, herbs) lie side by side. As crowns close, the lower forms below them
    have more ground than light, and the surplus fades: foliage to the litter, wood to
    the dead wood, roots to where they were.

    Equation: c = f (1 - exp(-K LAI / f)); open = 1 - sum of c; taken = open (1 -
    exp(-sum r)) r / sum r, at most 1 - sum of f of the form; surplus = sum of f of the
    form + sum of c of taller forms - 1, of which 1 - exp(-fading) fades in a year.

    Validity: height by form alone; a crown shades what is below it and nothing beside
    it; growth in half shade is as in the sun; seeds as in ``seed_dispersal``.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant-table/types.csv",
    )
    half_carbon: float = parameter(
        1.0,
        unit="kg m-2",
        label="soil organic carbon at which half of the seeds establish",
        source="order of magnitude",
        low=0.0,
        high=20.0,
    )
    extinction: float = parameter(
        0.5,
        unit="1",
        label="extinction of light by leaves",
        source="as canopy_cover",
        low=0.2,
        high=1.0,
    )
    fading: float = parameter(
        0.5,
        unit="year-1",
        label="rate at which plants without light die",
        source="order of magnitude",
        low=0.0,
        high=10.0,
    )
    limits: tuple[str, ...] = parameter(
        (),
        unit="",
        label="what of the soil limits growth; then growth_limits says how much",
        source="what the site states",
    )
    least_recruit: float = parameter(
        1e-6,
        unit="year-1",
        label="rate of recruitment below which no plant comes: 1 cm2 in 100 m2 a year",
        source="a seedling's ground, order of magnitude",
        low=0.0,
        high=0.01,
    )

    name: ClassVar[str] = "understory"
    reads: ClassVar[tuple[str, ...]] = (
        "stocking",
        "effective_age",
        "biomass_carbon_above",
        "biomass_carbon_below",
        "soil_carbon_rpm",
        "soil_carbon_hum",
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (
        "stocking",
        "effective_age",
        "biomass_carbon_above",
        "biomass_carbon_below",
        *DEAD,
    )
    instead_of: ClassVar[tuple[str, ...]] = ("seed_dispersal",)
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Monsi & Saeki 1953 (crowns); competition rule unverified"

    def __post_init__(self) -> None:
        """Read what the soil allows where anything of it limits growth."""
        if self.limits:
            # the declaration of one run's process; the class keeps that of the base
            object.__setattr__(self, "reads", (*type(self).reads, GROWTH_LIMIT))

    @cached_property
    def _seeds(self) -> Seeds:
        return seeds_of(self.plant_types)

    @cached_property
    def _heights(self) -> Array:
        """Rank of each type's form, (k,)."""
        return np.array([HEIGHT[plant_type(t).form] for t in self.plant_types])

    @cached_property
    def _leafage(self) -> tuple[Array, Array, Array]:
        """Leaf area, foliage of a full stand and of seedlings, (k,) each."""
        types = self.plant_types
        young = column(types, "foliage_young")
        return column(types, "leaf_area"), full_foliage(types), young

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the year's recruits and what fades."""
        stocking = see["stocking"]
        check_types(self.plant_types, stocking, self.name)
        crowns = self._crowns(stocking, see["biomass_carbon_above"])
        pressure = arrival(see, self._seeds, when.grid, self.half_carbon)
        if self.limits:
            pressure *= see[GROWTH_LIMIT]
        pressure[pressure < self.least_recruit] = 0.0
        light = light_of(stocking, crowns, self._heights)
        more = recruits(light.open, pressure)
        for own in (self._heights == height for height in HEIGHT.values()):
            more[own] *= _within(more[own].sum(axis=0), light.room[own])
        fades = light.shaded * -np.expm1(-self.fading)
        age = younger(see["effective_age"], stocking, more, self._seeds)
        return {
            "stocking": more - fades * stocking,
            "effective_age": age,
            **self._dead(see, fades),
        }

    def _crowns(self, stocking: Array, above: Array) -> Array:
        """Ground under the crowns of each type, (k, n), 1."""
        made = np.empty_like(stocking)
        for k in range(len(stocking)):
            own = slice(k, k + 1)
            leaf, full, young = self._leafage
            made[k] = canopy_cover(
                stocking[own],
                above[own],
                table=(leaf[own], full[own], young[own]),
                extinction=self.extinction,
            )
        return made

    def _dead(self, see: Mapping[str, Any], fades: Array) -> Mapping[str, Array]:
        """Carbon of what fades, off the stands and on to what is dead."""
        above, below = see["biomass_carbon_above"], see["biomass_carbon_below"]
        _, full, young = self._leafage
        quality = column(self.plant_types, "dpm_rpm")
        reach = column(self.plant_types, "root_reach") ** (CENTIMETRES * TOPSOIL_DEPTH)
        made = {name: np.zeros(above.shape[1]) for name in DEAD}
        litter, wood, quick, slow = made.values()
        for k, share in enumerate(fades):
            leafy = leaves(above[k], see["stocking"][k], full[k], young[k])
            deep = reach[k] * below[k] * share
            litter += share * (leafy + below[k]) - deep
            wood += share * (above[k] - leafy)
            ready = deep * quality[k] / (1.0 + quality[k])
            quick += ready
            slow += deep - ready
        return {
            "biomass_carbon_above": -fades * above,
            "biomass_carbon_below": -fades * below,
            **made,
        }


def _within(amount: Array, most: Array) -> Array:
    """Factor up to 1 that brings an amount down to what there is at most, (n,)."""
    made: Array = np.minimum(most / np.maximum(amount, TINY), 1.0)
    return made
