"""Ground that a morphological filter cut off, regained at breaks and quarry faces.

An opening cannot tell the upper edge of a bench from the eaves of a roof: both rise
from what lies below. The edge of a bench, however, goes on flush with ground on its
upper side. So a cell that was cut off is ground again where the plane through accepted
ground on one side of it, whichever fits, foretells its height; and again from there,
until nothing more is found. Roofs and crowns have no accepted ground at their own
height from which to begin. After Axelsson 2000 (progressive densification, mirrored at
breaks), on cells instead of triangles, with half discs so that a plane never spans a
break.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.numerics.threads import side_by_side, workers
from twin.terrain.cells import at

OCTANTS, HALF = 8, 4
FEWEST = 5  # cells under a plane: three determine it, two more contradict it
FLAT = 0.05  # determinant of the positions' scatter, cells4; less is a line, no plane
Cells = NDArray[np.float64]
Mask = NDArray[np.bool_]


def disc(radius: int) -> NDArray[np.int64]:
    """Offsets (n, 3) of a disc without its middle: rows down, columns right, octant."""
    down, right = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    distance = np.hypot(down, right)
    inside = (distance <= radius) & (distance > 0.0)
    turn = np.arctan2(-down, right) / (2.0 * np.pi) * OCTANTS
    octant = np.floor(turn + 1e-9).astype(np.int64) % OCTANTS
    return np.stack([down[inside], right[inside], octant[inside]], axis=1)


def regained(
    low: Cells, bare: Mask, *, radius: int, fit: float, steepest: float, passes: int
) -> Mask:
    """Mark the ground cells, those of ``bare`` and what grows from them.

    low       lowest heights (rows, columns), m; NaN = no point
    bare      cells accepted so far
    radius    cells, of the discs that the planes are fitted in
    fit       m, scatter about a plane and distance from it that are tolerated
    steepest  m of rise per cell; a steeper plane foretells nothing
    passes    times that growth goes on from what was regained
    """
    known = np.isfinite(low)
    ground, z = bare.copy(), np.where(known, low, 0.0)
    offsets, rules = disc(radius), np.array([fit, steepest])
    waiting = np.flatnonzero(known & ~bare)
    for _ in range(passes):
        found = np.zeros(waiting.size, dtype=np.bool_)
        cuts = np.linspace(0, waiting.size, workers() + 1).astype(int)
        jobs = [
            (z, ground, waiting[a:b], offsets, rules, found[a:b])
            for a, b in pairwise(cuts)
        ]
        side_by_side(_test, jobs)
        if not found.any():
            break
        ground.ravel()[waiting[found]] = True
        waiting = waiting[~found]
    return ground


@njit(cache=True, nogil=True, error_model="numpy")
def _test(
    z: Any, ground: Any, waiting: Any, offsets: Any, rules: Any, found: Any
) -> None:
    """Test each waiting cell against the planes on its sides."""
    rows, columns = z.shape
    sums = np.zeros((OCTANTS, 10))
    for k in range(waiting.size):
        i, j = waiting[k] // columns, waiting[k] % columns
        sums[:] = 0.0
        for m in range(offsets.shape[0]):
            a, b = i + offsets[m, 0], j + offsets[m, 1]
            if a < 0 or a >= rows or b < 0 or b >= columns or not ground[at(a), at(b)]:
                continue
            x, y = float(offsets[m, 1]), float(offsets[m, 0])
            _add(sums[at(offsets[m, 2])], x, y, z[at(a), at(b)] - z[at(i), at(j)])
        for first in range(OCTANTS):
            if _foretold(sums, first, rules):
                found[k] = True
                break


@njit(inline="always")
def _add(s: Any, x: float, y: float, z: float) -> None:
    s[0] += 1.0
    s[1] += x
    s[2] += y
    s[3] += z
    s[4] += x * x
    s[5] += x * y
    s[6] += y * y
    s[7] += x * z
    s[8] += y * z
    s[9] += z * z


@njit(cache=True, nogil=True, error_model="numpy")
def _foretold(sums: Any, first: int, rules: Any) -> bool:
    """Tell whether the least-squares plane of a half disc passes through the middle."""
    n, x, y, z, xx, xy, yy, xz, yz, zz = (
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    )
    for k in range(first, first + HALF):
        s = sums[k % OCTANTS]
        n += s[0]
        x += s[1]
        y += s[2]
        z += s[3]
        xx += s[4]
        xy += s[5]
        yy += s[6]
        xz += s[7]
        yz += s[8]
        zz += s[9]
    if n < FEWEST:
        return False
    x, y, z = x / n, y / n, z / n
    xx, xy, yy = xx / n - x * x, xy / n - x * y, yy / n - y * y
    xz, yz, zz = xz / n - x * z, yz / n - y * z, zz / n - z * z
    spread = xx * yy - xy * xy
    if spread < FLAT:
        return False
    p, q = (xz * yy - yz * xy) / spread, (yz * xx - xz * xy) / spread
    if p * p + q * q > rules[1] ** 2 or zz - p * xz - q * yz > rules[0] ** 2:
        return False
    return bool(abs(z - p * x - q * y) <= rules[0])
