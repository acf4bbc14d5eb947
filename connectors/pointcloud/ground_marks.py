"""The classes of a kept cloud: ground where the survey's filter found it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from twin.grid import Grid

from .guard import Points
from .survey import (
    FILTERS,
    GROUND,
    Cloud,
    _filtered,
    _ground_points,
    _not_noise,
    points_of,
)

UNCLASSIFIED = 1
Kinds = NDArray[np.uint8]
Classes = Callable[[Points], Kinds]


def own_classes(points: Points) -> Kinds:
    """Classes of the file, as they are."""
    kinds: Kinds = points.record["classification"]
    return kinds


def classes_used(clouds: Sequence[Cloud], grid: Grid, ground: str) -> Classes:
    """Rule for the classes that gridding went by.

    ground  "classes", or a filter, which is run on the clouds once more: its ground is
            class 2, and what a file calls ground beside it class 1; beyond the grid
            the filter knows nothing and classes stay
    """
    if ground not in FILTERS:
        return own_classes
    base = min(c.header.low[2] * c.reference.to_metres for c in clouds)

    def source() -> Iterator[Points]:
        return (p for cloud in clouds for p in points_of(cloud, grid.crs))

    where = str(clouds[0].header.path)
    surface = _filtered(source, where, grid, base, FILTERS[ground])
    west, south, east, north = grid.bounds

    def classified(points: Points) -> Kinds:
        x, y, kinds = points.x, points.y, own_classes(points)
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        bare = inside & _ground_points(points, _not_noise(points) & inside, surface)
        kept = np.where(inside & (kinds == GROUND), np.uint8(UNCLASSIFIED), kinds)
        return np.where(bare, np.uint8(GROUND), kept)

    return classified
