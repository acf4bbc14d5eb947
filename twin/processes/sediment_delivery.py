"""Sheet and rill erosion of the year, its way down, and the carbon it takes along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..numerics.threads import halves, side_by_side
from ..process import Array, Every, Scope, Step, parameter
from ..soil.column import VOLUME, Column, Load
from ..soil.constituents import BASE_NAMES, SOIL_MASS, exported, stocks_of
from ..soil.riding import accounts, ride_along
from ..terrain.catchments import Catchments
from ..terrain.cells import OUTLET, cell_flags
from ..terrain.connectivity import (
    IC_MIDDLE,
    IC_SCALE,
    SDR_MAX,
    connectivity_index,
    sediment_delivery_ratio,
)
from .sediment_paths import deliver, eroded, settle, turned

PER_HECTARE = 0.1  # kg m-2 in 1 t ha-1
LEAST_WEIGHT = 0.001  # of cover in the index of connectivity, InVEST's limit


def soil_loss(exposure: Array, erodibility: Array, ls: Array, practice: Array) -> Array:
    """Long-term sheet and rill erosion, A = (R B) K LS (E T), CSLE and RUSLE alike.

    exposure     R B, erosivity times cover factor, MJ mm ha-1 h-1 a-1
    erodibility  K, t ha h ha-1 MJ-1 mm-1
    ls           LS, 1
    practice     E T of CSLE or P of RUSLE, 1
    →            t ha-1 a-1

    Not for gullies, piping or single storms. Liu et al. 2002; Renard et al. 1997.
    """
    return exposure * erodibility * ls * practice


@dataclass(frozen=True)
class SedimentDelivery:
    """Erosion of the year, delivered along the flow paths with deposition.

    Gross erosion is limited by the soil that is there. Connectivity decides which share
    of it reaches a channel, a pit or the rim; the rest is laid down on the way, thin
    enough for a year. What runs into a pit settles there from the bottom up; what runs
    to the rim leaves the site and is booked on the rim cell. All that the topsoil
    carries goes with it, in its concentration; what is laid down lies on top, and the
    slots of the column stay where they are (``twin.soil.slots``).

    The cover weight of connectivity is a cell's exposure over the greatest of the site,
    which so stands for bare ground.

    Equation: A = E K LS P; SDR = 0.8 / (1 + exp((IC0 - IC) / k)), IC = log10(D_up /
    D_down).

    Validity: long-term means of sheet and rill erosion on slopes to about 55 %; no
    gullies, no single storms. Not beside ``stream_power``: both wash the same slopes.
    """

    channel_area: float = parameter(
        10_000.0,
        unit="m2",
        label="Catchment from which water runs in a channel",
        source="order of magnitude",
        low=100.0,
        high=1e8,
    )
    sdr_max: float = parameter(
        SDR_MAX,
        unit="1",
        label="Greatest delivery ratio",
        source="Vigiak et al. 2012",
        low=0.0,
        high=1.0,
        verified=True,
    )
    ic_middle: float = parameter(
        IC_MIDDLE,
        unit="1",
        label="Connectivity of half the greatest ratio",
        source="Vigiak et al. 2012",
        low=-20.0,
        high=20.0,
        verified=True,
    )
    ic_scale: float = parameter(
        IC_SCALE,
        unit="1",
        label="Spread of connectivity",
        source="Vigiak et al. 2012",
        low=0.1,
        high=20.0,
        verified=True,
    )
    thickest_deposit: float = parameter(
        0.02,
        unit="m year-1",
        label="Thickest deposit of a year outside pits",
        source="numerical guard against heaps of one cell",
        low=0.0,
        high=10.0,
    )
    carried: tuple[str, ...] = parameter(
        (),
        unit="",
        label="constituents of the soil beside carbon and texture",
        source="twin/soil/constituents.py",
    )

    name: ClassVar[str] = "sediment_delivery"
    reads: ClassVar[tuple[str, ...]] = (
        "elevation",
        "practice_factor",
        "erosive_exposure",
        "slope",
        "ls_factor",
        "flow_receiver",
        "flow_order",
        *stocks_of(BASE_NAMES),
    )
    writes: ClassVar[tuple[str, ...]] = ("soil_loss",)
    adds: ClassVar[tuple[str, ...]] = (
        "elevation",
        "erosive_exposure",
        *exported(BASE_NAMES),
        *stocks_of(BASE_NAMES),
    )
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = (
        "Liu et al. 2002 (CSLE); Borselli et al. 2008; InVEST sediment delivery"
    )

    def __post_init__(self) -> None:
        """Declare what the run's soil carries beside the base."""
        ride_along(self, self.carried)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Erode, deliver and lay down (n,) cells."""
        receivers = np.ascontiguousarray(see["flow_receiver"], dtype=np.int64)
        order = np.ascontiguousarray(see["flow_order"], dtype=np.int64)
        exposure = see["erosive_exposure"]
        potential = PER_HECTARE * soil_loss(
            exposure, see["soil_erodibility"], see["ls_factor"], see["practice_factor"]
        )
        loss = np.minimum(np.maximum(potential, 0.0), see["soil_mass"])
        column = Column(see)
        load = _load(column, loss)
        paths = Catchments.of(receivers, order)
        ratio = self._ratio(see, paths, when.grid.cell)
        density = see["bulk_density"]
        laid, arrived = deliver(paths, load, ratio, self.thickest_deposit * density)
        leaves = _rim(when)[paths.last]
        settle(paths.end, ~leaves, see["elevation"], density, arrived, laid)
        fill = _as_load(column, laid)
        fill[VOLUME] = fill[SOIL_MASS] / density
        cut = loss / density
        lost = accounts(_as_load(column, arrived[leaves]), "exported")
        return {
            **column.moved(cut, fill),
            **{name: _at(paths.last[leaves], v, loss.size) for name, v in lost.items()},
            "elevation": fill[VOLUME] - cut,
            "erosive_exposure": -exposure,
            "soil_loss": loss / PER_HECTARE,
        }

    def _ratio(self, see: Mapping[str, Any], paths: Catchments, cell: float) -> Array:
        """Delivery ratio (n,), 1 in channels."""
        exposure = see["erosive_exposure"]
        bare = float(exposure.max(initial=0.0))
        weight = np.ones_like(exposure)
        if bare > 0.0:
            weight = np.clip(exposure / bare, LEAST_WEIGHT, 1.0)
        gradient = np.tan(np.radians(see["slope"]))
        index, channel = connectivity_index(
            paths, gradient, weight, cell, self.channel_area
        )
        ratio = sediment_delivery_ratio(
            index, greatest=self.sdr_max, middle=self.ic_middle, scale=self.ic_scale
        )
        return np.where(channel, 1.0, ratio)


def _load(column: Column, loss: Array) -> Array:
    """Eroded soil and what is in it (n, 1 + k)."""
    rows = tuple(row for c in column.constituents for row in column.top_rows(c))
    load = np.empty((loss.size, 1 + len(rows)))
    jobs = [
        (loss[p], column.mass[0][p], tuple(row[p] for row in rows), load[p])
        for p in halves(loss.size)
    ]
    side_by_side(eroded, jobs)
    return load


def _as_load(column: Column, laid: Array) -> Load:
    """Columns (m, 1 + k) as a load of m cells; its volume is left to the caller."""
    rows = np.empty(laid.shape[::-1])
    side_by_side(turned, [(laid[p], rows[:, p]) for p in halves(len(laid))])
    made: Load = {SOIL_MASS: rows[0]}
    at = 1
    for c in column.constituents:
        lead = column.see[c.name].shape[:-1]
        count = lead[0] if lead else 1
        made[c.name] = rows[at : at + count].reshape(*lead, len(laid))
        at += count
    return made


def _at(cells: Any, values: Array, n: int) -> Array:
    """Values of some cells, 0 elsewhere, (n,)."""
    made = np.zeros(n)
    made[cells] = values
    return made


def _rim(when: Step) -> NDArray[np.bool_]:
    """Active cells (n,) at which flow leaves the site."""
    grid = when.grid
    flags = cell_flags(np.zeros(grid.shape), grid.mask)
    rim: NDArray[np.bool_] = grid.compress(flags.reshape(grid.shape)) == OUTLET
    return rim
