"""Grade a ground to a slope: cut what stands out, fill what lies low.

A ground keeps the slope s when it never rises faster than s. The lowest such ground
above z (only fill) is U = max over y of (z(y) - s |x - y|), the highest below it (only
cut) is L = min over y of (z(y) + s |x - y|). In between lies, for a level t >= 0,

    g(t) = L[max(z, U - t)]

which first fills up to a plane lowered by t and then cuts what is still too steep: a
straight scarp becomes a straight, flatter slope turned about a point of its face. The
fill falls and the cut grows with t, so bisection finds the t where
bulking * cut = fill. Distances are those of the eikonal equation |grad g| = s, swept in
four directions (Zhao 2005), so slopes are the same whichever way they face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion
from scipy.optimize import brentq

Raster = NDArray[np.float64]
Mask = NDArray[np.bool_]

SETTLED = 1e-7  # m; sweeps stop when no cell moves further
MAX_SWEEPS = 400


@dataclass(frozen=True, slots=True)
class Grading:
    """What grading a ground comes to.

    elevation  graded ground (rows, columns), m
    cut, fill  volumes, m3; fill = bulking * cut when balanced
    steepest   largest slope left in the area, degrees (Horn 1981)
    surplus    bulking * cut - fill, m3: to be hauled off (> 0) or brought in (< 0)
    """

    elevation: Raster
    cut: float
    fill: float
    steepest: float
    surplus: float


def grade(
    z: Raster, area: Mask, cell: float, *, slope_deg: float, bulking: float = 1.0
) -> Grading:
    """Grade the ground in ``area`` to at most ``slope_deg``, cut and fill balanced.

    z        ground (rows, columns), m; NaN = no ground
    area     cells that may change; the ring around them is tied in and stays
    bulking  volume of fill that one volume of cut makes, 1
    →        Grading

    Where the ring itself is steeper than the limit no ground can meet both; the ring
    wins, the area keeps the limit within, and ``steepest`` tells what is left at its
    rim. Where the ring leaves no room for the fill, ``surplus`` tells what is over.
    """
    known = np.isfinite(z)
    area = area & known
    part = _window(area)
    ground, inside = z[part].astype(np.float64), area[part]
    domain = binary_dilation(inside, np.ones((3, 3), bool)) & known[part]
    filled = np.where(known[part], ground, 0.0)
    limit = np.tan(np.radians(slope_deg))
    used, best = limit, filled
    within = binary_erosion(inside, np.ones((3, 3), bool))
    for _ in range(4):
        best = _balanced(filled, inside, domain, used * cell, bulking)
        steep = _steepest(best, within, domain, cell)
        if steep <= limit * 1.0005:
            break
        used *= max(limit / steep, 0.9)
    change = np.where(inside, best - ground, 0.0)
    graded = z.astype(np.float64, copy=True)
    graded[part] = np.where(inside, best, graded[part])
    cut = float(-change[change < 0].sum()) * cell**2
    fill = float(change[change > 0].sum()) * cell**2
    left = float(np.degrees(np.arctan(_steepest(best, inside, domain, cell))))
    return Grading(graded, cut, fill, left, bulking * cut - fill)


def _window(area: Mask) -> tuple[slice, slice]:
    """Rows and columns that hold the area and its ring."""
    rows, columns = np.flatnonzero(area.any(1)), np.flatnonzero(area.any(0))
    return (
        slice(max(int(rows[0]) - 1, 0), int(rows[-1]) + 2),
        slice(max(int(columns[0]) - 1, 0), int(columns[-1]) + 2),
    )


def _balanced(
    z: Raster, inside: Mask, domain: Mask, rise: float, bulking: float
) -> Raster:
    """Find the level at which bulking * cut = fill and return that ground."""
    ring = domain & ~inside
    upper = -_lower(-z, domain, rise)
    tied_low = -_lower(np.where(ring, -z, np.inf), domain, rise)
    tied_high = _lower(np.where(ring, z, np.inf), domain, rise)

    def ground(level: float) -> Raster:
        g = _lower(np.where(ring, z, np.maximum(z, upper - level)), domain, rise)
        return np.where(inside, np.minimum(np.maximum(g, tied_low), tied_high), z)

    def balance(level: float) -> float:
        change = (ground(level) - z)[inside]
        return float(-bulking * change[change < 0].sum() - change[change > 0].sum())

    top = float(np.max(np.where(domain, upper - z, 0.0))) + 1e-6
    low, high = balance(0.0), balance(top)
    if low >= 0.0 or high <= 0.0:
        return ground(0.0 if abs(low) <= abs(high) else top)
    return ground(float(brentq(balance, 0.0, top, xtol=1e-7, rtol=1e-12)))


def _lower(z: Raster, domain: Mask, rise: float) -> Raster:
    """Highest ground below z that rises by at most ``rise`` a cell."""
    g = np.where(domain, z, np.inf)
    _sweep(g, domain, rise)
    return g


def _steepest(z: Raster, inside: Mask, domain: Mask, cell: float) -> float:
    """Largest gradient in the area, 1 (Horn 1981); cells outside repeat the centre."""
    p, known = np.pad(z, 1), np.pad(domain, 1)
    rows, columns = z.shape

    def at(r: int, c: int) -> Raster:
        there = (slice(r, r + rows), slice(c, c + columns))
        return np.where(known[there], p[there], z)

    east = at(0, 2) + 2 * at(1, 2) + at(2, 2) - at(0, 0) - 2 * at(1, 0) - at(2, 0)
    north = at(0, 0) + 2 * at(0, 1) + at(0, 2) - at(2, 0) - 2 * at(2, 1) - at(2, 2)
    gradient = np.hypot(east, north) / (8.0 * cell)
    return float(gradient[inside].max(initial=0.0))


@njit(cache=True, nogil=True)
def _sweep(g: Raster, domain: Mask, rise: float) -> None:
    """Lower g in place until no cell stands too far above its neighbours."""
    rows, columns = g.shape
    for _ in range(MAX_SWEEPS):
        moved = 0.0
        for turn in range(4):
            for i in range(rows):
                r = i if turn < 2 else rows - 1 - i
                for j in range(columns):
                    c = j if turn % 2 == 0 else columns - 1 - j
                    if domain[r, c]:
                        fall = _fall(g, r, c, rise)
                        if fall > moved:
                            moved = fall
        if moved < SETTLED:
            return


@njit(cache=True, nogil=True, inline="always")
def _fall(g: Raster, r: int, c: int, rise: float) -> float:
    """Lower one cell to what its neighbours allow; return by how much it fell."""
    rows, columns = g.shape
    a, b = np.inf, np.inf
    if c > 0:
        a = g[r, c - 1]
    if c < columns - 1:
        a = min(a, g[r, c + 1])
    if r > 0:
        b = g[r - 1, c]
    if r < rows - 1:
        b = min(b, g[r + 1, c])
    near = min(a, b)
    if near == np.inf:
        return 0.0
    if abs(a - b) >= rise:
        allowed = near + rise
    else:
        allowed = 0.5 * (a + b + np.sqrt(2.0 * rise * rise - (a - b) * (a - b)))
    if allowed < g[r, c]:
        fall = float(g[r, c] - allowed)
        g[r, c] = allowed
        return fall
    return 0.0
