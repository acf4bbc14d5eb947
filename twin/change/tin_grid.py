"""Rasters in volumes: as triangles between cell centres, or as cells of flat top."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from ..grid import Grid
from ..surface import Surface
from ..tin import Tin

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


def tin_of_centres(surface: Surface) -> Tin:
    """Read a raster as triangles between its cell centres.

    Every square of four centres with a value becomes two triangles, split from
    south-west to north-east. Half a cell along the rim, and what surrounds a hole, is
    no ground: nothing is extrapolated.
    """
    grid, z = surface.grid, np.asarray(surface.elevation, dtype=np.float64)
    rows, columns = grid.shape
    east, north = centres(grid)
    known = np.isfinite(z)
    x, y = np.meshgrid(east, north)
    vertices = np.stack([x.ravel(), y.ravel(), np.where(known, z, 0.0).ravel()], axis=1)
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, :-1] & known[1:, 1:]
    number = np.arange(rows * columns).reshape(rows, columns)
    nw, ne = number[:-1, :-1][whole], number[:-1, 1:][whole]
    sw, se = number[1:, :-1][whole], number[1:, 1:][whole]
    triangles = np.stack([sw, se, ne, sw, ne, nw], axis=1).reshape(-1, 3)
    return Tin(vertices, triangles)


def centres(grid: Grid) -> tuple[Float, Float]:
    """East (columns,) and north (rows,) of the cell centres, m."""
    rows, columns = grid.shape
    east = grid.west + (np.arange(columns, dtype=np.float64) + 0.5) * grid.cell
    north = grid.north - (np.arange(rows, dtype=np.float64) + 0.5) * grid.cell
    return np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)


def shares_within(grid: Grid, region: shapely.Geometry) -> Float:
    """Share of each cell that lies in a region, (rows, columns), 0 to 1."""
    share = np.zeros(grid.shape)
    west, south, east, north = region.bounds
    first = max(math.floor((west - grid.west) / grid.cell), 0)
    last = min(math.ceil((east - grid.west) / grid.cell), grid.shape[1])
    top = max(math.floor((grid.north - north) / grid.cell), 0)
    bottom = min(math.ceil((grid.north - south) / grid.cell), grid.shape[0])
    if last <= first or bottom <= top:
        return share
    left = grid.west + np.arange(first, last) * grid.cell
    upper = (grid.north - np.arange(top, bottom) * grid.cell)[:, None]
    cells = shapely.box(left, upper - grid.cell, left + grid.cell, upper)
    shapely.prepare(region)
    inside = np.asarray(shapely.contains_properly(region, cells))
    window = inside.astype(np.float64)
    crossed = ~inside & np.asarray(shapely.intersects(region, cells))
    parts = shapely.area(shapely.intersection(region, cells[crossed]))
    window[crossed] = np.minimum(parts / grid.cell_area, 1.0)
    share[top:bottom, first:last] = window
    return share


def cell_sums(rise: Float, cell_area: float, share: Float | None) -> tuple[float, ...]:
    """Sum flat prisms: fill, cut m3; fill area, cut area, area m2; cells.

    rise   (rows, columns) height of the second ground above the first, NaN = hole
    share  of each cell that counts, or None for all
    """
    counted = np.isfinite(rise)
    weight = np.ones(rise.shape) if share is None else share
    d = rise[counted]
    area = weight[counted] * cell_area
    up, down = d > 0.0, d < 0.0
    return (
        math.fsum(d[up] * area[up]),
        math.fsum(-d[down] * area[down]),
        math.fsum(area[up]),
        math.fsum(area[down]),
        math.fsum(area),
        float(np.count_nonzero(area)),
    )
