"""Sums of carbon that people ask for: soil organic, living, whole ecosystem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..process import Array, Every, Scope, Step, parameter
from ..soil.constituents import below

SOIL_POOLS = (
    "soil_carbon_dpm",
    "soil_carbon_rpm",
    "soil_carbon_bio",
    "soil_carbon_hum",
    "soil_carbon_iom",
)
LIVING_POOLS = ("biomass_carbon_above", "biomass_carbon_below")
DEAD_POOLS = ("litter_carbon", "dead_wood_carbon")


def sum_in_order(*arrays: Array) -> Array:
    """Sum arrays (n,) in turn, so that blocks of any size give equal bits."""
    total: Array = arrays[0].copy()
    for array in arrays[1:]:
        total += array
    return total


@dataclass(frozen=True)
class CarbonPools:
    """Soil organic, living and ecosystem carbon as sums of the pools.

    Ecosystem carbon counts the topsoil's organic carbon only, as inventories do.

    Geogenic (coal) carbon is in none of them. Diagnostic: changes nothing.

    Equation: sums.

    Validity: topsoil to 0.3 m.
    """

    dead_pools: tuple[str, ...] = parameter(
        (),
        unit="",
        label="pools of dead matter that an alternative process keeps",
        source="the processes of the run",
    )

    name: ClassVar[str] = "carbon_pools"
    reads: ClassVar[tuple[str, ...]] = (
        *SOIL_POOLS,
        *map(below, SOIL_POOLS),
        *LIVING_POOLS,
        *DEAD_POOLS,
    )
    writes: ClassVar[tuple[str, ...]] = (
        "soil_organic_carbon",
        "soil_organic_carbon_1m",
        "biomass_carbon",
        "ecosystem_carbon",
    )
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "IPCC 2006 vol. 4 ch. 1 (pools)"

    def __post_init__(self) -> None:
        """Read the pools of the run's processes; the class keeps the usual ones."""
        object.__setattr__(self, "reads", (*type(self).reads, *self.dead_pools))

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the sums."""
        soil = sum_in_order(*(see[name] for name in SOIL_POOLS))
        living = sum_in_order(*(row for name in LIVING_POOLS for row in see[name]))
        dead = (see[name] for name in (*DEAD_POOLS, *self.dead_pools))
        return {
            "soil_organic_carbon": soil,
            "soil_organic_carbon_1m": sum_in_order(
                soil, *(see[below(name)][0] for name in SOIL_POOLS)
            ),
            "biomass_carbon": living,
            "ecosystem_carbon": sum_in_order(soil, living, *dead),
        }
