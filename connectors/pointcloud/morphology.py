"""Progressive morphological filter for ground (SMRF; Pingel, Clarke & McBride 2013).

On a raster of lowest heights, openings with growing windows shave off what rises more
than the slope allows; what is left is ground, and breaks that were shaved off with it
grow back (``regrowth``). Windows are octagons made of alternating cross and square
steps, so that the cost grows with the radius and not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray
from rasterio.fill import fillnodata
from scipy.ndimage import distance_transform_edt

from twin.numerics.threads import halves, side_by_side
from twin.terrain.cells import at

from .regrowth import regained

Cells = NDArray[np.float64]
Mask = NDArray[np.bool_]
DEEP = 5.0  # m below the others around: no ground
LONE = 3  # cells so deep together are ground: multipath comes alone or in twos
BLOCK = 6  # cells, edge of the squares whose lowest are compared; at least 4 spacings
SMALL = 100_000  # cells below which threads cost more than they save


@dataclass(frozen=True, slots=True)
class Smrf:
    """Settings; the defaults serve all sites, they are not tuned sample by sample.

    cell       m, of the raster that the filter works on
    slope      rise over run above which a step is an object
    window     m, radius of the largest opening: half the widest building
    threshold  m, a point this close to the ground surface is ground
    scalar     m of further tolerance per unit of slope
    reach      m, radius within which a plane of ground foretells a cut-off cell;
               at least three spacings of the points
    fit        m, tolerance of that plane
    steepest   rise over run of the steepest plane that may foretell
    passes     times that growth goes on from what was regained; 0 is plain SMRF
    """

    cell: float = 1.0
    slope: float = 0.15
    window: float = 18.0
    threshold: float = 0.5
    scalar: float = 1.25
    reach: float = 6.0
    fit: float = 0.4
    steepest: float = 1.0
    passes: int = 10


class Grows(Protocol):
    """Settings of a filter whose ground grows; they are told in ``Smrf``."""

    @property
    def cell(self) -> float:
        """Spacing of the raster, m."""

    @property
    def reach(self) -> float:
        """Radius of the planes, m."""

    @property
    def fit(self) -> float:
        """Tolerance, m."""

    @property
    def steepest(self) -> float:
        """Rise over run."""

    @property
    def passes(self) -> int:
        """Times that growth goes on."""


@njit(cache=True, nogil=True, error_model="numpy")
def _erode(z: Any, out: Any, first: int, end: int, square: bool) -> None:
    """One 3 x 3 erosion, square or cross, of some rows; beyond the rim is nothing.

    ``a if a < b else b`` along whole rows becomes SIMD code, ``min`` and tests do not.
    """
    last, columns = z.shape[0] - 1, z.shape[1]
    for i in range(first, end):
        up, here, down = z[max(i - 1, 0)], z[i], z[min(i + 1, last)]
        least = out[i]
        for j in range(columns):
            a = up[at(j)] if up[at(j)] < down[at(j)] else down[at(j)]
            least[at(j)] = a if a < here[at(j)] else here[at(j)]
        sides = least.copy() if square else here
        for j in range(1, columns):
            a, b = sides[at(j - 1)], least[at(j)]
            least[at(j)] = a if a < b else b
        for j in range(columns - 1):
            a, b = sides[at(j + 1)], least[at(j)]
            least[at(j)] = a if a < b else b


def _eroded(z: Cells, steps: range) -> Cells:
    """Erode by these steps of an octagon: crosses and squares in turn."""
    now, other = z, np.zeros_like(z)
    cut = slice(0, z.shape[0])
    parts = halves(z.shape[0]) if z.size > SMALL else (cut,)
    for k in steps:
        square = k % 2 == 1
        jobs = [(now, other, part.start, part.stop, square) for part in parts]
        side_by_side(_erode, jobs)
        now, other = other, (np.zeros_like(z) if now is z else now)
    return now


def _dilated(z: Cells, radius: int) -> Cells:
    """Dilate by an octagon; the last step first, as the erosion's adjoint does."""
    return -_eroded(-z, range(radius - 1, -1, -1))


def opening(z: Cells, radius: int) -> Cells:
    """Grey opening with an octagon of ``radius`` cells."""
    return _dilated(_eroded(z, range(radius)), radius)


def filled_nearest(z: Cells) -> Cells:
    """Holes take the height of the nearest cell that has one."""
    hole = ~np.isfinite(z)
    if not hole.any():
        return z.copy()
    nearest = distance_transform_edt(hole, return_distances=False, return_indices=True)
    found: Cells = z[tuple(nearest)]
    return found


def spacing(known: Mask) -> float:
    """Typical distance between cells that have points, cells; wide gaps apart."""
    if not known.any():
        return 1.0
    covered = np.count_nonzero(distance_transform_edt(~known) <= 3.0)
    return float(np.sqrt(covered / np.count_nonzero(known)))


def low_outliers(low: Cells) -> Mask:
    """Mark the cells far below all but one or two around them: multipath, no ground.

    low  lowest heights (rows, columns), m; NaN = no point

    Cells are compared with the lowest ones of 3 x 3 blocks, not with what adjoins them:
    under trees the few points on the ground are far below all that adjoin them, but
    not alone.
    """
    edge = max(BLOCK, round(4.0 * spacing(np.isfinite(low))))
    rows, columns = (-(-n // edge) for n in low.shape)
    least = np.full((rows + 2, columns + 2, LONE), np.inf)
    _lowest(low, edge, least[1:-1, 1:-1])
    around = [least[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    joined = np.concatenate(around, axis=2)
    reached = np.partition(joined, LONE - 1, axis=2)[..., LONE - 1]
    reached[np.isinf(reached)] = -np.inf  # too few to judge
    limit = reached.repeat(edge, axis=0).repeat(edge, axis=1)
    found: Mask = low < limit[: low.shape[0], : low.shape[1]] - DEEP
    return found


@njit(cache=True, nogil=True)
def _lowest(low: Any, edge: int, least: Any) -> None:
    """Sort the lowest cells of each block into ``least`` (rows, columns, LONE)."""
    for i in range(low.shape[0]):
        for j in range(low.shape[1]):
            own = least[i // edge, j // edge]
            k = LONE - 1
            if not low[i, j] < own[k]:
                continue
            while k > 0 and own[k - 1] > low[i, j]:
                own[k] = own[k - 1]
                k -= 1
            own[k] = low[i, j]


def objects(z: Cells, settings: Smrf) -> Mask:
    """Mark the cells that rise from the ground.

    z  lowest heights (rows, columns), m, without holes or outliers

    Each octagon is the one before, dilated; so an opening of the opened surface is the
    opening of the first, and its erosion goes on from the one before.
    """
    eroded, last = z, z
    found = np.zeros(z.shape, dtype=bool)
    for radius in range(1, max(round(settings.window / settings.cell), 1) + 1):
        eroded = _eroded(eroded, range(radius - 1, radius))
        opened = _dilated(eroded, radius)
        found |= last - opened > settings.slope * radius * settings.cell
        last = opened
    return found


def sound(low: Cells) -> Cells:
    """Lowest heights without low outliers; holes (NaN) in their place."""
    return np.where(low_outliers(low), np.nan, low)


def grown(low: Cells, bare: Mask, settings: Grows) -> Mask:
    """Ground cells and those that the planes through them foretell (``regrowth``)."""
    apart = spacing(np.isfinite(low)) if settings.passes else 1.0
    return regained(
        low,
        bare,
        radius=round(max(settings.reach / settings.cell, 3.0 * apart)),
        fit=settings.fit,
        steepest=settings.steepest * settings.cell,
        passes=settings.passes,
    )


def ground_cells(low: Cells, settings: Smrf) -> Mask:
    """Mark the cells whose lowest point is ground; from heights with holes (NaN)."""
    if not np.isfinite(low).any():
        return np.isfinite(low)
    z = sound(low)
    bare = np.isfinite(z) & ~objects(filled_nearest(z), settings)
    return grown(z, bare, settings)


def through(low: Cells, bare: Mask) -> Cells:
    """Heights everywhere, through the ground cells; smooth between them."""
    raster = np.where(bare, low, 0.0).astype(np.float32)
    reach = float(max(low.shape))
    smooth = fillnodata(raster, mask=bare, max_search_distance=reach)
    return np.where(bare, low, smooth.astype(np.float64))


def ground_surface(low: Cells, settings: Smrf) -> Cells:
    """Ground heights everywhere, from lowest heights with holes (NaN)."""
    return through(low, ground_cells(low, settings))


@njit(cache=True, nogil=True)
def near_ground(
    ground: Any, steep: Any, x: Any, y: Any, z: Any, frame: Any, use: Any, out: Any
) -> None:
    """Mark the points that lie near the ground surface, bilinear between cell centres.

    frame  west, north, cell size, threshold, scalar
    """
    west, north, cell, threshold, scalar = frame
    rows, columns = ground.shape
    for i in range(x.size):
        out[i] = False
        if not use[i]:
            continue
        u = min(max((x[i] - west) / cell - 0.5, 0.0), columns - 1.001)
        v = min(max((north - y[i]) / cell - 0.5, 0.0), rows - 1.001)
        a, b = int(v), int(u)
        p, q = v - a, u - b
        c, d = min(a + 1, rows - 1), min(b + 1, columns - 1)
        height = (1 - p) * ((1 - q) * ground[a, b] + q * ground[a, d]) + p * (
            (1 - q) * ground[c, b] + q * ground[c, d]
        )
        out[i] = abs(z[i] - height) <= threshold + scalar * steep[a, b]


def steepness(ground: Cells, cell: float) -> Cells:
    """Rise over run of the ground surface."""
    if min(ground.shape) < 2:
        return np.zeros_like(ground)
    down, across = np.gradient(ground, cell)
    return np.asarray(np.hypot(down, across))
