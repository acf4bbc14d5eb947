"""Triangles between the cell centres of a raster; holes stay holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from twin.grid import Grid
from twin.surface import Surface
from twin.tin import Tin

MOST_TRIANGLES = 8_000_000


def tin_of_surface(surface: Surface) -> Tin:
    """The triangles a surface came with, or those between its cells."""
    if surface.tin is not None:
        return surface.tin
    return tin_of_raster(surface.elevation, surface.grid)


def tin_of_raster(elevation: NDArray[np.floating], grid: Grid) -> Tin:
    """Two triangles per square of four cell centres, one where a corner is missing.

    elevation  (rows, columns), m; NaN = hole

    Raises InputError above MOST_TRIANGLES: no program opens a larger mesh.
    """
    ground = np.isfinite(elevation)
    number = np.cumsum(ground.ravel()).reshape(ground.shape) - 1
    if 2 * np.count_nonzero(ground) > MOST_TRIANGLES:
        raise InputError(
            f"{np.count_nonzero(ground)} cells make more than {MOST_TRIANGLES} "
            "triangles; simplify with --tolerance, clip, or export .tif"
        )
    rows, columns = np.nonzero(ground)
    x = grid.west + (columns + 0.5) * grid.cell
    y = grid.north - (rows + 0.5) * grid.cell
    vertices = np.column_stack([x, y, elevation[ground].astype(np.float64)])
    # corners of each square: north-west, north-east, south-west, south-east
    n, g = number, ground
    nw, ne, sw, se = n[:-1, :-1], n[:-1, 1:], n[1:, :-1], n[1:, 1:]
    a, b, c, d = g[:-1, :-1], g[:-1, 1:], g[1:, :-1], g[1:, 1:]
    kinds = [
        (a & c & d, (nw, sw, se)),
        (a & d & b, (nw, se, ne)),
        (a & b & c & ~d, (nw, sw, ne)),
        (b & c & d & ~a, (sw, se, ne)),
    ]
    parts = [np.stack([k[where] for k in corners], 1) for where, corners in kinds]
    return Tin(vertices, np.ascontiguousarray(np.vstack(parts).astype(np.int64)))
