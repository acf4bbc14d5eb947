"""Grounds as rows of numbers: corners in plan about a local origin, and a plane each.

Eastings of 19 500 000 m leave 4 nm to a float64. Taken from an origin nearby before
anything is multiplied, differences of coordinates stay exact, and so do volumes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..tin import Tin

Facets = NDArray[np.float64]
"""(n, 11): three corners x0 y0 x1 y1 x2 y2, counter-clockwise, from the origin, m; a
point of the plane x y z; its gradient dz/dx dz/dy. The parts of a clipped facet keep
the plane of the whole one, so that equal grounds differ by exactly 0 in parts too."""

WIDTH: Final = 11
Origin = tuple[float, float]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """A level or tilted plane, without end.

    elevation  at (x, y), m
    east, north  gradient: rise per metre towards the east and the north, 1
    x, y       where ``elevation`` holds, m
    """

    elevation: float
    east: float = 0.0
    north: float = 0.0
    x: float = 0.0
    y: float = 0.0

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Elevation at places, m."""
        return self.elevation + self.east * (x - self.x) + self.north * (y - self.y)


def origin_of(bounds: Bounds) -> Origin:
    """Whole metres near the middle: subtracting them from a coordinate is exact."""
    west, south, east, north = bounds
    return math.floor((west + east) / 2.0), math.floor((south + north) / 2.0)


def facets_of_tin(tin: Tin, origin: Origin) -> Facets:
    """One row per triangle."""
    local = tin.vertices - np.array([*origin, 0.0])
    corners = local[tin.triangles]
    a = corners[:, 0]
    b, c = corners[:, 1] - a, corners[:, 2] - a
    doubled = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    facets = np.zeros((len(corners), WIDTH))
    facets[:, 0:6] = corners[:, :, :2].reshape(-1, 6)
    facets[:, 6:9] = a
    facets[:, 9] = (b[:, 2] * c[:, 1] - b[:, 1] * c[:, 2]) / doubled
    facets[:, 10] = (b[:, 0] * c[:, 2] - b[:, 2] * c[:, 0]) / doubled
    return facets


def facet_of_plane(plane: Plane, bounds: Bounds, origin: Origin) -> Facets:
    """One triangle that covers the bounds with room to spare."""
    west, south, east, north = bounds
    x, y = west - origin[0] - 1.0, south - origin[1] - 1.0
    side = (east - west) + (north - south) + 4.0
    z = plane.at(np.array(float(origin[0])), np.array(float(origin[1])))
    row = [x, y, x + side, y, x, y + side, 0.0, 0.0, float(z), plane.east, plane.north]
    return np.array([row])


def goes_second(one: Facets, other: Facets) -> bool:
    """Order two grounds by what they are, not by which was named first.

    The finer one comes first, so that volumes from one to the other and back pass
    through the same arithmetic and are equal to the last bit.
    """
    if len(one) != len(other):
        return len(one) < len(other)
    apart = np.flatnonzero((one != other).ravel())
    if not apart.size:
        return False
    return bool(one.ravel()[apart[0]] > other.ravel()[apart[0]])
