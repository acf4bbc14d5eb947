"""Terrain by triangles: planes through ground points, sampled at the cells' middles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import startinpy
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from twin.errors import InputError
from twin.grid import Grid
from twin.numerics.threads import halves, side_by_side
from twin.tin import Tin

Floats = NDArray[np.float64]
LONGEST = 30.0  # m, of an edge; longer ones span water, smoke or the site's bays
SNAP = 1e-3  # m, points closer in plan are one; the precision of surveys
EDGE = 1e-9  # share of a triangle; middles on an edge belong to both sides


@dataclass(frozen=True)
class Terrain:
    """A gridded terrain and where it was not measured.

    elevation  (rows, columns) m; NaN = hole
    filled     (rows, columns) cells that were filled on request, else all False
    """

    elevation: Floats = field(repr=False)
    filled: NDArray[np.bool_] = field(repr=False)


def delaunay(x: Floats, y: Floats, z: Floats) -> tuple[Floats, NDArray[Any]]:
    """Vertices (v, 3) and triangles (t, 3) of points (n,), m.

    Of points at one place the first counts. Points go in along a space-filling curve,
    so that each is found beside the last.
    """
    if x.size < 3:
        raise InputError(
            f"terrain: {x.size} ground points make no triangle; "
            "check that the survey has points of class 2, or classify the ground"
        )
    origin = np.array([np.floor(x.min()), np.floor(y.min()), 0.0])
    points = np.column_stack([x, y, z]) - origin
    points = points[np.argsort(along_curve(x, y), kind="stable")]
    made = startinpy.DT()
    made.snap_tolerance = SNAP
    made.insert(points, insertionstrategy="AsIs")
    vertices = np.array(made.points)
    vertices[0] = points[0]  # startinpy keeps a vertex at infinity there
    return vertices + origin, np.array(made.triangles).reshape(-1, 3)


def triangulated(
    points: tuple[Floats, Floats, Floats], *, longest: float = LONGEST
) -> Tin:
    """Triangles of ground points x, y, z (n,), m, without those across holes."""
    vertices, triangles = delaunay(*points)
    corners = vertices[triangles.astype(np.int64), :2]
    edges = corners - np.roll(corners, 1, axis=1)
    keep = (np.einsum("tek,tek->te", edges, edges) <= longest**2).all(axis=1)
    return Tin.of(vertices, triangles[keep].astype(np.int64))


def along_curve(x: Floats, y: Floats, bits: int = 16) -> NDArray[np.int64]:
    """Number of each point along Hilbert's curve through the square around them.

    Each place of the curve adjoins the next; along Morton's, which leaps, the points
    take a third longer to insert.
    """
    side = max(float(np.ptp(x)), float(np.ptp(y)), SNAP)
    number = np.zeros(x.size, dtype=np.int64)
    scale = (2.0**bits - 1e-3) / side
    _number(x, y, np.array([x.min(), y.min(), scale]), bits, number)
    return number


@njit(cache=True, nogil=True)
def _number(x: Any, y: Any, frame: Any, bits: int, number: Any) -> None:
    """Quadrant by quadrant, each turned so that the curve goes on; Hilbert 1891."""
    last = (1 << bits) - 1
    for i in range(x.size):
        a = min(int((x[i] - frame[0]) * frame[2]), last)
        b = min(int((y[i] - frame[1]) * frame[2]), last)
        for level in range(bits - 1, -1, -1):
            right, up = (a >> level) & 1, (b >> level) & 1
            number[i] = (number[i] << 2) | ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    a, b = last - a, last - b
                a, b = b, a


def tin_terrain(
    points: tuple[Floats, Floats, Floats],
    grid: Grid,
    *,
    longest: float = LONGEST,
    fill: float = 0.0,
) -> Terrain:
    """Heights at the middles of the cells from ground points x, y, z (n,), m.

    longest  m; triangles with a longer edge in plan are no ground: holes stay holes
    fill     m; cells so near to the triangles take the nearest one's height and are
             marked; 0 fills nothing

    NaN outside the points' hull and in holes. The height is that of the plane through
    three measured points: no smoothing, breaks stay where points are.
    """
    vertices, triangles = delaunay(*points)
    elevation = _sampled(vertices, triangles, grid, longest)
    filled = np.zeros(grid.shape, dtype=np.bool_)
    if fill > 0.0:
        elevation, filled = holes_filled(elevation, reach=fill / grid.cell)
    return Terrain(elevation, filled)


def sampled(tin: Tin, grid: Grid) -> Floats:
    """Heights of triangles at the middles of the cells (rows, columns), m."""
    return _sampled(tin.vertices, tin.triangles, grid, np.inf)


def _sampled(
    vertices: Floats, triangles: NDArray[Any], grid: Grid, longest: float
) -> Floats:
    elevation = np.full(grid.shape, np.nan)
    frame = np.array([grid.west, grid.north, grid.cell, longest / grid.cell])
    # a middle on the edge between two parts gets the same height from either
    jobs = [(vertices, triangles[p], frame, elevation) for p in halves(len(triangles))]
    side_by_side(_sample, jobs)
    return elevation


@njit(cache=True, nogil=True, error_model="numpy")
def _sample(vertices: Any, triangles: Any, frame: Any, out: Any) -> None:
    """Write the plane of each triangle into the cells whose middle lies in it."""
    west, north, cell, longest = frame
    rows, columns = out.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        # in cells from the first cell's middle, down and right
        ax = (vertices[a, 0] - west) / cell - 0.5
        ay = (north - vertices[a, 1]) / cell - 0.5
        bx = (vertices[b, 0] - vertices[a, 0]) / cell
        by = (vertices[a, 1] - vertices[b, 1]) / cell
        cx = (vertices[c, 0] - vertices[a, 0]) / cell
        cy = (vertices[a, 1] - vertices[c, 1]) / cell
        area = bx * cy - cx * by
        edge = max(
            bx * bx + by * by, cx * cx + cy * cy, (bx - cx) ** 2 + (by - cy) ** 2
        )
        if area == 0.0 or edge > longest * longest:
            continue
        first = max(int(np.ceil(ay + min(0.0, by, cy))), 0)
        last = min(int(np.floor(ay + max(0.0, by, cy))), rows - 1)
        left = max(int(np.ceil(ax + min(0.0, bx, cx))), 0)
        right = min(int(np.floor(ax + max(0.0, bx, cx))), columns - 1)
        base = vertices[a, 2]
        toward_b, toward_c = vertices[b, 2] - base, vertices[c, 2] - base
        for i in range(first, last + 1):
            for j in range(left, right + 1):
                x, y = j - ax, i - ay
                u, v = (x * cy - cx * y) / area, (bx * y - x * by) / area
                if u >= -EDGE and v >= -EDGE and u + v <= 1.0 + EDGE:
                    out[i, j] = base + u * toward_b + v * toward_c


def holes_filled(z: Floats, *, reach: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Fill cells within ``reach`` cells of known ones; new raster, and their mask."""
    known = np.isfinite(z)
    if known.all() or not known.any():
        return z, np.zeros(z.shape, dtype=np.bool_)
    distance, nearest = distance_transform_edt(~known, return_indices=True)
    filled = ~known & (distance <= reach)
    return np.where(filled, z[tuple(nearest)], z), filled
