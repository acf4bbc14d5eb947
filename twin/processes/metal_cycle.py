"""Metals of the soil: freed by acid, drained by water, taken by plants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..contaminants.metal_chemistry import available_after, chemistry, distribution
from ..process import Array, Every, Scope, Step, parameter
from ..soil.column import Column
from ..soil.constituents import (
    DENSITY,
    METALS,
    SOIL_MASS,
    available,
    below,
    metal,
    stocks_of,
)
from .plant_types import CARBON_FRACTION
from .soil_acidity import CARBONATE, CHANGE, SULFIDE

PH, DRAINED, SEEN = "soil_ph", "recharge_total", "drainage_seen_by_metals"
STANDS = ("biomass_carbon_above", "biomass_carbon_below")
BASE = (*stocks_of((PH,)), *STANDS, DRAINED, SEEN)
MILLIMETRES = 1000.0  # in a metre; also L m-2 of a metre of water
MILLI = 1000.0  # mg in a gram
MOST = 0.5  # of a metal in a slot that may leave it in a year
TINY = 1e-300


def of_metal(name: str) -> tuple[str, ...]:
    """Stocks of one metal that the cycle changes."""
    slots = (metal(name), available(name))
    riding = tuple(n for one in slots for n in (one, below(one)))
    return (*riding, f"plant_{name}", f"{name}_leached_total")


@dataclass(frozen=True)
class MetalCycle:
    """A year of each metal that the site states: availability, leaching, uptake.

    Where sulfide is followed too, the year's change of pH changes the available share.
    Water that drained takes a part of what is available from slot to slot and out of
    the column. Plants hold a content in proportion to that of the topsoil; what they
    gain comes from there, what they lose returns there.

    Equation: f' = f 10^(s d pH); out of a slot q / (q + theta h + m Kd) of what is
    available, Kd = 10^(a + b pH); plants hold u x available content x dry matter.

    Validity: years; sorption in balance and linear. One content for all plants and
    all their parts; no colloids, no fast paths, no redox.
    """

    carried: tuple[str, ...] = parameter(
        ("soil_cadmium", "cadmium_available_share"),
        unit="",
        label="constituents of the soil beside carbon and texture",
        source="twin/soil/constituents.py",
    )
    water_content: float = parameter(
        0.25,
        unit="1",
        label="volume of water in the soil",
        source="order of magnitude",
        low=0.02,
        high=0.6,
    )

    name: ClassVar[str] = "metal_cycle"
    reads: ClassVar[tuple[str, ...]] = (*BASE, *of_metal("cadmium"))
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (*of_metal("cadmium"), SEEN)
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "mass balance, linear sorption; metal-table.csv"

    def __post_init__(self) -> None:
        """Declare the metals of the run, and the change of pH where it is followed."""
        own = tuple(n for name in self.metals for n in of_metal(name))
        sour = (CHANGE, below(CHANGE)) if self._sour else ()
        # the declaration of one run's process; the class keeps that of the base
        object.__setattr__(self, "reads", (*BASE, *own, *sour))
        object.__setattr__(self, "adds", (*own, SEEN))

    @property
    def metals(self) -> tuple[str, ...]:
        """Metals that the soil carries."""
        return tuple(name for name in METALS if metal(name) in self.carried)

    @property
    def _sour(self) -> bool:
        return {SULFIDE, CARBONATE} <= {*self.carried}

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the year's moves of every metal."""
        slots = (SOIL_MASS, below(SOIL_MASS), DENSITY, below(DENSITY))
        soil = Column({n: see[n] for n in slots})
        drained = see[DRAINED] - see[SEEN]
        water = np.maximum(drained, 0.0), self.water_content * MILLIMETRES
        living = sum(see[name].sum(axis=0) for name in STANDS) / CARBON_FRACTION
        made: dict[str, Array] = {SEEN: drained}
        for name in self.metals:
            made |= self._metal(name, see, soil, (*water, living))
        return made

    def leaving(self, drained: Array, water: Array, mass: Array, kd: Array) -> Array:
        """Share of what is available that drains out of a slot, 1.

        drained, water  mm that drain in the year, that the slot holds
        mass, kd        of the slot, kg m-2; L kg-1
        """
        held = water + mass * kd
        part = np.minimum(drained / np.maximum(drained + held, TINY), MOST)
        return np.where(mass > 0.0, part, 1.0)  # where nothing holds it, it passes

    def _metal(
        self, name: str, see: Mapping[str, Any], soil: Column,
        around: tuple[Array, float, Array],
    ) -> dict[str, Array]:  # fmt: skip
        """One metal; around: mm drained, mm of water in a metre, dry matter, kg m-2."""
        drained, per_metre, living = around
        total, share, ph = (_slots(see, n) for n in (metal(name), available(name), PH))
        if self._sour:
            share = available_after(name, share, _slots(see, CHANGE))
        free = share * total
        held = per_metre * soil.thickness
        leaving = self.leaving(drained, held, soil.mass, distribution(name, ph))
        there, gained, out = free.copy(), np.zeros_like(total), np.zeros_like(drained)
        for slot in range(3):
            there[slot] += out
            gained[slot] += out
            out = leaving[slot] * there[slot]
            there[slot] -= out
            gained[slot] -= out
        before = see[f"plant_{name}"]
        content = np.where(soil.mass[0] > 0.0, there[0], 0.0)
        content = content / np.maximum(soil.mass[0], TINY)  # g kg-1
        taken = chemistry()[name].uptake * content * living - before
        taken = np.minimum(np.maximum(taken, -before), MOST * there[0])
        there[0] -= taken
        gained[0] -= taken
        after = total + gained
        fresh = np.where(after > 0.0, there / np.maximum(after, TINY), share)
        change = np.clip(fresh, 0.0, 1.0) - _slots(see, available(name))
        return {
            **_named(metal(name), gained),
            **_named(available(name), change),
            f"plant_{name}": taken,
            f"{name}_leached_total": out,
        }


def _slots(see: Mapping[str, Any], name: str) -> Array:
    made: Array = np.concatenate([see[name][None], see[below(name)]])
    return made


def _named(name: str, slots: Array) -> dict[str, Array]:
    return {name: slots[0].copy(), below(name): slots[1:].copy()}
