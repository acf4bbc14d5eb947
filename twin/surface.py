"""A ground at one date: surveyed, designed, as built or simulated, with its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .grid import Grid
from .tin import Tin

SurfaceKind = Literal["surveyed", "designed", "as-built", "simulated"]
Raster = NDArray[np.float32]


HEIGHTS = ("surface_elevation",)  # layers that are heights, not above ground


@dataclass(frozen=True)
class Surface:
    """One ground on the timeline; every kind is the same thing.

    id         unique in the site, e.g. "2023-04-10-surveyed"
    date       of the survey, the design or the simulated instant
    kind       surveyed, designed, as-built or simulated
    source     what it was made from (file names), sha256 of each beside it
    elevation  (rows, columns) float32, m in the grid's vertical datum; NaN = hole
    error      standard error of elevation per cell, m, or None when unknown
    layers     further rasters on the same grid: "surface_elevation" (DSM),
               "canopy_height", "point_density" (points m-2)
    tin        the triangles it was given as, where it came as a mesh; the raster is
               then sampled from them
    """

    id: str
    date: date
    kind: SurfaceKind
    source: Mapping[str, str]
    grid: Grid
    elevation: Raster = field(repr=False)
    error: Raster | None = field(default=None, repr=False)
    layers: Mapping[str, Raster] = field(default_factory=dict, repr=False)
    tin: Tin | None = None

    def __post_init__(self) -> None:
        """Refuse a raster that does not lie on the grid."""
        if self.kind not in get_args(SurfaceKind):
            raise InputError(
                f"surface {self.id}: kind '{self.kind}' is none of "
                f"{', '.join(get_args(SurfaceKind))}"
            )
        for name, raster in {"elevation": self.elevation, **self.layers}.items():
            if raster.shape != self.grid.shape:
                raise InputError(
                    f"surface {self.id}: raster '{name}' is {raster.shape}, "
                    f"the grid is {self.grid.shape}; "
                    "resample it to the grid first"
                )


def lifted(surface: Surface, by: float) -> Surface:
    """Return the surface with all its heights raised by an amount, m."""
    if by == 0.0:
        return surface
    up = np.float32(by)
    layers = {
        name: raster + up if name in HEIGHTS else raster
        for name, raster in surface.layers.items()
    }
    tin = surface.tin
    if tin is not None:
        tin = Tin.of(tin.vertices + np.array([0.0, 0.0, by]), tin.triangles)
    return replace(surface, elevation=surface.elevation + up, layers=layers, tin=tin)
