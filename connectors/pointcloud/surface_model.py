"""Surface and canopy without pits (Khosravipour et al. 2014, PE&RS 80, 863-872).

A pulse that slips through a crown leaves a pit in the surface of first returns. So
surfaces are made of the first returns above 0, 2, 5, 10 and 15 m each; the higher ones,
of short triangles only, lie over the pits of the lower ones, and the highest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from twin.errors import InputError
from twin.grid import Grid

from .tin_terrain import tin_terrain

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PitFree:
    """Settings.

    levels   m above ground, of the surfaces; the first one covers all
    longest  m, of an edge of the triangles of the higher levels; about three spacings
             of the first returns (the paper: 1.5 m at 7 pulses m-2)
    gap      m, of an edge of the first level; wider holes stay holes
    """

    levels: tuple[float, ...] = (0.0, 2.0, 5.0, 10.0, 15.0)
    longest: float = 1.5
    gap: float = 30.0


def heights_above(
    points: tuple[Floats, Floats, Floats], terrain: Floats, grid: Grid
) -> Floats:
    """Height of points x, y, z (n,) above a terrain (rows, columns), m.

    Bilinear between the middles of cells; NaN where the terrain has a hole or ends. In
    the outer half of the rim's cells the rim's own height holds.
    """
    x, y, z = points
    if terrain.shape != grid.shape:
        raise InputError(
            f"canopy: the terrain is {terrain.shape}, the grid {grid.shape}; "
            "make the terrain on the same grid first"
        )
    down, across = (grid.north - y) / grid.cell, (x - grid.west) / grid.cell
    rows, columns = grid.shape
    inside = (down >= 0) & (down <= rows) & (across >= 0) & (across <= columns)
    at = [
        np.clip(down - 0.5, 0.0, rows - 1.0),
        np.clip(across - 0.5, 0.0, columns - 1.0),
    ]
    ground = map_coordinates(terrain, at, order=1, mode="nearest", prefilter=False)
    found: Floats = np.where(inside, z - ground, np.nan)
    return found


def canopy_height(
    x: Floats, y: Floats, above: Floats, grid: Grid, settings: PitFree
) -> Floats:
    """Canopy height (rows, columns) from first returns ``above`` ground (n,), m.

    Never below 0; NaN in holes. Points of no known height (NaN) have no say.
    """
    if len(settings.levels) == 0 or list(settings.levels) != sorted(settings.levels):
        raise InputError(
            f"canopy: levels are {settings.levels}; they begin with 0 and rise"
        )
    known = np.isfinite(above)
    top = np.full(grid.shape, np.nan)
    for number, level in enumerate(settings.levels):
        use = known & ((above >= level) if number else True)
        if np.count_nonzero(use) < 3:
            continue
        reach = settings.longest if number else settings.gap
        points = (x[use], y[use], np.maximum(above[use], 0.0))
        layer = tin_terrain(points, grid, longest=reach).elevation
        top = np.fmax(top, layer)
    return top


def surface_elevation(terrain: Floats, canopy: Floats) -> Floats:
    """Heights of what is seen from above (rows, columns), m; NaN where either is."""
    return terrain + canopy
