"""The form of the ground once a year: slope, paths of water, slope length, sun."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..grid import Grid
from ..process import Array, Every, Scope, Step, parameter
from ..terrain.derivatives import aspect_of, horn_gradient, slope_of
from ..terrain.length_slope import (
    LONGEST_SLOPE,
    csle_exponent,
    csle_steepness,
    length_factor_2d,
)
from ..terrain.pits import fill_shallow
from ..terrain.radiation import DIFFUSE_FRACTION, radiation_factor
from ..terrain.routing import d8_receivers, flow_order, mfd_accumulate


@dataclass(frozen=True)
class TerrainForm:
    """Slope, aspect, flow paths, LS of CSLE and sun on slopes, from the elevation.

    Hollows that are shallow or small are dips of the survey and are filled for the
    paths of water; deep and wide ones are real (an open pit, a pond): their bottom
    keeps what runs in. Slope and aspect are those of the ground itself. Flow leaves at
    the rim of the site and beside holes of the survey.

    flow_receiver  index (n,) of the active cell that receives; itself where flow ends
    flow_order     active cells (n,), each after its receiver

    Equation: slope by Horn's 3 x 3 differences; LS = L S of CSLE with L from the area
    that drains in, L = ((A + D^2)^(m+1) - A^(m+1)) / (D^(m+2) x^m 22.13^m).

    Validity: cells of 1 to 30 m; LS to 55 % of slope. Flow is single (D8) along paths
    and multiple (MFD) for areas.
    """

    latitude: float = parameter(
        37.0,
        unit="degree",
        label="Latitude of the site",
        source="site",
        low=-66,
        high=66,
    )
    pit_depth: float = parameter(
        0.5,
        unit="m",
        label="Hollows at least so deep are real",
        source="science.md section 5",
        low=0.0,
        high=100.0,
    )
    pit_area: float = parameter(
        1000.0,
        unit="m2",
        label="and at least so large",
        source="order of magnitude",
        low=0.0,
        high=1e8,
    )
    flow_exponent: float = parameter(
        1.1,
        unit="1",
        label="Exponent of slope in multiple flow directions",
        source="Freeman 1991",
        low=0.5,
        high=10.0,
        verified=True,
    )
    longest_slope: float = parameter(
        LONGEST_SLOPE,
        unit="m",
        label="Greatest slope length",
        source="science.md section 4: 122 to 333 m",
        low=22.13,
        high=1000.0,
    )
    diffuse_fraction: float = parameter(
        DIFFUSE_FRACTION,
        unit="1",
        label="Diffuse share of global radiation",
        source="order of magnitude",
        low=0.0,
        high=1.0,
    )

    name: ClassVar[str] = "terrain_form"
    reads: ClassVar[tuple[str, ...]] = ("elevation",)
    writes: ClassVar[tuple[str, ...]] = (
        "slope",
        "aspect",
        "specific_catchment_area",
        "flow_receiver",
        "flow_order",
        "ls_factor",
        "radiation_factor",
    )
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = (
        "Horn 1981; Barnes et al. 2014; Freeman 1991; Desmet & Govers 1996; "
        "Liu et al. 2002; Allen et al. 2006"
    )

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Derive everything from the elevation (n,)."""
        grid = when.grid
        z = grid.expand(see["elevation"])
        with ThreadPoolExecutor(1) as beside:
            lie = beside.submit(self._lie, z, grid)
            filled, receivers = self._flow(z, grid)
            paths = beside.submit(active_paths, receivers, grid)
            passed = mfd_accumulate(
                filled, receivers, grid.cell, exponent=self.flow_exponent
            )
            cells = grid.compress(passed)
            slope, aspect, radiation = lie.result()
            half = cells.size // 2
            parts = [
                (slope[part], aspect[part], cells[part], grid.cell)
                for part in (slice(half), slice(half, None))
            ]
            first = beside.submit(self.length_slope, *parts[0])
            second = self.length_slope(*parts[1])
            receiver, order = paths.result()
            ls = np.concatenate([first.result(), second])
        return {
            "slope": slope,
            "aspect": aspect,
            "specific_catchment_area": cells * grid.cell,
            "flow_receiver": receiver,
            "flow_order": order,
            "ls_factor": ls,
            "radiation_factor": radiation,
        }

    def _flow(self, z: Array, grid: Grid) -> tuple[Array, NDArray[np.int64]]:
        """Heights filled for the paths of water, and receivers, as rasters."""
        filled, pits = fill_shallow(
            z,
            grid.mask,
            least_depth=self.pit_depth,
            least_cells=self.pit_area / grid.cell_area,
        )
        return filled, d8_receivers(filled, grid.cell, grid.mask, outlets=pits)

    def _lie(self, z: Array, grid: Grid) -> tuple[Array, Array, Array]:
        """Slope, aspect and radiation factor of each active cell."""
        east, north = horn_gradient(z, grid.cell, grid.mask)
        slope = grid.compress(slope_of(east, north))
        aspect = grid.compress(aspect_of(east, north))
        radiation = radiation_factor(
            slope, aspect, self.latitude, diffuse_fraction=self.diffuse_fraction
        )
        return slope, aspect, radiation

    def length_slope(
        self, slope: Array, aspect: Array, cells: Array, cell: float
    ) -> Array:
        """LS of CSLE (n,) from slope and aspect in degrees and cells passed."""
        inflow = (cells - 1.0) * cell * cell
        length = length_factor_2d(
            inflow, cell, csle_exponent(slope), aspect, longest=self.longest_slope
        )
        return length * csle_steepness(slope)


def active_paths(
    receivers: NDArray[np.int64], grid: Grid
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Receivers and order in terms of active cells, from those of the raster."""
    order = flow_order(receivers)
    if grid.mask is None:
        return receivers.ravel(), order
    place = np.full(receivers.size, -1, dtype=np.int64)
    place[grid.active] = np.arange(grid.n)
    return place[receivers.ravel()[grid.active]], place[order]
