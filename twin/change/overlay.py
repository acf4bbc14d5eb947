"""Two sets of facets laid over each other: volumes between them, or parts within."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..numerics.threads import side_by_side
from .clipping import (
    ROOM,
    Polygon,
    Row,
    overlap,
    parts_of_triangle,
    rise,
)
from .facets import WIDTH, Facets
from .plan_index import PlanIndex, bounds_of, index_of, near

Sums = NDArray[np.float64]

BLOCKS: Final = 64  # the same on every machine: sums do not depend on the threads
FILL, CUT, FILL_AREA, CUT_AREA, AREA, PAIRS = range(6)
TERMS: Final = 6


def volumes_between_facets(a: Facets, b: Facets) -> tuple[float, ...]:
    """Lay b over a: fill, cut m3; fill area, cut area, common area m2; pairs.

    Every pair of facets that share an area is clipped in plan and the difference of
    their planes integrated in closed form. Sums are compensated, in an order of their
    own for each of 64 blocks.
    """
    if not len(a) or not len(b):
        return (0.0,) * TERMS
    index = index_of(b, _common(a, b))
    blocks = np.array_split(a, BLOCKS) if len(a) >= BLOCKS else [a]
    found = side_by_side(_volumes, [(block, b, index) for block in blocks])
    return tuple(math.fsum(sums[k] for sums in found) for k in range(TERMS))


def parts_within(facets: Facets, region: Facets) -> Facets:
    """Clip facets by a region of facets that do not overlap; each keeps its plane."""
    if not len(facets) or not len(region):
        return np.zeros((0, WIDTH))
    index = index_of(region, _common(facets, region))
    blocks = np.array_split(facets, BLOCKS) if len(facets) >= BLOCKS else [facets]
    found = side_by_side(_parts, [(block, region, index) for block in blocks])
    return np.concatenate(found)


def _common(a: Facets, b: Facets) -> tuple[float, float, float, float]:
    """Rectangle that both may share; without extent where they lie apart."""
    one, other = bounds_of(a), bounds_of(b)
    west, south = max(one[0], other[0]), max(one[1], other[1])
    return (
        west,
        south,
        max(min(one[2], other[2]), west),
        max(min(one[3], other[3]), south),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _volumes(a: Facets, b: Facets, index: PlanIndex) -> Sums:
    """Sum over the pairs of a block, each term with its compensation (Neumaier)."""
    sums, lost = np.zeros(TERMS), np.zeros(TERMS)
    terms = np.zeros(TERMS)
    room = np.full((2, len(b)), -1, dtype=np.int64)
    one, other = np.empty((2, ROOM)), np.empty((2, ROOM))
    for i in range(len(a)):
        for k in range(near(a[i], i, b, index, room)):
            n = overlap(a[i], b[room[1, k]], one, other)
            if n == 0:
                continue
            _integrate(a[i], b[room[1, k]], one, n, terms)
            for t in range(TERMS):
                total = sums[t] + terms[t]
                if abs(sums[t]) >= abs(terms[t]):
                    lost[t] += (sums[t] - total) + terms[t]
                else:
                    lost[t] += (terms[t] - total) + sums[t]
                sums[t] = total
    return sums + lost


@njit(cache=True, nogil=True, error_model="numpy")
def _integrate(a: Row, b: Row, p: Polygon, n: int, terms: Sums) -> None:
    """Terms of one pair, triangle by triangle from the first corner."""
    terms[:] = 0.0
    terms[PAIRS] = 1.0
    x0, y0 = p[0, 0], p[1, 0]
    d0, d1 = rise(a, b, x0, y0), rise(a, b, p[0, 1], p[1, 1])
    for k in range(1, n - 1):
        x, y = p[0, k + 1], p[1, k + 1]
        d2 = rise(a, b, x, y)
        area = 0.5 * ((p[0, k] - x0) * (y - y0) - (p[1, k] - y0) * (x - x0))
        area = max(area, 0.0)
        fill, cut, above, below = parts_of_triangle(area, d0, d1, d2)
        terms[FILL] += fill
        terms[CUT] += cut
        terms[FILL_AREA] += above
        terms[CUT_AREA] += below
        terms[AREA] += area
        d1 = d2


@njit(cache=True, nogil=True, error_model="numpy")
def _parts(facets: Facets, region: Facets, index: PlanIndex) -> Facets:
    """Common parts of a block as triangles."""
    room = np.full((2, len(region)), -1, dtype=np.int64)
    one, other = np.empty((2, ROOM)), np.empty((2, ROOM))
    parts = np.empty((len(facets) + ROOM, WIDTH))
    m = 0
    for i in range(len(facets)):
        for k in range(near(facets[i], i, region, index, room)):
            n = overlap(facets[i], region[room[1, k]], one, other)
            if m + ROOM > len(parts):
                more = np.empty((2 * len(parts), WIDTH))
                more[:m] = parts[:m]
                parts = more
            for j in range(1, n - 1):
                parts[m] = facets[i]
                for corner, at in enumerate((0, j, j + 1)):
                    parts[m, 2 * corner] = one[0, at]
                    parts[m, 2 * corner + 1] = one[1, at]
                m += 1
    return parts[:m].copy()
