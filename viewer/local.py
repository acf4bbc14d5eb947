"""Local metres: the frame that the browser draws in, around the centre of the grid.

Map coordinates in single precision would err by half a metre; local ones by less than
a millimetre.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.grid import Grid
from twin.surface import Surface


@dataclass(frozen=True)
class LocalFrame:
    """Map coordinates of the local origin: x east, y north, z up."""

    x: float
    y: float
    z: float

    @classmethod
    def of(cls, grid: Grid, ground: Surface | None) -> LocalFrame:
        """Put the origin at the grid's centre, z at a whole metre below the ground."""
        west, south, east, north = grid.bounds
        z = 0.0
        if ground is not None and np.isfinite(ground.elevation).any():
            z = float(math.floor(np.nanmin(ground.elevation)))
        return cls((west + east) / 2, (south + north) / 2, z)

    def local(self, x: float, y: float) -> tuple[float, float]:
        """Map to local, m."""
        return x - self.x, y - self.y

    def map(self, x: float, y: float) -> tuple[float, float]:
        """Local to map, m."""
        return x + self.x, y + self.y
