"""Where a line crosses triangles or the cells of a raster: straight pieces of ground.

A piece is a row s0, z0, s1, z1: stations in m along the line, elevations in m.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..surface import Surface
from ..tin import Tin
from .facets import Facets, facets_of_tin, origin_of

Float = NDArray[np.float64]
Index = NDArray[np.int64]

BLOCK: Final = (
    32  # segments with a box around them, so that triangles skip them at once
)


def pieces_on_tin(tin: Tin, points: Float, along: Float) -> Float:
    """Cut the triangles along a line: (n, 4), not in order, twice where on an edge.

    points  (k, 2) corners of the line, m
    along   (k,) their stations, m
    """
    if not len(tin.triangles):
        return np.zeros((0, 4))
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    origin = origin_of((float(west), float(south), float(east), float(north)))
    local = points - np.array(origin)
    segments = np.column_stack([local[:-1], local[1:], along[:-1], along[1:]])
    starts = np.arange(0, len(segments), BLOCK)
    low = np.minimum(segments[:, 0:2], segments[:, 2:4])
    high = np.maximum(segments[:, 0:2], segments[:, 2:4])
    boxes = np.column_stack(
        [np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)]
    )
    return _cut_triangles(facets_of_tin(tin, origin), segments, boxes)


@njit(cache=True, nogil=True, error_model="numpy")
def _cut_triangles(facets: Facets, segments: Float, boxes: Float) -> Float:
    pieces = np.empty((1024, 4))
    m = 0
    for i in range(len(facets)):
        f = facets[i]
        west, east = min(f[0], f[2], f[4]), max(f[0], f[2], f[4])
        south, north = min(f[1], f[3], f[5]), max(f[1], f[3], f[5])
        for b in range(len(boxes)):
            box = boxes[b]
            if box[0] > east or box[2] < west or box[1] > north or box[3] < south:
                continue
            for k in range(b * BLOCK, min(b * BLOCK + BLOCK, len(segments))):
                if m == len(pieces):
                    more = np.empty((2 * m, 4))
                    more[:m] = pieces
                    pieces = more
                if _cut_triangle(f, segments[k], pieces[m]):
                    m += 1
    return pieces[:m].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def _cut_triangle(f: Float, segment: Float, piece: Float) -> bool:
    """Part of a segment inside a triangle (Cyrus & Beck 1978), written as a piece."""
    px, py, qx, qy = segment[0], segment[1], segment[2], segment[3]
    first, last = 0.0, 1.0
    for e in range(3):
        x0, y0 = f[2 * e], f[2 * e + 1]
        dx, dy = f[(2 * e + 2) % 6] - x0, f[(2 * e + 3) % 6] - y0
        ps = dx * (py - y0) - dy * (px - x0)
        qs = dx * (qy - y0) - dy * (qx - x0)
        if ps < 0.0 and qs < 0.0:
            return False
        if ps < 0.0:
            first = max(first, ps / (ps - qs))
        elif qs < 0.0:
            last = min(last, ps / (ps - qs))
    if not last > first:
        return False
    for end, t in enumerate((first, last)):
        x, y = px + t * (qx - px), py + t * (qy - py)
        piece[2 * end] = segment[4] + t * (segment[5] - segment[4])
        piece[2 * end + 1] = f[8] + (f[9] * (x - f[6]) + f[10] * (y - f[7]))
    return True


def pieces_on_raster(surface: Surface, points: Float, along: Float) -> Float:
    """Bilinear elevations between crossings of the lines through the cell centres.

    Stations also at every cell's length, since between crossings the ground is a
    parabola. Pieces (n, 4) in order; none beyond the outer centres or beside a hole.
    """
    grid = surface.grid
    u = (points[:, 0] - grid.west) / grid.cell - 0.5
    v = (grid.north - points[:, 1]) / grid.cell - 0.5
    steps = np.arange(0.0, along[-1], grid.cell)
    stations = np.unique(
        np.concatenate([along, steps, _crossings(u, along), _crossings(v, along)])
    )
    near = np.diff(stations) <= 1e-9 * grid.cell
    stations = stations[np.concatenate([[True], ~near])]
    middle = 0.5 * (stations[:-1] + stations[1:])
    columns, rows = np.interp(middle, along, u), np.interp(middle, along, v)
    patch = (np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64))
    z0, z1 = (
        _bilinear(surface, patch, np.interp(s, along, v), np.interp(s, along, u))
        for s in (stations[:-1], stations[1:])
    )
    pieces = np.column_stack([stations[:-1], z0, stations[1:], z1])
    return pieces[np.isfinite(z0) & np.isfinite(z1)]


def _crossings(c: Float, along: Float) -> Float:
    """Stations at which a coordinate that is linear between corners is whole."""
    low, high = np.minimum(c[:-1], c[1:]), np.maximum(c[:-1], c[1:])
    first = np.ceil(low)
    count = np.maximum(np.floor(high) - first + 1.0, 0.0).astype(np.int64)
    count[low == high] = 0
    of = np.repeat(np.arange(len(low)), count)
    order = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    whole = first[of] + order
    share = (whole - c[of]) / (c[of + 1] - c[of])
    found: Float = along[of] + share * (along[of + 1] - along[of])
    return found


def _bilinear(
    surface: Surface, patch: tuple[Index, Index], rows: Float, columns: Float
) -> Float:
    """Elevation within patches of four centres, NaN outside or beside a hole.

    patch  row and column of each patch's north-western centre
    """
    down, right = surface.grid.shape[0] - 2, surface.grid.shape[1] - 2
    if down < 0 or right < 0:
        return np.full(rows.shape, np.nan)
    r, c = np.clip(patch[0], 0, down), np.clip(patch[1], 0, right)
    z = surface.elevation
    y, x = rows - r, columns - c
    upper = z[r, c].astype(np.float64) * (1.0 - x) + z[r, c + 1] * x
    lower = z[r + 1, c].astype(np.float64) * (1.0 - x) + z[r + 1, c + 1] * x
    slack = math.sqrt(np.finfo(np.float64).eps)  # of a cell: the outer centres count
    inside = (np.abs(y - 0.5) <= 0.5 + slack) & (np.abs(x - 0.5) <= 0.5 + slack)
    return np.where(inside, upper * (1.0 - y) + lower * y, np.nan)
