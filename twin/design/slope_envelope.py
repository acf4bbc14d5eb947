"""Grounds that rise no faster than a slope: the highest below another one.

    g = min over y of (z(y) + s |x - y|)

solves the eikonal equation |grad g| = s wherever it is not z itself; swept in four
directions with Godunov's upwind differences (Zhao 2005, Math. Comp. 74:603), so that
slopes are alike whichever way they face. Of first order: planes are exact, a cone
spread from one cell is off by the rise over about half a cell.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..terrain.cells import at

Raster = NDArray[np.float64]
Mask = NDArray[np.bool_]
Flags = NDArray[np.uint8]

SETTLED: Final = 1e-9  # m; sweeps stop when no cell moves further
MAX_ROUNDS: Final = 400  # of four sweeps; a path that winds needs more than one


def lowered(z: Raster, domain: Mask, rise: Raster | float) -> Raster:
    """Highest ground below ``z`` that rises by at most ``rise`` (m) a cell.

    z       (rows, columns), m; inf where only the neighbours decide
    domain  cells through which the ground hangs together; others come out as inf
    rise    s h, m; one number or one for each cell
    """
    rows, columns = z.shape
    shape, inner = (rows + 2, columns + 2), (slice(1, -1), slice(1, -1))
    g, slope = np.full(shape, np.inf), np.ones(shape)
    g[inner] = np.where(domain, z, np.inf)
    slope[inner] = rise
    inside = np.zeros(shape, np.uint8)
    inside[inner] = domain
    _sweep(g, inside.copy(), inside, slope)
    return g[inner]


def lower_again(g: Raster, waiting: Flags, inside: Flags, rise: Raster) -> None:
    """Go on in place from cells that may stand too high for their neighbours.

    g        (rows, columns), m; inf where not inside
    waiting  1 in the cells to look at first, of these inside; 0 everywhere afterwards
    inside   1 in the cells through which the ground hangs together; 0 in the outermost
    rise     m a cell
    """
    _sweep(g, waiting, inside, rise)


def raised(z: Raster, domain: Mask, rise: Raster | float) -> Raster:
    """Lowest ground above ``z`` that falls by at most ``rise`` (m) a cell.

    z as in ``lowered``, but -inf where only the neighbours decide.
    """
    return -lowered(-z, domain, rise)


@compiled
def _sweep(g: Raster, waiting: Flags, inside: Flags, rise: Raster) -> None:
    """Lower g in place until no cell stands too far above its neighbours.

    All are padded by one cell that is not inside. A cell is looked at again only when
    a neighbour fell (locking sweeps, Bak, McLaughlin & Renzi 2010).
    """
    rows, columns = g.shape
    for _ in range(MAX_ROUNDS):
        moved = False
        for turn in range(4):
            for i in range(1, rows - 1):
                r = i if turn < 2 else rows - 1 - i
                for j in range(1, columns - 1):
                    c = j if turn % 2 == 0 else columns - 1 - j
                    if waiting[at(r), at(c)]:
                        waiting[at(r), at(c)] = 0
                        allowed = _allowed(g, r, c, rise[at(r), at(c)])
                        if allowed < g[at(r), at(c)] - SETTLED:
                            g[at(r), at(c)] = allowed
                            _wake(g, waiting, inside, r, c)
                            moved = True
        if not moved:
            return


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _wake(g: Raster, waiting: Flags, inside: Flags, r: int, c: int) -> None:
    """Have the neighbours that stand higher looked at again."""
    z = g[at(r), at(c)]
    for i in range(r - 1, r + 2):
        for j in range(c - 1, c + 2):
            if g[at(i), at(j)] > z:
                waiting[at(i), at(j)] = inside[at(i), at(j)]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _allowed(g: Raster, r: int, c: int, rise: float) -> float:
    """Height that the neighbours allow a cell.

    Root of (g-a)^2 + (g-b)^2 = rise^2 over straight neighbours, and no more than
    sqrt(2) rise above a diagonal one: without these what lies diagonally beside a
    corner counts as a fifth farther from it than it is.
    """
    a = min(g[at(r), at(c - 1)], g[at(r), at(c + 1)])
    b = min(g[at(r - 1), at(c)], g[at(r + 1), at(c)])
    if not abs(a - b) < rise:  # one direction decides; also where one is inf
        found = min(a, b) + rise
    else:
        found = 0.5 * (a + b + np.sqrt(2.0 * rise * rise - (a - b) * (a - b)))
    above = min(g[at(r - 1), at(c - 1)], g[at(r - 1), at(c + 1)])
    below = min(g[at(r + 1), at(c - 1)], g[at(r + 1), at(c + 1)])
    return float(min(found, min(above, below) + np.sqrt(2.0) * rise))
