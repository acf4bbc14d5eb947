"""Convex polygons in plan: cut by a line, and a linear height integrated over them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Row = NDArray[np.float64]
Polygon = NDArray[np.float64]  # (2, ROOM): x and y of the corners in the first places

ROOM: Final = 8  # a triangle cut by three lines has at most six corners
ROUNDING: Final = 1e-15  # of coordinates; an overlap that narrow is rounding, no area
SURE: Final = 1e-3  # m2; rounding comes to that between facets 1000 km long only


@njit(cache=True, nogil=True, error_model="numpy")
def cut_by_line(given: Polygon, n: int, kept: Polygon, row: Row, edge: int) -> int:
    """Keep what lies left of edge 0, 1 or 2 of a facet; returns the corners kept.

    Sutherland & Hodgman 1974 for one line. A corner on the line is kept as it is and
    exactly (both products are equal), so that neighbours share no area.
    """
    i, j = 2 * edge, (2 * edge + 2) % 6
    x0, y0 = row[i], row[i + 1]
    dx, dy = row[j] - x0, row[j + 1] - y0
    px, py = given[0, n - 1], given[1, n - 1]
    ps = dx * (py - y0) - dy * (px - x0)
    m = 0
    for k in range(n):
        qx, qy = given[0, k], given[1, k]
        qs = dx * (qy - y0) - dy * (qx - x0)
        if (ps < 0.0 and qs > 0.0) or (ps > 0.0 and qs < 0.0):
            t = ps / (ps - qs)
            kept[0, m] = px + t * (qx - px)
            kept[1, m] = py + t * (qy - py)
            m += 1
        if qs >= 0.0:
            kept[0, m], kept[1, m] = qx, qy
            m += 1
        px, py, ps = qx, qy, qs
    return m


@njit(cache=True, nogil=True, error_model="numpy")
def overlap(a: Row, b: Row, one: Polygon, other: Polygon) -> int:
    """Leave the common part of two facets in ``one``; returns its corners, 0 if none.

    one, other  room for two polygons
    """
    for k in range(3):
        one[0, k], one[1, k] = a[2 * k], a[2 * k + 1]
    n = cut_by_line(one, 3, other, b, 0)
    if n < 3:
        return 0
    n = cut_by_line(other, n, one, b, 1)
    if n < 3:
        return 0
    n = cut_by_line(one, n, other, b, 2)
    if n < 3:
        return 0
    one[:, :n] = other[:, :n]
    area = doubled_area(one, n)
    return n if area > SURE or area > _rounding(a, b) else 0


@njit(cache=True, nogil=True, error_model="numpy")
def doubled_area(p: Polygon, n: int) -> float:
    """Twice the area, from the first corner."""
    found = 0.0
    for k in range(1, n - 1):
        found += (p[0, k] - p[0, 0]) * (p[1, k + 1] - p[1, 0]) - (p[1, k] - p[1, 0]) * (
            p[0, k + 1] - p[0, 0]
        )
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _rounding(a: Row, b: Row) -> float:
    """Area of a seam of rounding along the smaller facet, m2.

    Without this limit parts of one ground would share seams with their neighbours, and
    equal grounds would differ by 1e-30 m3 instead of 0.
    """
    one, other = _extent(a), _extent(b)
    far = max(abs(a[0]) + abs(a[1]) + one, abs(b[0]) + abs(b[1]) + other)
    return float(ROUNDING * far * min(one, other))


@njit(cache=True, nogil=True, error_model="numpy")
def _extent(r: Row) -> float:
    """Longer side of the box around a facet, m."""
    width = max(r[0], r[2], r[4]) - min(r[0], r[2], r[4])
    height = max(r[1], r[3], r[5]) - min(r[1], r[3], r[5])
    return float(max(width, height))


@njit(cache=True, nogil=True, error_model="numpy")
def rise(a: Row, b: Row, x: float, y: float) -> float:
    """Height of plane b above plane a; exactly 0 for two equal planes."""
    on_a = a[9] * (x - a[6]) + a[10] * (y - a[7])
    on_b = b[9] * (x - b[6]) + b[10] * (y - b[7])
    return float((b[8] - a[8]) + (on_b - on_a))


@njit(cache=True, nogil=True, error_model="numpy")
def parts_of_triangle(
    area: float, d0: float, d1: float, d2: float
) -> tuple[float, float, float, float]:
    """Integrate a linear d over a triangle where d > 0 and, negated, where d < 0.

    area        of the triangle, m2
    d0, d1, d2  at its corners, m
    →   volume above, volume below, area above, area below

    Where one corner s has a sign of its own, the line d = 0 cuts off a triangle similar
    in two sides, s/(s - p) and s/(s - q): area A s²/((s-p)(s-q)), mean height s/3.
    """
    if d0 >= 0.0 and d1 >= 0.0 and d2 >= 0.0:
        above = area if d0 + d1 + d2 > 0.0 else 0.0
        return area * (d0 + d1 + d2) / 3.0, 0.0, above, 0.0
    if d0 <= 0.0 and d1 <= 0.0 and d2 <= 0.0:
        return 0.0, -area * (d0 + d1 + d2) / 3.0, 0.0, area
    if (d1 > 0.0) != (d0 > 0.0) and (d1 > 0.0) != (d2 > 0.0):
        d0, d1, d2 = d1, d2, d0
    elif (d2 > 0.0) != (d0 > 0.0) and (d2 > 0.0) != (d1 > 0.0):
        d0, d1, d2 = d2, d0, d1
    share = (d0 / (d0 - d1)) * (d0 / (d0 - d2))
    tip = area * share * abs(d0) / 3.0
    signed = area * (d0 + d1 + d2) / 3.0
    if d0 > 0.0:
        return tip, max(tip - signed, 0.0), area * share, area * (1.0 - share)
    return max(tip + signed, 0.0), tip, area * (1.0 - share), area * share
