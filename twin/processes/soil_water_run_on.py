"""Monthly water with run-on: what one cell sheds may soak into the cells below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..process import Array, Scope, Step, parameter
from ..water.curve_number import slope_number
from .soil_water import SoilWater

Cells = NDArray[np.int64]


@compiled
def run_on(
    shed: Array, room: Array, receiver: Cells, order: Cells, share: float
) -> tuple[Array, Array]:
    """Pass runoff down the flow paths; each cell takes part of what comes to it.

    From the springs down: taken = min(share x inflow, room), outflow = shed + inflow -
    taken. Cells are of one size, so depths add up.

    shed      runoff of a cell's own rain, mm, (n,)
    room      that its soil has left, mm, (n,)
    receiver  cell that gets a cell's water; itself where flow ends, (n,)
    order     cells, each after its receiver, (n,)
    share     of the inflow that soaks in where there is room, 1
    →         taken by each cell, mm; runoff that leaves the paths in it, mm; (n,) each
    """
    taken = np.zeros(shed.size)
    ends = np.zeros(shed.size)
    inflow = np.zeros(shed.size)
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        taken[i] = min(share * inflow[i], max(room[i], 0.0))
        out = shed[i] + (inflow[i] - taken[i])
        if receiver[i] == i:
            ends[i] = out
        else:
            inflow[receiver[i]] += out
    return taken, ends


@dataclass(frozen=True)
class SoilWaterRunOn(SoilWater):
    """Snow, runoff and bucket as soil_water; runoff enters the soil of cells below.

    Runoff of a month goes down the steepest path; a cell takes a share of what comes to
    it as far as its store has room after the month. What ends at the rim or in a pit is
    booked as runoff of that cell, above its own rain. Slopes shed more than the
    handbook's gentle ones: their curve number is that of Huang et al. 2006 where it is
    the higher.

    Equation: CN of the slope = CN (322.79 + 15.63 a) / (a + 323.52); taken = min(share
    x inflow, AWC - S); outflow = runoff + inflow - taken.

    Validity: sheet flow on slopes; no channels, no bed loss by texture, no ponds. Water
    taken evaporates from the next month on. Cells of one size.
    """

    soaking_share: float = parameter(
        0.3,
        unit="1",
        label="share of run-on that soaks in where the soil has room",
        source="order of magnitude, unverified; a site calibrates it",
        low=0.0,
        high=1.0,
    )

    name: ClassVar[str] = "soil_water_run_on"
    reads: ClassVar[tuple[str, ...]] = (
        *SoilWater.reads,
        "slope",
        "flow_receiver",
        "flow_order",
    )
    scope: ClassVar[Scope] = "grid"
    instead_of: ClassVar[tuple[str, ...]] = ("soil_water", "soil_water_storms")
    source: ClassVar[str] = (
        "Thornthwaite & Mather 1955; USDA NEH-4; Huang et al. 2006; D8 routing "
        "O'Callaghan & Mark 1984"
    )

    def number(self, see: Mapping[str, Any]) -> Array:
        """Return the curve number of bare ground on its slope."""
        flat = super().number(see)
        return np.maximum(slope_number(flat, np.tan(np.radians(see["slope"]))), flat)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the month's water, which closes over the grid."""
        made = dict(super().step(see, when))
        after = see["soil_water"] + made["soil_water"]
        taken, ends = run_on(
            made["runoff_total"],
            see["available_water_capacity"] - after,
            np.ascontiguousarray(see["flow_receiver"], dtype=np.int64),
            np.ascontiguousarray(see["flow_order"], dtype=np.int64),
            self.soaking_share,
        )
        return made | {"soil_water": made["soil_water"] + taken, "runoff_total": ends}
