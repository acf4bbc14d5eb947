"""A raster as few triangles, never farther from any cell centre than a tolerance.

Right-triangulated irregular network (Evans, Kirkpatrick & Townsend 2001, Algorithmica
30:264): a square of 2^k cells is halved again and again from corner to middle, and only
where it must be. Here a triangle is halved when any cell centre in it lies farther from
its plane than the tolerance, so that the bound holds at all of them, not at the middles
only; the triangle beside is halved with it, so that no cracks open. Greedy insertion
(Garland & Heckbert 1995) needs fewer triangles, but far more time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.errors import InputError
from twin.grid import Grid
from twin.numerics.compiled import compiled
from twin.tin import Tin

from .raster_tin import MOST_TRIANGLES

Raster = NDArray[np.float64]
Flags = NDArray[np.uint8]
Corners = tuple[int, int, int, int, int, int]  # rows and columns of a, b and c


@dataclass(frozen=True)
class Simplified:
    """Triangles between some of the cell centres, and how well they fit all.

    largest  vertical distance, m, largest of all cell centres that they cover
    whole    triangles that all cells would have made
    """

    tin: Tin = field(repr=False)
    largest: float
    whole: int


def simplified(
    elevation: NDArray[np.floating], grid: Grid, tolerance: float
) -> Simplified:
    """Triangles of a raster within a vertical tolerance at every cell centre.

    elevation  (rows, columns), m; NaN = hole; holes keep their form to the cell
    tolerance  m, > 0

    Raises InputError for a tolerance that is none, and where more triangles are left
    than MOST_TRIANGLES.
    """
    if not (np.isfinite(tolerance) and tolerance > 0.0):
        raise InputError(
            f"tolerance: {tolerance} m; give a distance above 0, e.g. 0.02"
        )
    steps = max(int(np.ceil(np.log2(max(*elevation.shape, 3) - 1))), 1)
    z = np.full(((1 << steps) + 1,) * 2, np.nan)
    z[: elevation.shape[0], : elevation.shape[1]] = elevation
    split = np.zeros(z.shape, dtype=np.uint8)
    _mark(z, steps, tolerance, split)
    count, largest = _emit(z, steps, split, np.empty((0, 3), dtype=np.int64))
    if count > MOST_TRIANGLES:
        raise InputError(
            f"{count} triangles are left at {tolerance:g} m, more than "
            f"{MOST_TRIANGLES}; take a larger tolerance, or export .tif"
        )
    triangles = np.empty((count, 3), dtype=np.int64)
    _emit(z, steps, split, triangles)
    ground = np.isfinite(elevation)
    return Simplified(_tin(z, triangles, grid), float(largest), _whole(ground))


def _tin(z: Raster, triangles: NDArray[np.int64], grid: Grid) -> Tin:
    used, numbers = np.unique(triangles, return_inverse=True)
    rows, columns = np.divmod(used, z.shape[1])
    x = grid.west + (columns + 0.5) * grid.cell
    y = grid.north - (rows + 0.5) * grid.cell
    vertices = np.column_stack([x, y, z.ravel()[used]])
    return Tin.of(vertices, numbers.reshape(-1, 3))


def _whole(ground: NDArray[np.bool_]) -> int:
    """Triangles between all cells: two where four meet, one where three do."""
    g = ground.astype(np.int8)
    met = g[:-1, :-1] + g[:-1, 1:] + g[1:, :-1] + g[1:, 1:]
    return int(2 * np.count_nonzero(met == 4) + np.count_nonzero(met == 3))


@njit(cache=True, nogil=True)
def _root(which: int, n: int) -> Corners:
    """The two halves of the square: long side from a to b, right angle at c."""
    return (0, 0, n, n, 0, n) if which == 0 else (n, n, 0, 0, n, 0)


@njit(cache=True, nogil=True)
def _half(t: Corners, second: int) -> Corners:
    """One half of a triangle: its right angle is the middle of the long side."""
    ar, ac, br, bc, cr, cc = t
    mr, mc = (ar + br) // 2, (ac + bc) // 2
    if second:
        return br, bc, cr, cc, mr, mc
    return cr, cc, ar, ac, mr, mc


@compiled
def _mark(z: Raster, steps: int, tolerance: float, split: Flags) -> None:
    """Mark the middles at which triangles are halved, the smallest first."""
    n, last = z.shape[0] - 1, 2 * steps - 1
    for level in range(last, -1, -1):
        for path in range(2 << level):
            t = _root(path & 1, n)
            for k in range(level):
                t = _half(t, (path >> (k + 1)) & 1)
            mr, mc = (t[0] + t[2]) // 2, (t[1] + t[3]) // 2
            if split[mr, mc]:
                continue
            if level < last:
                one, two = _half(t, 0), _half(t, 1)
                below = split[(one[0] + one[2]) // 2, (one[1] + one[3]) // 2]
                below |= split[(two[0] + two[2]) // 2, (two[1] + two[3]) // 2]
                if below:
                    split[mr, mc] = 1
                    continue
            if _farthest(z, t, tolerance) > tolerance:
                split[mr, mc] = 1


@njit(cache=True, nogil=True, error_model="numpy")
def _farthest(z: Raster, t: Corners, enough: float) -> float:
    """Largest distance of the cell centres in a triangle from its plane, m.

    enough  m; looking stops beyond it
    →       inf where some are holes and some are not, -1 where all are holes
    """
    ar, ac, br, bc, cr, cc = t
    ur, uc, vr, vc = ar - cr, ac - cc, br - cr, bc - cc
    size = ur * ur + uc * uc
    za, zb, zc = z[ar, ac], z[br, bc], z[cr, cc]
    flat, hole, far = np.isfinite(za + zb + zc), False, -1.0
    for r in range(min(ar, br, cr), max(ar, br, cr) + 1):
        for c in range(min(ac, bc, cc), max(ac, bc, cc) + 1):
            s = (r - cr) * ur + (c - cc) * uc
            w = (r - cr) * vr + (c - cc) * vc
            if s < 0 or w < 0 or s + w > size:
                continue
            here = z[r, c]
            if np.isnan(here):
                hole = True
            else:
                off = abs(zc + (s * (za - zc) + w * (zb - zc)) / size - here)
                far = max(far, off if flat else 0.0)
            if (hole and far >= 0.0) or far > enough:
                return np.inf
    return far


@compiled
def _emit(
    z: Raster, steps: int, split: Flags, out: NDArray[np.int64]
) -> tuple[int, float]:
    """Write the triangles that are not halved; count them, and their largest error.

    out  (count, 3) flat cell numbers, or (0, 3) to count only
    """
    n, last, count, largest = z.shape[0] - 1, 2 * steps, 0, 0.0
    stack: Any = [(_root(1, n), 0), (_root(0, n), 0)]
    while len(stack) > 0:
        t, level = stack.pop()
        mr, mc = (t[0] + t[2]) // 2, (t[1] + t[3]) // 2
        if level < last and split[mr, mc]:
            stack.append((_half(t, 1), level + 1))
            stack.append((_half(t, 0), level + 1))
            continue
        far = _farthest(z, t, np.inf)
        if level == last and far == np.inf:
            t = _three_of_four(z, t)
            far = 0.0 if t[0] >= 0 else -1.0
        if far < 0.0:
            continue
        largest = max(largest, far)
        if out.shape[0] > 0:
            for k in range(3):
                out[count, k] = t[2 * k] * (n + 1) + t[2 * k + 1]
        count += 1
    return count, largest


@njit(cache=True, nogil=True)
def _three_of_four(z: Raster, t: Corners) -> Corners:
    """Half a square along the other diagonal, where one end of this one is a hole.

    Both halves of the square come here; the upper one answers, the other gets -1.
    """
    ar, ac, br, bc, cr, cc = t
    dr, dc = ar + br - cr, ac + bc - cc
    none = (-1, -1, -1, -1, -1, -1)
    if cr > dr or np.isnan(z[cr, cc]) or np.isnan(z[dr, dc]):
        return none
    if np.isnan(z[ar, ac]) == np.isnan(z[br, bc]):
        return none
    if np.isnan(z[ar, ac]):
        return cr, cc, br, bc, dr, dc
    return cr, cc, ar, ac, dr, dc
