"""A year of nitrogen: deposited, fixed, taken up, given back, leached, lost as gas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from ..soil.nitrogen import CARBON_BY_NITROGEN, organic_nitrogen
from .carbon_pools import sum_in_order
from .nitrogen_demand import DEAD, STANDS, Demand, demand
from .plant_types import DEFAULT_TYPES, check_types, column

COUNTERS = {  # what the year brought -> where what was counted stands
    "net_primary_production_total": "production_counted",
    "recharge_total": "drainage_counted",
}
MOST_LEACHED = 0.99  # of what is free, whatever drains
TINY = 1e-300


def given_back(before: Array, uptake: Array, wanted: Array, held: Array) -> Array:
    """Nitrogen that goes from plants and litter into the soil in a year, g m-2, (n,).

    before   that plants, litter and dead wood held
    uptake   that they took up, of ``wanted``
    held     that they hold now when well fed

    Well fed, all beyond ``held`` goes. Where uptake fell short, what stays and what
    goes are diluted alike.
    """
    now = before + uptake
    passed = np.maximum(wanted - np.maximum(held - before, 0.0), 0.0)
    short = now < held + passed
    diluted = now * passed / np.maximum(held + passed, TINY)
    made: Array = np.where(short, diluted, now - held)
    return made


@dataclass(frozen=True)
class NitrogenCycle:
    """Total nitrogen of the topsoil; what organic matter does not bind is free.

    Organic matter binds by the C:N of RothC's pools, so decay frees nitrogen and poor
    remains bind it. Plants take up with the year's NPP, legumes fix a share of theirs.
    Water leaches what is free: d / (d + V) of it when d mm drain through a soil that
    holds V mm. Topsoil only: deeper roots and their remains neither take nor give.

    Equation: free = total - sum(C_pool / (C:N)_pool); leached = free d / (d + V).

    Validity: years of the topsoil; ammonium and nitrate are one, C:N are fixed.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant-table/types.csv",
    )
    deposition: float = parameter(
        2.1,
        unit="g m-2 year-1",
        label="nitrogen from the air, bulk",
        source="mean of China in the 2000s: 21.1 kg/ha, Liu et al. 2013 (abstract)",
        low=0.0,
        high=20.0,
        verified=True,
    )
    taken: float = parameter(
        0.9,
        unit="1",
        label="most of the free nitrogen that plants take in a year",
        source="order of magnitude",
        low=0.0,
        high=0.99,
    )
    gas: float = parameter(
        0.05,
        unit="year-1",
        label="share of the free nitrogen lost as gas",
        source="order of magnitude",
        low=0.0,
        high=0.9,
    )
    dead_pools: tuple[str, ...] = parameter(
        (),
        unit="",
        label="pools of dead matter that an alternative process keeps",
        source="the processes of the run",
    )

    name: ClassVar[str] = "nitrogen_cycle"
    reads: ClassVar[tuple[str, ...]] = (
        *STANDS,
        *DEAD,
        *CARBON_BY_NITROGEN,
        *COUNTERS,
        *COUNTERS.values(),
        "available_water_capacity",
        "soil_nitrogen",
        "plant_nitrogen",
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (
        "soil_nitrogen",
        "plant_nitrogen",
        "nitrogen_fixed_total",
        "nitrogen_deposited_total",
        "nitrogen_leached_total",
        "nitrogen_gas_total",
        *COUNTERS.values(),
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = (
        "mass balance with fixed C:N; Burns 1974 (leaching); Liu et al. 2013 (deposits)"
    )

    def __post_init__(self) -> None:
        """Read the pools of the run's processes; the class keeps the usual ones."""
        object.__setattr__(self, "reads", (*type(self).reads, *self.dead_pools))

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the year's uptake, return, fixation, deposition and losses."""
        check_types(self.plant_types, see["stocking"], self.name)
        made, drained = (see[name] - see[seen] for name, seen in COUNTERS.items())
        stands = demand(self.plant_types, see)
        wanted, fixed = self._uptake(stands, np.maximum(made, 0.0))
        bound, soil = organic_nitrogen(see), see["soil_nitrogen"] + self.deposition
        drawn = np.minimum(wanted - fixed, self.taken * np.maximum(soil - bound, 0.0))
        before = see["plant_nitrogen"]
        back = given_back(before, fixed + drawn, wanted, stands.held)
        # no more goes than there is, not even by rounding
        plants = np.maximum(fixed + drawn - back, -before)
        back = fixed + drawn - plants
        free = np.maximum(soil - drawn + back - bound, 0.0)
        water = np.maximum(drained, 0.0)
        room = np.maximum(water + see["available_water_capacity"], TINY)
        leached = np.minimum(water / room, MOST_LEACHED) * free
        gone = self.gas * (free - leached)
        deposited = np.full_like(soil, self.deposition)
        return {
            "soil_nitrogen": deposited - drawn + back - leached - gone,
            "plant_nitrogen": plants,
            "nitrogen_fixed_total": fixed,
            "nitrogen_deposited_total": deposited,
            "nitrogen_leached_total": leached,
            "nitrogen_gas_total": gone,
            "production_counted": made,
            "drainage_counted": drained,
        }

    def _uptake(self, stands: Demand, made: Array) -> tuple[Array, Array]:
        """Nitrogen that NPP (n,) wanted, and what of it symbionts fix, g m-2, (n,)."""
        carbon = sum_in_order(*stands.carbon)
        nitrogen = sum_in_order(*stands.nitrogen)
        share = column(self.plant_types, "nitrogen_fixed")
        fixed = sum_in_order(*(share[:, None] * stands.nitrogen))
        per = np.divide(made, carbon, out=np.zeros_like(made), where=carbon > 0.0)
        return per * nitrogen, per * fixed
