"""Channels of the year: what running water cuts, carries and lays down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..landform.riding import most_washed, moved_soil
from ..landform.stream_power import (
    Cut,
    Network,
    Spacing,
    StreamLaw,
    pass_down,
    stream_step,
)
from ..process import Array, Every, Scope, Step, parameter
from ..soil.column import Column
from ..soil.constituents import BASE_NAMES, SOIL_MASS, exported, stocks_of
from ..soil.riding import ride_along
from ..terrain.cells import OUTLET, cell_flags
from .sediment_paths import settle


@dataclass(frozen=True)
class StreamPower:
    """Stream power with deposition over the year, with all that the soil carries.

    Water cuts the loose mantle by K A^m S^n, less where little of it is left, and lays
    down a part of what it carries on every cell it passes. Rock below the column is not
    cut. Sediment that runs into a pit fills it from the bottom; what reaches the rim
    leaves the site. Instead of ``sediment_delivery`` for landforms over decades to
    centuries, not beside it: both wash the same slopes.

    Validity: long-term means of channels wider than they are deep to their cell; not
    gullies with vertical heads, piping or single storms.

    Equation: E = K A^m S^n (1 - exp(-H / H*)); deposition G Qs / A.
    """

    erodibility: float = parameter(
        1e-5,
        unit="m^(1-2m) year-1",
        label="erodibility of loose material K",
        source="1e-6 to 1e-4 for spoil: science.md section 4",
        low=0.0,
        high=1.0,
    )
    area_exponent: float = parameter(
        0.5,
        unit="1",
        label="m of A^m",
        source="usual ratio m/n 0.5: Braun & Willett 2013",
        low=0.0,
        high=2.0,
    )
    slope_exponent: float = parameter(
        1.0,
        unit="1",
        label="n of S^n",
        source="usual ratio m/n 0.5: Braun & Willett 2013",
        low=0.3,
        high=4.0,
    )
    deposition: float = parameter(
        1.0,
        unit="1",
        label="deposition G, settling velocity over runoff",
        source="order of magnitude; Davy & Lague 2009, Yuan et al. 2019",
        low=0.0,
        high=10.0,
    )
    cover: float = parameter(
        0.1,
        unit="m",
        label="soil H* that shields what lies below",
        source="order of magnitude; Shobe et al. 2017",
        low=1e-3,
        high=10.0,
    )
    carried: tuple[str, ...] = parameter(
        (),
        unit="",
        label="constituents of the soil beside carbon and texture",
        source="twin/soil/constituents.py",
    )

    name: ClassVar[str] = "stream_power"
    instead_of: ClassVar[tuple[str, ...]] = ("sediment_delivery",)
    reads: ClassVar[tuple[str, ...]] = (
        "elevation",
        "flow_receiver",
        "flow_order",
        *stocks_of(BASE_NAMES),
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (
        "elevation",
        *exported(BASE_NAMES),
        *stocks_of(BASE_NAMES),
    )
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = (
        "Braun & Willett 2013; Shobe et al. 2017; Davy & Lague 2009; Yuan et al. 2019"
    )

    def __post_init__(self) -> None:
        """Declare what the run's soil carries beside the base."""
        ride_along(self, self.carried)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Cut, carry and lay down for a year (n,)."""
        grid = when.grid
        network = Network.of(
            np.ascontiguousarray(see["flow_receiver"], dtype=np.int64),
            np.ascontiguousarray(see["flow_order"], dtype=np.int64),
            grid.active,
            Spacing(grid.shape[1], grid.cell),
        )
        column = Column(see)
        made = self._streams(see, column, network)
        leaves = _rim(when)[network.paths.last]
        load = column.cut(made.soil)
        _, mass = pass_down(network, made.share, load[SOIL_MASS])
        floor = _floor(see["elevation"], column.density[0], network, (mass, leaves))

        def pass_on(amount: Array) -> tuple[Array, Array]:
            laid, arrived = pass_down(network, made.share, amount)
            laid += floor * arrived[..., network.paths.end]
            gone = np.zeros(amount.shape)
            gone[..., network.paths.last[leaves]] = arrived[..., leaves]
            return laid, gone

        return moved_soil(column, made.soil, load, pass_on)

    def _streams(self, see: Mapping[str, Any], column: Column, network: Network) -> Cut:
        n = column.depth.size
        same, nothing = np.full(n, self.erodibility), np.zeros(n)
        ground = {
            "z": see["elevation"],
            "soil": most_washed(column),
            "density": column.density[0],
            "rock_density": column.density[0],
            "k_soil": same,
            "k_rock": nothing,
            "uplift": nothing,
        }
        law = StreamLaw(
            self.area_exponent, self.slope_exponent, self.deposition, self.cover
        )
        return stream_step(ground, network, law, 1.0)


def _floor(
    z: Array, density: Array, network: Network, end: tuple[Array, NDArray[np.bool_]]
) -> Array:
    """Share (n,) of what arrives in its pit that comes to lie on each cell.

    end  mass that arrives at each end, and whether it leaves the site there, (t,)
    """
    arrived, leaves = end
    laid = np.zeros((z.size, 1))
    place = network.paths.end
    settle(place, ~leaves, z, np.ascontiguousarray(density), arrived[:, None], laid)
    mass, into = arrived[place], laid[:, 0]
    share: Array = np.divide(into, mass, out=np.zeros(z.size), where=into > 0.0)
    return share


def _rim(when: Step) -> NDArray[np.bool_]:
    """Active cells (n,) at which flow leaves the site."""
    grid = when.grid
    flags = cell_flags(np.zeros(grid.shape), grid.mask)
    rim: NDArray[np.bool_] = grid.compress(flags.reshape(grid.shape)) == OUTLET
    return rim
