"""A polygon with holes as facets: cut into trapezoids between its corners' heights."""

from __future__ import annotations

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from ..errors import InputError
from .facets import WIDTH, Facets, Origin

Float = NDArray[np.float64]
Index = NDArray[np.int64]


def facets_of_region(region: shapely.Geometry, origin: Origin) -> Facets:
    """Facets without overlap that cover a polygon or multipolygon exactly.

    Between two neighbouring northings of its corners a polygon is a row of trapezoids
    with upright order; those that go on over several such strips are left whole, so
    that as many facets come out as there are corners, holes or not.

    Raises InputError for what is no valid area.
    """
    check_region(region)
    rings = shapely.get_rings(shapely.get_parts(region))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    points = points - np.array(origin)
    edges = np.concatenate([points[:-1], points[1:]], axis=1)[ring[:-1] == ring[1:]]
    edges = edges[edges[:, 1] != edges[:, 3]]
    falling = edges[:, 1] > edges[:, 3]
    edges[falling] = edges[falling][:, [2, 3, 0, 1]]
    edges = np.ascontiguousarray(edges[np.argsort(edges[:, 1], kind="stable")])
    corners = _trapezoids(edges, np.unique(edges[:, [1, 3]]))
    return _two_triangles(corners)


def check_region(region: shapely.Geometry) -> None:
    """Refuse what is not one valid polygon or multipolygon."""
    if not isinstance(region, shapely.Polygon | shapely.MultiPolygon):
        raise InputError(
            f"within: a {region.geom_type} has no area; give a polygon or multipolygon"
        )
    if not region.is_valid:
        raise InputError(
            f"within: the polygon is not valid ({shapely.is_valid_reason(region)}); "
            "mend it with shapely.make_valid"
        )


def _two_triangles(corners: Float) -> Facets:
    """Trapezoids (n, 4, 2), counter-clockwise from the lower left, as facets."""
    halves = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    a = halves[:, 0]
    b, c = halves[:, 1] - a, halves[:, 2] - a
    halves = halves[b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0] > 0.0]
    facets = np.zeros((len(halves), WIDTH))
    facets[:, 0:6] = halves.reshape(-1, 6)
    return facets


@njit(cache=True, nogil=True, error_model="numpy")
def _trapezoids(edges: Float, heights: Float) -> Float:
    """Sweep upwards over rising edges x0 y0 x1 y1 sorted by y0; → (n, 4, 2)."""
    active = np.empty(len(edges), dtype=np.int64)
    right = np.full(len(edges), -1, dtype=np.int64)
    since = np.zeros(len(edges))
    found = np.empty((len(edges) * 2 + 8, 4, 2))
    n, m, following = 0, 0, 0
    for h in range(len(heights)):
        y = heights[h]
        top = heights[h + 1] if h + 1 < len(heights) else y
        before = n
        lefts = active[:before].copy()
        kept = 0
        for k in range(n):
            if edges[active[k], 3] > y:
                active[kept] = active[k]
                kept += 1
        n = kept
        while following < len(edges) and edges[following, 1] <= y:
            active[n] = following
            n, following = n + 1, following + 1
        _sort(active, n, edges, 0.5 * (y + top))
        for k in range(0, before, 2):
            if not _goes_on(active, n, lefts[k], right[lefts[k]]):
                if m == len(found):
                    found = _doubled(found)
                _close(found[m], edges, (lefts[k], right[lefts[k]]), since[lefts[k]], y)
                right[lefts[k]] = -1
                m += 1
        for k in range(0, n - 1, 2):
            if right[active[k]] < 0:
                since[active[k]] = y
            right[active[k]] = active[k + 1]
    return found[:m].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def _sort(active: Index, n: int, edges: Float, y: float) -> None:
    """From west to east at a height; nearly in order already."""
    for k in range(1, n):
        e, j = active[k], k - 1
        x = _x_at(edges, e, y)
        while j >= 0 and _x_at(edges, active[j], y) > x:
            active[j + 1] = active[j]
            j -= 1
        active[j + 1] = e


@njit(cache=True, nogil=True, error_model="numpy")
def _x_at(edges: Float, e: int, y: float) -> float:
    """East of an edge at a height; its own corners exactly."""
    x0, y0, x1, y1 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    if y >= y1:
        return float(x1)
    return float(x0 + (x1 - x0) * ((y - y0) / (y1 - y0)))


@njit(cache=True, nogil=True, error_model="numpy")
def _goes_on(active: Index, n: int, left: int, right: int) -> bool:
    """Tell whether a trapezoid has the same two sides in the next strip."""
    for k in range(0, n - 1, 2):
        if active[k] == left:
            return bool(active[k + 1] == right)
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def _close(
    corner: Float, edges: Float, sides: tuple[int, int], low: float, high: float
) -> None:
    """Write the corners of a trapezoid between two heights."""
    left, right = sides
    corner[0, 0], corner[1, 0] = _x_at(edges, left, low), _x_at(edges, right, low)
    corner[2, 0], corner[3, 0] = _x_at(edges, right, high), _x_at(edges, left, high)
    corner[0, 1] = corner[1, 1] = low
    corner[2, 1] = corner[3, 1] = high


@njit(cache=True, nogil=True, error_model="numpy")
def _doubled(found: Float) -> Float:
    more = np.empty((2 * len(found), 4, 2))
    more[: len(found)] = found
    return more
